import type { Service } from '@aws-sdk/client-ecs';
import { type Command, describeCommand } from '../../../domain/builds/index.ts';
import {
  type ComputeProvider,
  DeploymentFailedError,
  type ReleaseSpec,
  type RolloutProgress,
} from '../../../domain/deployments/index.ts';
import { AppError } from '../../../domain/shared/errors.ts';
import type { EcsComputeDependencies } from './config.ts';
import { oneOffFamily, releaseFamily, serviceName } from './names.ts';
import { runOneOff } from './one-off.ts';
import { readRollout } from './rollout.ts';
import {
  createService,
  deleteService,
  deploymentOf,
  findService,
  listServices,
  primaryOf,
  updateService,
} from './services.ts';
import { oneOffTaskDefinition, releaseTaskDefinition } from './task-definition.ts';
import {
  type FoundRelease,
  findRelease,
  markPromoted,
  registerTaskDefinition,
  removeTaskDefinition,
} from './task-definitions.ts';
import { listTasks, stopTask } from './tasks.ts';

const DRAIN_RETRY_AFTER_S = 30;
const NOT_RUNNING = { state: 'failed', reason: 'interrupted', detail: 'It is not running.' } as const;

/** Runs releases as ECS services on Fargate behind an ECS Gateway. It keeps nothing itself: a deployment is found again
 *  by its task definition, whose family is its id. */
export function createEcsCompute(deps: EcsComputeDependencies): ComputeProvider {
  return {
    isolation: 'microvm',
    release: (spec) => release(deps, spec),
    progress: (deployment_id, signal) => progress(deps, deployment_id, signal),
    promote: (spec) => promote(deps, spec),
    stop: (deployment_id) => stop(deps, deployment_id),
    removeProject: (tenant_id, project_id) => removeProject(deps, tenant_id, project_id),
    runOneOff: (spec, commands, signal) => runCommands(deps, spec, commands, signal),
  };
}

async function release(deps: EcsComputeDependencies, spec: ReleaseSpec): Promise<void> {
  const service = await awaitDrained(deps, spec);
  const found = await ensureRelease(deps, spec, service);
  const rollout = { task_definition: found.arn, notes: found.notes };
  if (service === undefined && (await createService(deps, spec.service, spec.deployment_id, rollout))) return;
  // Created between the look and the call, by an earlier run of this very call as a rule.
  const current = service ?? (await findService(deps, spec.service));
  if (current !== undefined && deploymentOf(current, found.arn) !== undefined) return;
  await updateService(deps, spec.service, rollout);
}

/** A name is free again when the deleted service of that name has drained.
 *  @returns the service, when it is there and stays */
async function awaitDrained(deps: EcsComputeDependencies, spec: ReleaseSpec): Promise<Service | undefined> {
  const { config, clock } = deps;
  const deadline_ms = clock.now().getTime() + config.drain_wait_ms;
  for (;;) {
    const service = await findService(deps, spec.service);
    if (service?.status !== 'DRAINING') return service;
    if (clock.now().getTime() >= deadline_ms) {
      const cause = new Error(`The service ${serviceName(spec.service)} is still draining`);
      throw new AppError('SERVICE_UNAVAILABLE', { retry_after_s: DRAIN_RETRY_AFTER_S, cause });
    }
    await deps.sleep(config.poll_ms);
  }
}

async function ensureRelease(
  deps: EcsComputeDependencies,
  spec: ReleaseSpec,
  service: Service | undefined,
): Promise<Pick<FoundRelease, 'arn' | 'notes'>> {
  const found = await findRelease(deps.ecs, releaseFamily(spec.deployment_id));
  if (found !== undefined) return found;
  const { path, timeout_s } = spec.plan.health_check;
  const previous = await findServing(deps, service);
  const input = releaseTaskDefinition(deps.config, spec, previous);
  const arn = await registerTaskDefinition(deps.ecs, input);
  return {
    arn,
    notes: { health_path: path, health_timeout_s: timeout_s, previous, restart: spec.plan.restart },
  };
}

/** The task definition that a failed rollout would return to; null when nothing served yet. */
async function findServing(
  deps: EcsComputeDependencies,
  service: Service | undefined,
): Promise<string | null> {
  const running = service === undefined ? undefined : primaryOf(service)?.taskDefinition;
  if (running === undefined) return null;
  const found = await findRelease(deps.ecs, running);
  return found?.is_promoted === true ? found.arn : null;
}

