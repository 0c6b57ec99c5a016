import type { Variables } from '../../projects/index.ts';
import { DeploymentFailedError } from '../failure.ts';
import { enterStatus, loadDeployment } from '../lifecycle.ts';
import type { Deployment, Service } from '../model.ts';
import type { DeploymentKey, Release, ReleaseSpec, RolloutProgress } from '../ports.ts';
import { isUnderWay } from '../transitions.ts';
import { composeVariables } from '../variables.ts';
import { endBuild } from './build.ts';
import { recordCrash } from './crash.ts';
import type { PipelineDependencies, TaskContext } from './dependencies.ts';
import { DeploymentEndedError, RolloutPendingError } from './errors.ts';
import { discardOutput, discardSource } from './output.ts';
import { serviceKey } from './service-key.ts';
import { runStep, say } from './step.ts';

type SpecDependencies = Pick<PipelineDependencies, 'releases' | 'services' | 'projects' | 'addresses'>;

/** Ends the build's step, turns what was built into an image, and remembers that in the release.
 *  @param build_duration_ms - how long the build took, where its builder says so */
export async function publishImage(
  deps: PipelineDependencies,
  key: DeploymentKey,
  build_duration_ms?: number,
): Promise<void> {
  await endBuild(deps, key, 'success', build_duration_ms);
  await runStep(deps, key, 'publish_image', async (deployment) => {
    const release = await loadRelease(deps, deployment);
    if (release.image !== null) return;
    await deps.releases.setImage(release, await deps.images.publish(key, release));
    // Cancelled while it was being published: whoever cancelled it may have found no image to remove yet.
    const { status } = await loadDeployment(deps, key);
    if (isUnderWay(status)) return;
    await discardOutput(deps, deployment);
    throw new DeploymentEndedError(status);
  });
}

/** Runs the pre-deploy commands in the new image, before anything is switched. */
export async function runPreDeploy(
  deps: PipelineDependencies,
  key: DeploymentKey,
  context: TaskContext,
): Promise<void> {
  await runStep(deps, key, 'pre_deploy', async (deployment) => {
    const spec = await loadReleaseSpec(deps, deployment);
    await deps.compute.runOneOff(spec, spec.plan.pre_deploy, context.signal);
  });
}

/** Starts the release beside the one that serves. */
export async function startRelease(deps: PipelineDependencies, key: DeploymentKey): Promise<void> {
  await runStep(deps, key, 'release', async () => {
    const { deployment } = await enterStatus(deps, key, 'deploying', { isolation: deps.compute.isolation });
    if (!isUnderWay(deployment.status)) throw new DeploymentEndedError(deployment.status);
    await deps.compute.release(await loadReleaseSpec(deps, deployment));
    // Cancelled while it was being started: whoever cancelled it may have found nothing to stop yet.
    const { status } = await loadDeployment(deps, key);
    if (isUnderWay(status)) return;
    await deps.compute.stop(key.deployment_id);
    throw new DeploymentEndedError(status);
  });
}

/** Asks once how the rollout is getting on. @throws RolloutPendingError to be asked again, DeploymentFailedError */
export async function awaitRollout(
  deps: PipelineDependencies,
  key: DeploymentKey,
  context: TaskContext,
): Promise<void> {
  await runStep(deps, key, 'health_check', async () => {
    const progress = await deps.compute.progress(key.deployment_id, context.signal);
    if (progress.state === 'pending') throw new RolloutPendingError();
    if (progress.state === 'failed') throw new DeploymentFailedError(progress.reason, progress.detail);
    say(deps, key, 'health_check', 'Healthy');
  });
}

/** Gives the service to this deployment, in the store first (fenced by the lock), then in the traffic. */
export async function switchRoute(deps: PipelineDependencies, key: DeploymentKey): Promise<void> {
  await runStep(deps, key, 'switch_route', async (deployment) => {
    const service = await loadService(deps, deployment);
    if (!deployment.is_switched) {
      await demandNotFailed(deps, key);
      const next: Deployment = { ...deployment, is_switched: true, version: deployment.version + 1 };
      await deps.deployments.switchService(service, deployment, next);
    }
    await deps.compute.promote(await loadReleaseSpec(deps, deployment));
    say(deps, key, 'switch_route', `Serving at ${await deps.addresses.url(service)}`);
  });
}

