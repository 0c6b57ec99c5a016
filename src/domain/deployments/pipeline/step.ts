import { loadDeployment } from '../lifecycle.ts';
import type { Deployment, Step, StepName } from '../model.ts';
import type { DeploymentKey } from '../ports.ts';
import { isUnderWay } from '../transitions.ts';
import type { PipelineDependencies } from './dependencies.ts';
import { DeploymentEndedError, RolloutPendingError } from './errors.ts';

type StepDependencies = Pick<PipelineDependencies, 'deployments' | 'clock' | 'logs'>;

/** Runs one step of a deployment and keeps its entry in the timeline. A step that throws {@link RolloutPendingError}
 *  stays "running" and keeps its start when it is run again.
 *  @throws DeploymentEndedError before it begins, when the deployment is over */
export async function runStep<T>(
  deps: StepDependencies,
  key: DeploymentKey,
  name: StepName,
  work: (deployment: Deployment) => Promise<T>,
): Promise<T> {
  const deployment = await loadDeployment(deps, key);
  if (!isUnderWay(deployment.status)) throw new DeploymentEndedError(deployment.status);
  const started_at = await openStep(deps, key, name);
  try {
    const result = await work(deployment);
    await finishStep(deps, key, { name, started_at }, 'success');
    return result;
  } catch (error) {
    if (error instanceof RolloutPendingError) throw error;
    const { status } = await loadDeployment(deps, key);
    await finishStep(deps, key, { name, started_at }, status === 'cancelled' ? 'cancelled' : 'failed');
    throw error;
  }
}

/** Begins a step's entry, or goes on with the one that is open. @returns when it began */
export async function openStep(
  deps: Pick<StepDependencies, 'deployments' | 'clock'>,
  key: DeploymentKey,
  name: StepName,
): Promise<string> {
  const started_at = await startedAt(deps, key, name);
  await deps.deployments.writeStep(key, { name, status: 'running', started_at, duration_ms: null });
  return started_at;
}

/** Ends the entries that still say "running": the deployment ended under them. */
export async function closeSteps(
  deps: StepDependencies,
  key: DeploymentKey,
  status: 'failed' | 'cancelled',
): Promise<void> {
  const steps = await deps.deployments.listSteps(key);
  for (const step of steps.filter((candidate) => candidate.status === 'running')) {
    await finishStep(deps, key, step, status);
  }
}

/** Writes a line of the platform itself into the deployment's log. */
export function say(
  deps: Pick<StepDependencies, 'clock' | 'logs'>,
  key: DeploymentKey,
  step: string,
  message: string,
  level: 'info' | 'warn' | 'error' = 'info',
): void {
  const timestamp = deps.clock.now().toISOString();
  deps.logs.append(key, { timestamp, step, stream: 'system', level, message });
}

async function startedAt(
  deps: Pick<StepDependencies, 'deployments' | 'clock'>,
  key: DeploymentKey,
  name: StepName,
): Promise<string> {
  const steps = await deps.deployments.listSteps(key);
  const running = steps.find((step) => step.name === name && step.status === 'running');
  return running?.started_at ?? deps.clock.now().toISOString();
}

/** Ends a step's entry now. */
export async function finishStep(
  deps: Pick<StepDependencies, 'deployments' | 'clock'>,
  key: DeploymentKey,
  step: Pick<Step, 'name' | 'started_at'>,
  status: Step['status'],
): Promise<void> {
  const duration_ms = Math.max(0, deps.clock.now().getTime() - Date.parse(step.started_at));
  await deps.deployments.writeStep(key, {
    name: step.name,
    started_at: step.started_at,
    status,
    duration_ms,
  });
}