async function progress(
  deps: EcsComputeDependencies,
  deployment_id: string,
  signal: AbortSignal | undefined,
): Promise<RolloutProgress> {
  const { config, clock } = deps;
  const found = await findRelease(deps.ecs, releaseFamily(deployment_id));
  if (found === undefined) return NOT_RUNNING;
  const deadline_ms = clock.now().getTime() + config.progress_wait_ms;
  for (;;) {
    const now = await readRollout(deps, found);
    const is_over = clock.now().getTime() + config.poll_ms > deadline_ms;
    if (now.state !== 'pending' || is_over || isAborted(signal)) return now;
    try {
      await deps.sleep(config.poll_ms, signal);
    } catch (error) {
      // Nobody waits any more: what is known by now is the answer.
      if (!isAborted(signal)) throw error;
    }
  }
}

/** The rollout itself gave it the traffic; what is left is to keep it, and to forget the one before. */
async function promote(deps: EcsComputeDependencies, spec: ReleaseSpec): Promise<void> {
  const found = await findRelease(deps.ecs, releaseFamily(spec.deployment_id));
  const service = found === undefined ? undefined : await findService(deps, spec.service);
  const primary = service === undefined ? undefined : primaryOf(service);
  if (found === undefined || primary?.taskDefinition !== found.arn || primary.rolloutState === 'FAILED') {
    throw new DeploymentFailedError('interrupted', 'It is not running.');
  }
  if (!found.is_promoted) await markPromoted(deps.ecs, found.arn);
  const { previous } = found.notes;
  if (previous !== null && (await findRelease(deps.ecs, previous)) !== undefined) {
    await removeTaskDefinition(deps, previous);
  }
}

async function stop(deps: EcsComputeDependencies, deployment_id: string): Promise<void> {
  const found = await findRelease(deps.ecs, releaseFamily(deployment_id));
  if (found === undefined || found.is_promoted) return;
  const service = await findService(deps, found.service);
  if (service?.status === 'ACTIVE' && primaryOf(service)?.taskDefinition === found.arn) {
    await returnToPrevious(deps, found);
  }
  await removeTaskDefinition(deps, found.arn);
}

async function returnToPrevious(deps: EcsComputeDependencies, failed: FoundRelease): Promise<void> {
  const { previous } = failed.notes;
  // Nothing served before: there is nothing to return to.
  if (previous === null) return deleteService(deps, serviceName(failed.service));
  const before = await findRelease(deps.ecs, previous);
  // Somebody else removed it. What runs of it still serves, and deleting the service would end that.
  if (before === undefined) throw new Error(`The task definition to return to is gone: ${previous}`);
  await updateService(deps, failed.service, { task_definition: before.arn, notes: before.notes });
}

async function removeProject(
  deps: EcsComputeDependencies,
  tenant_id: string,
  project_id: string,
): Promise<void> {
  const definitions = new Set<string>();
  for (const service of await listServices(deps, tenant_id, project_id)) {
    for (const arn of await definitionsOf(deps, service)) definitions.add(arn);
    if (service.serviceName !== undefined) await deleteService(deps, service.serviceName);
  }
  for (const task of await listTasks(deps, { startedBy: project_id })) {
    if (task.taskDefinitionArn !== undefined) definitions.add(task.taskDefinitionArn);
    if (task.taskArn !== undefined) await stopTask(deps, task.taskArn, 'The project was deleted');
  }
  for (const arn of definitions) await removeTaskDefinition(deps, arn);
}

/** What a service runs, and what the one that is being rolled out would return to. */
async function definitionsOf(deps: EcsComputeDependencies, service: Service): Promise<string[]> {
  const running = [service, ...(service.deployments ?? [])].flatMap(
    ({ taskDefinition }) => taskDefinition ?? [],
  );
  const found = await Promise.all([...new Set(running)].map((arn) => findRelease(deps.ecs, arn)));
  return found.flatMap((one) => {
    if (one === undefined) return [];
    const { previous } = one.notes;
    return previous === null || one.is_promoted ? [one.arn] : [one.arn, previous];
  });
}

async function runCommands(
  deps: EcsComputeDependencies,
  spec: ReleaseSpec,
  commands: readonly Command[],
  signal: AbortSignal | undefined,
): Promise<void> {
  if (commands.length === 0) return;
  signal?.throwIfAborted();
  const { tenant_id } = spec.service;
  const found = await findRelease(deps.ecs, oneOffFamily(spec.deployment_id));
  const task_definition =
    found?.arn ?? (await registerTaskDefinition(deps.ecs, oneOffTaskDefinition(deps.config, spec)));
  try {
    for (const [position, command] of commands.entries()) {
      deps.logs.append(
        { tenant_id, deployment_id: spec.deployment_id },
        {
          timestamp: deps.clock.now().toISOString(),
          step: 'pre_deploy',
          stream: 'system',
          level: 'info',
          message: `$ ${describeCommand(command)}`,
        },
      );
      await runOneOff(deps, { spec, task_definition, command, position }, signal);
    }
  } finally {
    await removeTaskDefinition(deps, task_definition);
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
