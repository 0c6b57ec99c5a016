import { changeDeployment } from '../lifecycle.ts';
import type { Step } from '../model.ts';
import type { DeploymentKey } from '../ports.ts';
import type { PipelineDependencies } from './dependencies.ts';
import { finishStep, openStep } from './step.ts';

/** Begins the build's step. Who builds on AWS knows nothing of it, so whoever comes before opens it, and whoever comes
 *  after ends it; the time that a build waits for its machine is part of it. */
export async function beginBuild(
  deps: Pick<PipelineDependencies, 'deployments' | 'clock'>,
  key: DeploymentKey,
): Promise<void> {
  await openStep(deps, key, 'build');
}

/** Ends the build's step, if it is open, and remembers for the bill how long the build took.
 *  @param duration_ms - as its builder says; else the time since the step began counts */
export async function endBuild(
  deps: Pick<PipelineDependencies, 'deployments' | 'clock' | 'ids'>,
  key: DeploymentKey,
  status: Exclude<Step['status'], 'running'>,
  duration_ms?: number,
): Promise<void> {
  const steps = await deps.deployments.listSteps(key);
  const open = steps.find((step) => step.name === 'build' && step.status === 'running');
  if (open === undefined) return;
  const since_ms = deps.clock.now().getTime() - Date.parse(open.started_at);
  await changeDeployment(deps, key, { build_duration_ms: duration_ms ?? Math.max(0, since_ms) });
  await finishStep(deps, key, open, status);
}
