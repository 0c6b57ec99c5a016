import type { Deployment } from '../model.ts';
import type { DeploymentKey } from '../ports.ts';
import type { PipelineDependencies } from './dependencies.ts';

type OutputDependencies = Pick<PipelineDependencies, 'source' | 'images' | 'logger'>;

/** Removes what a deployment that will never serve had stored: its source, and the image that it built. */
export async function discardOutput(deps: OutputDependencies, deployment: Deployment): Promise<void> {
  const { tenant_id, id: deployment_id, rollback_of, release_id } = deployment;
  await discardSource(deps, { tenant_id, deployment_id });
  // A rollback's release is that of a deployment which did serve.
  if (rollback_of !== null || release_id === null) return;
  await attempt(deps, deployment_id, () => deps.images.discard(release_id));
}

/** Removes a source that no build took. */
export async function discardSource(
  deps: Pick<OutputDependencies, 'source' | 'logger'>,
  key: DeploymentKey,
): Promise<void> {
  await attempt(deps, key.deployment_id, () => deps.source.discard(key));
}

// The deployment's own end must not wait for this.
async function attempt(
  deps: Pick<OutputDependencies, 'logger'>,
  deployment_id: string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    deps.logger.error('output of a deployment could not be removed', { deployment_id, error });
  }
}
