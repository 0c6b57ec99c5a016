import { AppError, isAppError } from '../shared/errors.ts';
import type { DomainEvent } from '../shared/events.ts';
import type { Clock, IdGenerator } from '../shared/ports.ts';
import type { DeploymentEventType } from './events.ts';
import type { Deployment, DeploymentStatus } from './model.ts';
import type { DeploymentKey, DeploymentStore } from './ports.ts';
import { isUnderWay, mayEnter } from './transitions.ts';

export interface LifecycleDependencies {
  readonly deployments: DeploymentStore;
  readonly clock: Clock;
  readonly ids: IdGenerator;
}

/** What else changes with a status. */
export type DeploymentChanges = Partial<
  Pick<
    Deployment,
    'branch' | 'commit' | 'commit_message' | 'commit_author' | 'release_id' | 'isolation' | 'url' | 'failure'
  >
>;

const EVENTS_ON_ENTERING: Readonly<Partial<Record<DeploymentStatus, DeploymentEventType>>> = {
  building: 'branchline.deployment.building',
  deploying: 'branchline.deployment.deploying',
  success: 'branchline.deployment.succeeded',
  failed: 'branchline.deployment.failed',
  cancelled: 'branchline.deployment.cancelled',
};

// Each loss means that another writer won, and only the pipeline and a cancel write: a handful is plenty.
const MAX_ATTEMPTS = 8;

/** Moves a deployment to a status, with its event, in one write; frees the service's lock when that is its end.
 *  @returns the deployment as it is now, and whether this call moved it; it stays as it is where the transition table
 *  doesn't allow the move (it was cancelled, say), or where it is in that status already */
export async function enterStatus(
  deps: LifecycleDependencies,
  key: DeploymentKey,
  status: DeploymentStatus,
  changes: DeploymentChanges = {},
): Promise<{ readonly deployment: Deployment; readonly moved: boolean }> {
  return change(deps, key, (current) => {
    if (!mayEnter(current.status, status)) return undefined;
    if (status === 'cancelled' && current.is_switched) return undefined;
    const repeated = current.status === status;
    if (repeated && !isUnderWay(status)) return undefined;
    const now = deps.clock.now();
    const next: Deployment = {
      ...current,
      ...changes,
      status,
      // What failed is no release to return to, whatever the store had come to believe.
      is_switched: current.is_switched && status !== 'failed',
      started_at: current.started_at ?? now.toISOString(),
      // A crash comes after the end that counts.
      finished_at: isUnderWay(status) ? null : (current.finished_at ?? now.toISOString()),
      version: current.version + 1,
    };
    return { next, events: repeated ? [] : eventsFor(deps, next) };
  });
}

/** Changes fields of a deployment that is still under way. */
export async function changeDeployment(
  deps: LifecycleDependencies,
  key: DeploymentKey,
  changes: DeploymentChanges & Partial<Pick<Deployment, 'build_duration_ms'>>,
): Promise<Deployment> {
  const { deployment } = await change(deps, key, (current) =>
    isUnderWay(current.status)
      ? { next: { ...current, ...changes, version: current.version + 1 }, events: [] }
      : undefined,
  );
  return deployment;
}

/** @throws AppError DEPLOYMENT_NOT_FOUND */
export async function loadDeployment(
  deps: Pick<LifecycleDependencies, 'deployments'>,
  key: DeploymentKey,
): Promise<Deployment> {
  const deployment = await deps.deployments.find(key);
  if (deployment === undefined) throw new AppError('DEPLOYMENT_NOT_FOUND');
  return deployment;
}

type Decide = (
  current: Deployment,
) => { readonly next: Deployment; readonly events: readonly DomainEvent[] } | undefined;

async function change(
  deps: LifecycleDependencies,
  key: DeploymentKey,
  decide: Decide,
): Promise<{ readonly deployment: Deployment; readonly moved: boolean }> {
  for (let attempt = 1; ; attempt += 1) {
    const current = await loadDeployment(deps, key);
    const decision = decide(current);
    if (decision === undefined) return { deployment: current, moved: false };
    try {
      await deps.deployments.replace(current, decision.next, decision.events, {
        unlock: !isUnderWay(decision.next.status),
      });
      return { deployment: decision.next, moved: true };
    } catch (error) {
      if (!isAppError(error) || error.code !== 'WRITE_CONFLICT' || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

function eventsFor(deps: LifecycleDependencies, deployment: Deployment): DomainEvent[] {
  const type = EVENTS_ON_ENTERING[deployment.status];
  if (type === undefined) return [];
  const events = [deploymentEvent(deps, deployment, type)];
  if (deployment.status === 'success' && deployment.rollback_of !== null) {
    events.push(deploymentEvent(deps, deployment, 'branchline.deployment.rolled_back'));
  }
  return events;
}

/** An event about a deployment as it is after the change. */
export function deploymentEvent(
  deps: Pick<LifecycleDependencies, 'clock' | 'ids'>,
  deployment: Deployment,
  type: DeploymentEventType,
): DomainEvent {
  return {
    id: deps.ids.next('evt'),
    type,
    schema_version: 1,
    tenant_id: deployment.tenant_id,
    entity: { id: deployment.id, version: deployment.version },
    occurred_at: deps.clock.now().toISOString(),
    data: {
      deployment_id: deployment.id,
      project_id: deployment.project_id,
      service: deployment.service,
      environment: deployment.environment,
      rollback_of: deployment.rollback_of,
      ...(deployment.finished_at === null ? {} : endFields(deployment, deployment.finished_at)),
    },
  };
}

function endFields(deployment: Deployment, finished_at: string): Record<string, unknown> {
  return {
    duration_ms: Math.max(0, Date.parse(finished_at) - Date.parse(deployment.started_at ?? finished_at)),
    build_duration_ms: deployment.build_duration_ms,
    ...(deployment.failure === null ? {} : { reason: deployment.failure.reason }),
  };
}
