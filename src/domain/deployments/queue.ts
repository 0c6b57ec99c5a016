import type { Project } from '../projects/index.ts';
import { AppError } from '../shared/errors.ts';
import { deploymentEvent, type LifecycleDependencies } from './lifecycle.ts';
import { DEFAULT_ENVIRONMENT, DEFAULT_SERVICE, type Deployment } from './model.ts';

type Chosen = Partial<Deployment> & Pick<Deployment, 'requested'>;

/** Queues a deployment of a project's default service and environment, unless `chosen` names others.
 *  @param user_id - who asks for it
 *  @throws AppError DEPLOYMENT_IN_PROGRESS, PROJECT_NOT_FOUND */
export function queueDeployment(
  deps: LifecycleDependencies,
  project: Pick<Project, 'tenant_id' | 'id' | 'owner_id'>,
  user_id: string,
  chosen: Chosen,
): Promise<Deployment> {
  return queue(deps, {
    ...newDeployment(deps),
    tenant_id: project.tenant_id,
    project_id: project.id,
    project_owner_id: project.owner_id,
    created_by: user_id,
    ...chosen,
  });
}

/** Queues a deployment of the release that another one made.
 *  @param user_id - who asks for it
 *  @throws AppError RELEASE_NOT_AVAILABLE, DEPLOYMENT_IN_PROGRESS, PROJECT_NOT_FOUND */
export function queueRollback(
  deps: LifecycleDependencies,
  target: Deployment,
  user_id: string,
): Promise<Deployment> {
  if (target.release_id === null || !target.is_switched) throw new AppError('RELEASE_NOT_AVAILABLE');
  return queue(deps, {
    ...newDeployment(deps),
    tenant_id: target.tenant_id,
    project_id: target.project_id,
    project_owner_id: target.project_owner_id,
    service: target.service,
    environment: target.environment,
    requested: { branch: target.branch, commit: target.commit },
    branch: target.branch,
    commit: target.commit,
    commit_message: target.commit_message,
    commit_author: target.commit_author,
    release_id: target.release_id,
    rollback_of: target.id,
    created_by: user_id,
  });
}

async function queue(deps: LifecycleDependencies, deployment: Deployment): Promise<Deployment> {
  await deps.deployments.create(deployment, [
    deploymentEvent(deps, deployment, 'branchline.deployment.queued'),
  ]);
  return deployment;
}

function newDeployment(deps: LifecycleDependencies) {
  return {
    id: deps.ids.next('dpl'),
    service: DEFAULT_SERVICE,
    environment: DEFAULT_ENVIRONMENT,
    status: 'queued',
    branch: null,
    commit: null,
    commit_message: null,
    commit_author: null,
    release_id: null,
    rollback_of: null,
    isolation: null,
    url: null,
    failure: null,
    created_at: deps.clock.now().toISOString(),
    started_at: null,
    finished_at: null,
    build_duration_ms: 0,
    is_switched: false,
    version: 1,
  } as const;
}
