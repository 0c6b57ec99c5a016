import {
  DescribeTasksCommand,
  InvalidParameterException,
  ListTasksCommand,
  type ListTasksRequest,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import { callEcs } from './client.ts';
import type { EcsComputeDependencies } from './config.ts';
import { demandOnlyMissing } from './services.ts';
import { readTaskEnd, type TaskEnd } from './stopped-task.ts';

type Dependencies = Pick<EcsComputeDependencies, 'ecs' | 'config'>;

const MAX_TASKS = 100;

/** Tasks as ECS knows them: those that run, and for about an hour those that ended. */
export async function describeTasks({ ecs, config }: Dependencies, arns: readonly string[]): Promise<Task[]> {
  if (arns.length === 0) return [];
  const { tasks = [], failures = [] } = await callEcs('DescribeTasks', () =>
    ecs.send(new DescribeTasksCommand({ cluster: config.cluster, tasks: [...arns] })),
  );
  demandOnlyMissing('DescribeTasks', failures);
  return tasks;
}

/** All tasks that a filter lets through. */
export async function listTasks(
  deps: Dependencies,
  filter: Pick<ListTasksRequest, 'family' | 'startedBy' | 'desiredStatus'>,
): Promise<Task[]> {
  const tasks: Task[] = [];
  let nextToken: string | undefined;
  do {
    const page = await callEcs('ListTasks', () =>
      deps.ecs.send(
        new ListTasksCommand({
          cluster: deps.config.cluster,
          maxResults: MAX_TASKS,
          nextToken,
          ...filter,
        }),
      ),
    );
    tasks.push(...(await describeTasks(deps, page.taskArns ?? [])));
    ({ nextToken } = page);
  } while (nextToken !== undefined);
  return tasks;
}

/** Why the tasks of a family ended: the newest end that says anything. */
export async function findLastEnd(deps: Dependencies, family: string): Promise<TaskEnd | undefined> {
  const tasks = await listTasks(deps, { family, desiredStatus: 'STOPPED' });
  const newest_first = tasks.toSorted((a, b) => stoppedAt(b) - stoppedAt(a));
  return newest_first.map(readTaskEnd).find((end) => end !== undefined);
}

/** Stops a task. Does nothing when it is gone. */
export async function stopTask({ ecs, config }: Dependencies, arn: string, reason: string): Promise<void> {
  try {
    await callEcs('StopTask', () =>
      ecs.send(new StopTaskCommand({ cluster: config.cluster, task: arn, reason })),
    );
  } catch (error) {
    if (error instanceof InvalidParameterException && /not found/i.test(error.message)) return;
    throw error;
  }
}

function stoppedAt({ stoppedAt: time }: Task): number {
  return time?.getTime() ?? 0;
}
