import {
  isReached,
  type Permission,
  type Principal,
  reach,
  seesProject,
  type Target,
} from '../access/index.ts';
import type { Project } from '../projects/index.ts';
import type { Deployment } from './model.ts';
import type { DeploymentFilter, RecentDeployment } from './ports.ts';

const READ: Permission = { resource: 'deployments', action: 'read' };

/** A deployment as far as access to it goes: it belongs to who asked for it, and to the owner of its project. */
export function toTarget({ created_by, project_owner_id, project_id, environment }: Deployment): Target {
  return { owner_ids: [created_by, project_owner_id], project_id, environment };
}

/** False for a deployment that to the principal doesn't exist: one of a project that they aren't let into, or of
 *  another environment than their API token's. */
export function seesDeployment(
  principal: Principal,
  { project_id, environment }: Pick<Deployment, 'project_id' | 'environment'>,
): boolean {
  if (!seesProject(principal, project_id)) return false;
  return principal.environment === null || principal.environment === environment;
}

/** A list's filter, narrowed to what the principal may see.
 *  @param deleted - ids of deleted projects */
export function narrow(
  principal: Principal,
  filter: DeploymentFilter,
  deleted: readonly string[],
): DeploymentFilter {
  return {
    ...filter,
    hidden_project_ids: deleted,
    environment: principal.environment ?? undefined,
    belongs_to: reach(principal, READ) === 'team' ? undefined : principal.user_id,
    project_ids: principal.project_ids?.filter((id) => !deleted.includes(id)),
  };
}

/** Of a project's latest deployments those that a list of deployments would show the principal. */
export function visibleRecent(
  principal: Principal,
  project: Project,
  recent: readonly RecentDeployment[],
): RecentDeployment[] {
  return recent.filter(({ created_by, environment }) => {
    const target = { owner_ids: [created_by, project.owner_id], project_id: project.id, environment };
    return isReached(principal, READ, target);
  });
}
