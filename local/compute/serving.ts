import {
  type DeploymentKey,
  loadReleaseSpec,
  type PipelineDependencies,
  type ReleaseSpec,
} from '../../src/domain/deployments/index.ts';

/** What a deployment that served before a restart runs; undefined when it is gone, or another one serves by now. */
export async function loadServing(
  deps: PipelineDependencies,
  key: DeploymentKey,
): Promise<ReleaseSpec | undefined> {
  const deployment = await deps.deployments.find(key);
  if (deployment === undefined || !deployment.is_switched) return undefined;
  try {
    return await loadReleaseSpec(deps, deployment);
  } catch (error) {
    deps.logger.error('app could not be started again', { deployment_id: key.deployment_id, error });
    return undefined;
  }
}