/** Records the success and frees the lock. */
export async function recordSuccess(deps: PipelineDependencies, key: DeploymentKey): Promise<void> {
  const deployment = await loadDeployment(deps, key);
  // The service is gone where the project was deleted in this moment; the deployment ends all the same.
  const service = await deps.services.find(serviceKey(deployment));
  const url = service === undefined ? null : await deps.addresses.url(service);
  // A rerun after a death fetches a source again that is built already.
  await discardSource(deps, key);
  const { moved } = await enterStatus(deps, key, 'success', { url });
  // Comes after the status, so whoever follows the log learns of the end by it.
  if (moved) say(deps, key, 'deploy', 'Succeeded');
  // An app that ended for good before this left no success to take back.
  const progress = await progressNow(deps, key);
  if (moved && progress.state === 'failed') await recordCrash(deps, key);
}

/** An app may end right after its first healthy answer: then the one that serves must go on. */
async function demandNotFailed(deps: PipelineDependencies, key: DeploymentKey): Promise<void> {
  const progress = await progressNow(deps, key);
  if (progress.state === 'failed') throw new DeploymentFailedError(progress.reason, progress.detail);
}

/** How a rollout stands, without waiting for news. */
export function progressNow(deps: PipelineDependencies, key: DeploymentKey): Promise<RolloutProgress> {
  return deps.compute.progress(key.deployment_id, AbortSignal.abort());
}

/** The release of a deployment. @throws DeploymentFailedError internal when it has none */
export async function loadRelease(
  deps: Pick<PipelineDependencies, 'releases'>,
  deployment: Deployment,
): Promise<Release> {
  const { tenant_id, project_id, release_id } = deployment;
  const release =
    release_id === null ? undefined : await deps.releases.find(tenant_id, project_id, release_id);
  if (release === undefined) throw new DeploymentFailedError('internal', 'The release is gone.');
  return release;
}

/** The variables that a deployment's build and app see. */
export async function loadReleaseVariables(
  deps: SpecDependencies,
  deployment: Deployment,
): Promise<Variables> {
  return variablesOf(deps, deployment, await loadParts(deps, deployment));
}

/** All that compute needs to run a deployment's release. */
export async function loadReleaseSpec(deps: SpecDependencies, deployment: Deployment): Promise<ReleaseSpec> {
  const parts = await loadParts(deps, deployment);
  const { release, service, project } = parts;
  if (release.image === null) throw new DeploymentFailedError('internal', 'The image is gone.');
  return {
    service: serviceKey(deployment),
    deployment_id: deployment.id,
    release_id: release.id,
    display_name: project.name,
    host: service.host,
    image: release.image,
    plan: release.plan,
    variables: variablesOf(deps, deployment, parts),
  };
}

function variablesOf(
  deps: SpecDependencies,
  deployment: Deployment,
  { release, service, project }: Awaited<ReturnType<typeof loadParts>>,
): Variables {
  return composeVariables({
    own: release.variables,
    service: serviceKey(deployment),
    project_name: project.name,
    deployment_id: deployment.id,
    public_domain: deps.addresses.domain(service.host),
    commit: release.commit,
  });
}

async function loadParts(deps: SpecDependencies, deployment: Deployment) {
  const [release, service, project] = await Promise.all([
    loadRelease(deps, deployment),
    loadService(deps, deployment),
    deps.projects.find(deployment.tenant_id, deployment.project_id),
  ]);
  if (project === undefined) throw new DeploymentFailedError('internal', 'The project was deleted.');
  return { release, service, project };
}

async function loadService(
  deps: Pick<PipelineDependencies, 'services'>,
  deployment: Deployment,
): Promise<Service> {
  const service = await deps.services.find(serviceKey(deployment));
  if (service === undefined) throw new DeploymentFailedError('internal', 'The service is gone.');
  return service;
}
