import type { Service, Task } from '@aws-sdk/client-ecs';
import { type AppRun, type AppWatch, type EndedApp, RAN_WELL_MS } from '../../../domain/deployments/index.ts';
import type { EcsComputeDependencies } from './config.ts';
import { familyOf, hasServiceTags } from './names.ts';
import { emptyService, findServiceNamed, primaryOf } from './services.ts';
import { describeExitCode, readTaskEnd, type TaskEnd } from './stopped-task.ts';
import { type FoundRelease, findRelease } from './task-definitions.ts';
import { describeTasks, listTasks } from './tasks.ts';

type Dependencies = Pick<EcsComputeDependencies, 'ecs' | 'config' | 'logger'>;

/** Looks after apps on ECS, which starts a service's tasks again for as long as the service wants some. */
export function createEcsAppWatch(deps: Dependencies): AppWatch {
  return {
    findEnded: (run) => findEnded(deps, run),
    giveUp: (service) => emptyService(deps, service),
  };
}

async function findEnded(deps: Dependencies, run: AppRun): Promise<EndedApp | undefined> {
  const service = await findServiceNamed(deps, run.service);
  // Deleted: what ends of it was meant to.
  if (service === undefined || service.status !== 'ACTIVE') return undefined;
  if (!hasServiceTags(service.tags ?? [])) {
    deps.logger.warn('a task of an unknown service ended', { service: run.service });
    return undefined;
  }
  const release = await findServing(deps, service, run);
  if (release === undefined) return undefined;
  const [task] = await describeTasks(deps, [run.task]);
  // ECS forgets a task after an hour: who hears of it as late as that has heard of others since.
  if (task === undefined) return undefined;
  const end = readTaskEnd(task);
  if (end === undefined) throw new Error(`ECS does not say yet why ${run.task} ended`);
  return describeEnd(deps, release, task, end);
}

/** The release that ran, where it is what the service is meant to run. A rollout under way has another in first place, or
 *  one that isn't promoted yet. */
async function findServing(
  deps: Dependencies,
  service: Service,
  { task_definition }: AppRun,
): Promise<FoundRelease | undefined> {
  if (primaryOf(service)?.taskDefinition !== task_definition) return undefined;
  const release = await findRelease(deps.ecs, task_definition);
  return release?.is_promoted === true ? release : undefined;
}

async function describeEnd(
  deps: Dependencies,
  { service, notes, arn }: FoundRelease,
  task: Task,
  end: TaskEnd,
): Promise<EndedApp> {
  const deployment_id = familyOf(arn);
  const tasks = await listTasks(deps, { family: deployment_id, desiredStatus: 'STOPPED' });
  return {
    key: { tenant_id: service.tenant_id, deployment_id },
    service,
    restart: notes.restart,
    exit_code: end.exit_code,
    restarts: countRestarts(task, tasks),
    how: end.reason === 'out_of_memory' ? 'out of memory' : describeExitCode(end.exit_code),
  };
}

/** Each end before this one was a restart, back to the last run that went well. ECS remembers an hour of them. */
function countRestarts(task: Task, tasks: readonly Task[]): number {
  if (ranWell(task)) return 0;
  const earlier = tasks
    .filter((one) => one.stopCode === 'EssentialContainerExited' && endedAt(one) < endedAt(task))
    .toSorted((a, b) => endedAt(b) - endedAt(a));
  const well = earlier.findIndex(ranWell);
  return well === -1 ? earlier.length : well + 1;
}

function ranWell(task: Task): boolean {
  return task.startedAt !== undefined && endedAt(task) - task.startedAt.getTime() > RAN_WELL_MS;
}

// Stopping a task goes on after its app has ended: its network interface is taken from it.
function endedAt({ executionStoppedAt, stoppedAt }: Task): number {
  return (executionStoppedAt ?? stoppedAt)?.getTime() ?? 0;
}
