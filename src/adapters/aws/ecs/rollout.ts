import {
  type Deployment,
  DescribeServiceDeploymentsCommand,
  type Service,
  type ServiceDeploymentStatus,
} from '@aws-sdk/client-ecs';
import type { RolloutProgress } from '../../../domain/deployments/index.ts';
import { callEcs } from './client.ts';
import type { EcsComputeDependencies } from './config.ts';
import { familyOf } from './names.ts';
import { demandOnlyMissing, deploymentOf, findService } from './services.ts';
import type { FoundRelease } from './task-definitions.ts';
import { findLastEnd } from './tasks.ts';

/** How a rollout is getting on, as it is now. */
export async function readRollout(
  deps: EcsComputeDependencies,
  release: FoundRelease,
): Promise<RolloutProgress> {
  const service = await findService(deps, release.service);
  if (service === undefined || service.status !== 'ACTIVE') {
    return { state: 'failed', reason: 'interrupted', detail: 'It is not running.' };
  }
  const own = deploymentOf(service, release.arn);
  // Another one in first place: ECS returned to it after the failure of this one.
  const was_given_up = service.desiredCount === 0;
  if (own === undefined || own.status !== 'PRIMARY' || own.rolloutState === 'FAILED' || was_given_up) {
    return explainFailure(deps, release, service, own);
  }
  switch (await readState(deps, service, own)) {
    case 'done':
      return { state: 'healthy' };
    case 'failed':
      return explainFailure(deps, release, service, own);
    case 'under_way':
      return isOverdue(deps, release, own)
        ? explainFailure(deps, release, service, own)
        : { state: 'pending' };
  }
}

type State = 'done' | 'failed' | 'under_way';

const STATES: Readonly<Record<ServiceDeploymentStatus, State>> = {
  PENDING: 'under_way',
  IN_PROGRESS: 'under_way',
  SUCCESSFUL: 'done',
  STOPPED: 'failed',
  STOP_REQUESTED: 'failed',
  ROLLBACK_REQUESTED: 'failed',
  ROLLBACK_IN_PROGRESS: 'failed',
  ROLLBACK_SUCCESSFUL: 'failed',
  ROLLBACK_FAILED: 'failed',
};

// The service deployment knows of the bake time; the deployment in the service's list is there when it no longer is.
async function readState(deps: EcsComputeDependencies, service: Service, own: Deployment): Promise<State> {
  const arn = service.currentServiceDeployment;
  if (arn !== undefined) {
    const { serviceDeployments = [], failures = [] } = await callEcs('DescribeServiceDeployments', () =>
      deps.ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] })),
    );
    demandOnlyMissing('DescribeServiceDeployments', failures);
    const status = serviceDeployments[0]?.status;
    if (status !== undefined) return STATES[status];
  }
  return own.rolloutState === 'COMPLETED' ? 'done' : 'under_way';
}

/** An app that neither ends nor answers must not hold up its deployment until ECS has tried it three times. */
function isOverdue(
  { config, clock }: EcsComputeDependencies,
  release: FoundRelease,
  own: Deployment,
): boolean {
  if (own.createdAt === undefined) return false;
  const allowed_s = config.start_allowance_s + release.notes.health_timeout_s + config.bake_minutes * 60;
  return clock.now().getTime() - own.createdAt.getTime() > allowed_s * 1000;
}

async function explainFailure(
  deps: EcsComputeDependencies,
  release: FoundRelease,
  service: Service,
  own: Deployment | undefined,
): Promise<RolloutProgress> {
  const end = await findLastEnd(deps, familyOf(release.arn));
  if (end !== undefined) {
    return { state: 'failed', reason: end.reason, detail: end.detail };
  }
  if (wasNotPlaced(service, own)) {
    deps.logger.error('ECS has no place for tasks', {
      service: service.serviceName,
      event: lastEvent(service),
    });
    return { state: 'failed', reason: 'internal', detail: 'There was no room for the app.' };
  }
  const { health_path, health_timeout_s } = release.notes;
  const asked = health_path ?? 'the app';
  const detail = `No healthy answer from ${asked} within ${health_timeout_s} s.`;
  return { state: 'failed', reason: 'healthcheck_failed', detail };
}

function wasNotPlaced(service: Service, own: Deployment | undefined): boolean {
  const tasks = (own?.runningCount ?? 0) + (own?.pendingCount ?? 0);
  return tasks === 0 && /unable to place a task/.test(lastEvent(service));
}

function lastEvent(service: Service): string {
  return service.events?.[0]?.message ?? '';
}
