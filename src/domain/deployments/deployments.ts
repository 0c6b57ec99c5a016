import type { Principal, Target } from '../access/index.ts';
import { demandAccess, reach, seesProject } from '../access/index.ts';
import { getProject, type Project, type ProjectStore } from '../projects/index.ts';
import { AppError } from '../shared/errors.ts';
import type { Page, PageRequest } from '../shared/page.ts';
import { deploymentEvent, enterStatus, type LifecycleDependencies } from './lifecycle.ts';
import { DEFAULT_ENVIRONMENT, DEFAULT_SERVICE, type Deployment, type Step } from './model.ts';
import type { DeploymentFilter, DeploymentLogs, LogQuery } from './ports.ts';

export interface DeploymentDependencies extends LifecycleDependencies {
  readonly projects: Pick<ProjectStore, 'find'>;
  readonly logs: Pick<DeploymentLogs, 'read'>;
}

/** Queues a deployment of a branch or a commit. Whether they exist turns out when it runs.
 *  @throws AppError PROJECT_NOT_FOUND, DEPLOYMENT_IN_PROGRESS */
export async function requestDeployment(
  deps: DeploymentDependencies,
  principal: Principal,
  input: {
    readonly project_id: string;
    readonly branch?: string | undefined;
    readonly commit?: string | undefined;
  },
): Promise<Deployment> {
  const project = await getProject(deps, principal, input.project_id);
  demandAccess(
    principal,
    { resource: 'deployments', action: 'create' },
    { owner_ids: [project.owner_id], project_id: project.id, environment: DEFAULT_ENVIRONMENT },
  );
  const deployment: Deployment = {
    ...newDeployment(deps, principal, project),
    requested: { branch: input.branch ?? null, commit: input.commit ?? null },
    branch: input.branch ?? null,
    commit: input.commit ?? null,
  };
  return queue(deps, deployment);
}

/** Queues a deployment of an earlier one's release: no build, its variables as they were.
 *  @throws AppError DEPLOYMENT_NOT_FOUND, PROJECT_NOT_FOUND, RELEASE_NOT_AVAILABLE, DEPLOYMENT_IN_PROGRESS */
export async function rollBack(
  deps: DeploymentDependencies,
  principal: Principal,
  deployment_id: string,
): Promise<Deployment> {
  const target = await getDeployment(deps, principal, deployment_id);
  const project = await getProject(deps, principal, target.project_id);
  demandAccess(
    principal,
    { resource: 'deployments', action: 'create' },
    {
      ...toTarget(target),
      owner_ids: [project.owner_id, target.created_by],
    },
  );
  if (target.release_id === null || !target.is_switched) throw new AppError('RELEASE_NOT_AVAILABLE');
  const deployment: Deployment = {
    ...newDeployment(deps, principal, project),
    service: target.service,
    environment: target.environment,
    requested: { branch: target.branch, commit: target.commit },
    branch: target.branch,
    commit: target.commit,
    commit_message: target.commit_message,
    commit_author: target.commit_author,
    release_id: target.release_id,
    rollback_of: target.id,
  };
  return queue(deps, deployment);
}

/** Ends a deployment before traffic goes to it. The event makes the workflow and the compute provider stop.
 *  @throws AppError DEPLOYMENT_NOT_FOUND, DEPLOYMENT_NOT_CANCELLABLE */
export async function cancelDeployment(
  deps: DeploymentDependencies,
  principal: Principal,
  deployment_id: string,
): Promise<Deployment> {
  const current = await getDeployment(deps, principal, deployment_id);
  demandAccess(principal, { resource: 'deployments', action: 'update' }, toTarget(current));
  const { deployment, moved } = await enterStatus(
    deps,
    { tenant_id: principal.tenant_id, deployment_id },
    'cancelled',
  );
  if (!moved) throw new AppError('DEPLOYMENT_NOT_CANCELLABLE');
  return deployment;
}

/** One deployment. @throws AppError DEPLOYMENT_NOT_FOUND, also for another tenant's id */
export async function getDeployment(
  deps: Pick<DeploymentDependencies, 'deployments'>,
  principal: Principal,
  deployment_id: string,
): Promise<Deployment> {
  const deployment = await deps.deployments.find({ tenant_id: principal.tenant_id, deployment_id });
  if (deployment === undefined || !seesProject(principal, deployment.project_id)) {
    throw new AppError('DEPLOYMENT_NOT_FOUND');
  }
  demandAccess(principal, { resource: 'deployments', action: 'read' }, toTarget(deployment));
  return deployment;
}

/** A deployment's steps so far, in order. */
export async function listSteps(
  deps: Pick<DeploymentDependencies, 'deployments'>,
  deployment: Deployment,
): Promise<Step[]> {
  return deps.deployments.listSteps({ tenant_id: deployment.tenant_id, deployment_id: deployment.id });
}

/** The tenant's deployments, newest first. @throws AppError PROJECT_NOT_FOUND where a filter names an unknown one */
export async function listDeployments(
  deps: Pick<DeploymentDependencies, 'deployments' | 'projects'>,
  principal: Principal,
  filter: DeploymentFilter,
  page: PageRequest,
): Promise<Page<Deployment>> {
  if (filter.project_id !== undefined) await getProject(deps, principal, filter.project_id);
  const scope = reach(principal, { resource: 'deployments', action: 'read' });
  const visible = scope === 'team' ? filter : { ...filter, created_by: principal.user_id };
  return deps.deployments.list(principal.tenant_id, visible, page);
}

/** Lines of a deployment's log, oldest first. @throws AppError DEPLOYMENT_NOT_FOUND */
export async function readLogs(
  deps: Pick<DeploymentDependencies, 'deployments' | 'logs'>,
  principal: Principal,
  deployment_id: string,
  query: LogQuery,
): ReturnType<DeploymentLogs['read']> {
  await getDeployment(deps, principal, deployment_id);
  return deps.logs.read({ tenant_id: principal.tenant_id, deployment_id }, query);
}

/** A deployment as far as access to it goes. */
function toTarget({ created_by, project_id, environment }: Deployment): Target {
  return { owner_ids: [created_by], project_id, environment };
}

async function queue(deps: DeploymentDependencies, deployment: Deployment): Promise<Deployment> {
  await deps.deployments.create(deployment, [
    deploymentEvent(deps, deployment, 'branchline.deployment.queued'),
  ]);
  return deployment;
}

function newDeployment(deps: LifecycleDependencies, principal: Principal, project: Project): Deployment {
  return {
    id: deps.ids.next('dpl'),
    tenant_id: principal.tenant_id,
    project_id: project.id,
    service: DEFAULT_SERVICE,
    environment: DEFAULT_ENVIRONMENT,
    status: 'queued',
    requested: { branch: null, commit: null },
    branch: null,
    commit: null,
    commit_message: null,
    commit_author: null,
    release_id: null,
    rollback_of: null,
    isolation: null,
    url: null,
    failure: null,
    created_by: principal.user_id,
    created_at: deps.clock.now().toISOString(),
    started_at: null,
    finished_at: null,
    build_duration_ms: 0,
    is_switched: false,
    version: 1,
  };
}
