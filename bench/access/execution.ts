import { StateMachine } from 'aws-local-stepfunctions';
import { runAndFlush } from '../../functions/runtime/aws/flush.ts';
import { createDeployTasks } from '../../functions/tasks/index.ts';
import { readDefinition } from '../../local/workflow/definition.ts';
import type { DeploymentKey } from '../../src/domain/deployments/index.ts';
import { BUILD_STATE, type DeployTask } from '../../state-machines/catalog.ts';
import { FINISHED_BUILD } from '../../test/support/workflows.ts';
import type { Access } from '../capacity/tally.ts';
import type { World } from './world.ts';

/** One run of a task's function. */
export interface TaskRun {
  readonly task: DeployTask;
  readonly access: Access;
}

/** One execution of deploy.asl.json. */
export interface Execution {
  readonly succeeded: boolean;
  /** As Step Functions counts and charges them: each state that is entered, and each retry.
   *  https://aws.amazon.com/step-functions/pricing/ */
  readonly transitions: number;
  /** How many of them are retries. */
  readonly retries: number;
  /** Every run of every task, in order. */
  readonly runs: readonly TaskRun[];
}

type Handler = (input: unknown) => Promise<never>;

/** Runs a queued deployment's execution to its end, on the interpreter that the laptop uses. The build has no table, so
 *  nothing is built. */
export async function runExecution(world: World, key: DeploymentKey): Promise<Execution> {
  const runs: TaskRun[] = [];
  const machine = new StateMachine(readDefinition(), { validationOptions: { noValidate: true } });
  const { result, eventLogs } = machine.run(
    { ...key },
    {
      context: { Execution: { Name: key.deployment_id } },
      overrides: {
        taskResourceLocalHandlers: {
          ...countedTasks(world, runs),
          [BUILD_STATE]: async () => FINISHED_BUILD,
        },
        retryIntervalOverrides: { AwaitRollout: 0 },
      },
    },
  );
  const [ended, counted] = await Promise.all([endOf(result), countTransitions(eventLogs)]);
  return { succeeded: ended, ...counted, runs };
}

function countedTasks(world: World, runs: TaskRun[]): Record<string, Handler> {
  const tasks = Object.entries(createDeployTasks(world.pipeline));
  return Object.fromEntries(
    tasks.map(([task, run]) => {
      const handle: Handler = async (input) => {
        let end: PromiseSettledResult<unknown> | undefined;
        const access = await world.tally.count(async () => {
          [end] = await Promise.allSettled([runAndFlush(world.pipeline, () => run(input))]);
        });
        runs.push({ task: task as DeployTask, access });
        if (end?.status === 'rejected') throw end.reason;
        return end?.value as never;
      };
      return [task, handle] as const;
    }),
  );
}

async function countTransitions(
  events: AsyncIterable<{ readonly type: string }>,
): Promise<{ readonly transitions: number; readonly retries: number }> {
  let entered = 0;
  let retries = 0;
  for await (const { type } of events) {
    if (type === 'StateEntered') entered += 1;
    if (type === 'StateRetried') retries += 1;
  }
  return { transitions: entered + retries, retries };
}

/** An execution that fails says so by its error, which the deployment's own record tells better. */
async function endOf(result: Promise<unknown>): Promise<boolean> {
  const [end] = await Promise.allSettled([result]);
  return end?.status === 'fulfilled';
}
