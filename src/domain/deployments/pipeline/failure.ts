import { FAILURE_REASONS, type FailureReason } from '../failure.ts';
import { enterStatus, loadDeployment } from '../lifecycle.ts';
import type { DeploymentKey } from '../ports.ts';
import { mayEnter } from '../transitions.ts';
import { endBuild } from './build.ts';
import type { PipelineDependencies } from './dependencies.ts';
import { type CaughtError, DEPLOYMENT_ENDED, readCaughtError } from './errors.ts';
import { discardOutput } from './output.ts';
import { progressNow, recordSuccess } from './release.ts';
import { closeSteps, say } from './step.ts';

/** Records why a deployment failed, stops what it had started, and frees the lock. What served goes on serving.
 *  A deployment that was cancelled stays so.
 *  @param build_duration_ms - how long a build took that failed, where its builder says so */
export async function recordFailure(
  deps: PipelineDependencies,
  key: DeploymentKey,
  caught: CaughtError,
  build_duration_ms?: number,
): Promise<void> {
  const failure = readCaughtError(caught);
  if (failure.reason === 'internal' && caught.Error !== DEPLOYMENT_ENDED) {
    // A build's cause may hold the address that is its ticket.
    const Cause = caught.Cause?.replace(/https?:\/\/[^\s"]+/g, '[address]');
    deps.logger.error('deployment failed on our side', {
      deployment_id: key.deployment_id,
      caught: { Error: caught.Error, Cause },
    });
  }
  await settle(deps, key, failure.reason, failure.message, build_duration_ms);
}

/** Ends a deployment whose execution ended without saying so (stopped, timed out, died). */
export async function settleInterrupted(deps: PipelineDependencies, key: DeploymentKey): Promise<void> {
  await settle(deps, key, 'interrupted', FAILURE_REASONS.interrupted);
}

async function settle(
  deps: PipelineDependencies,
  key: DeploymentKey,
  reason: FailureReason,
  message: string,
  build_duration_ms?: number,
): Promise<void> {
  const deployment = await loadDeployment(deps, key);
  // It served, and may serve still or be returned to: its image has to stay, and its record is written.
  if (!mayEnter(deployment.status, 'failed') && deployment.status !== 'cancelled') return;
  // Traffic already goes to it: what failed is only the bookkeeping, so the truth is that it succeeded.
  if (deployment.is_switched && (await serves(deps, key))) return recordSuccess(deps, key);
  await deps.compute.stop(key.deployment_id);
  await discardOutput(deps, deployment);
  if (deployment.status !== 'cancelled') await endBuild(deps, key, 'failed', build_duration_ms);
  const { deployment: ended, moved } = await enterStatus(deps, key, 'failed', {
    failure: { reason, message },
  });
  await closeSteps(deps, key, ended.status === 'cancelled' ? 'cancelled' : 'failed');
  if (moved) say(deps, key, 'deploy', `Failed (${reason}): ${message}`, 'error');
}

// The store may know of a switch that a death kept from the traffic, and whose release then didn't come up again.
async function serves(deps: PipelineDependencies, key: DeploymentKey): Promise<boolean> {
  return (await progressNow(deps, key)).state === 'healthy';
}
