import type { Principal } from '../access/index.ts';
import { demandAccess } from '../access/index.ts';
import { lookUpProject, type ProjectStore } from '../projects/index.ts';
import { AppError } from '../shared/errors.ts';
import type { Page, PageRequest } from '../shared/page.ts';
import { enterStatus, type LifecycleDependencies } from './lifecycle.ts';
import { DEFAULT_ENVIRONMENT, type Deployment, type Step } from './model.ts';
import type { DeploymentFilter, DeploymentLogs, LogQuery } from './ports.ts';
import { queueDeployment, queueRollback } from './queue.ts';
import { narrow, seesDeployment, toTarget } from './visibility.ts';

export interface DeploymentDependencies extends LifecycleDependencies {
  readonly projects: Pick<ProjectStore, 'find' | 'listDeletedIds'>;
  readonly logs: Pick<DeploymentLogs, 'read'>;
}

type GetDependencies = Pick<DeploymentDependencies, 'deployments'> & {
  readonly projects: Pick<ProjectStore, 'find'>;
};

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
  const project = await lookUpProject(deps, principal, input.project_id);
  demandAccess(
    principal,
    { resource: 'deployments', action: 'create' },
    { owner_ids: [project.owner_id], project_id: project.id, environment: DEFAULT_ENVIRONMENT },
  );
  const { branch = null, commit = null } = input;
  return queueDeployment(deps, project, principal.user_id, {
    requested: { branch, commit },
    branch,
    commit,
  });
}

/** Queues a deployment of an earlier one's release: no build, its variables as they were.
 *  @throws AppError DEPLOYMENT_NOT_FOUND, PROJECT_NOT_FOUND, RELEASE_NOT_AVAILABLE, DEPLOYMENT_IN_PROGRESS */
export async function rollBack(
  deps: DeploymentDependencies,
  principal: Principal,
  deployment_id: string,
): Promise<Deployment> {
  const target = await lookUpDeployment(deps, principal, deployment_id);
  demandAccess(principal, { resource: 'deployments', action: 'create' }, toTarget(target));
  return queueRollback(deps, target, principal.user_id);
}

/** Ends a deployment before traffic goes to it. The event makes the workflow and the compute provider stop.
 *  @throws AppError DEPLOYMENT_NOT_FOUND, DEPLOYMENT_NOT_CANCELLABLE */
export async function cancelDeployment(
  deps: DeploymentDependencies,
  principal: Principal,
  deployment_id: string,
): Promise<Deployment> {
  const current = await lookUpDeployment(deps, principal, deployment_id);
  demandAccess(principal, { resource: 'deployments', action: 'update' }, toTarget(current));
  const { deployment, moved } = await enterStatus(
    deps,
    { tenant_id: principal.tenant_id, deployment_id },
    'cancelled',
  );
  if (!moved) throw new AppError('DEPLOYMENT_NOT_CANCELLABLE');
  return deployment;
}

/** One deployment. @throws AppError DEPLOYMENT_NOT_FOUND, also for another tenant's id, and while its project is deleted */
export async function getDeployment(
  deps: GetDependencies,
  principal: Principal,
  deployment_id: string,
): Promise<Deployment> {
  const deployment = await lookUpDeployment(deps, principal, deployment_id);
  demandAccess(principal, { resource: 'deployments', action: 'read' }, toTarget(deployment));
  return deployment;
}

/** One deployment, for what is done with it: whether the principal may do that is the caller's to demand. */
async function lookUpDeployment(
  deps: GetDependencies,
  principal: Principal,
  deployment_id: string,
): Promise<Deployment> {
  const { tenant_id } = principal;
  const deployment = await deps.deployments.find({ tenant_id, deployment_id });
  if (deployment === undefined || !seesDeployment(principal, deployment)) {
    throw new AppError('DEPLOYMENT_NOT_FOUND');
  }
  const project = await deps.projects.find(tenant_id, deployment.project_id);
  if (project === undefined) throw new AppError('DEPLOYMENT_NOT_FOUND');
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
  const { tenant_id } = principal;
  if (filter.project_id !== undefined) await lookUpProject(deps, principal, filter.project_id);
  const deleted = filter.project_id === undefined ? await deps.projects.listDeletedIds(tenant_id) : [];
  return deps.deployments.list(tenant_id, narrow(principal, filter, deleted), page);
}

/** Lines of a deployment's log, oldest first. @throws AppError DEPLOYMENT_NOT_FOUND */
export async function readLogs(
  deps: GetDependencies & Pick<DeploymentDependencies, 'logs'>,
  principal: Principal,
  deployment_id: string,
  query: LogQuery,
): ReturnType<DeploymentLogs['read']> {
  await getDeployment(deps, principal, deployment_id);
  return deps.logs.read({ tenant_id: principal.tenant_id, deployment_id }, query);
}
