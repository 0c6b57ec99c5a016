import type * as z from 'zod';
import { type Deployment, deploymentSchema, type RecentDeployment } from '../../domain/deployments/index.ts';

/** A deployment as the API shows it. */
export const deploymentView = deploymentSchema.omit({
  version: true,
  is_switched: true,
  requested: true,
  project_owner_id: true,
});

/** What a project shows of one of its latest deployments. */
export const recentDeploymentView = deploymentView.pick({
  id: true,
  status: true,
  branch: true,
  commit: true,
  created_at: true,
  finished_at: true,
});

/** @param deployment - as it is stored */
export function toDeploymentView(deployment: Deployment): z.infer<typeof deploymentView> {
  const {
    version: _version,
    is_switched: _switched,
    requested: _requested,
    project_owner_id: _owner,
    ...view
  } = deployment;
  return view;
}

/** @param recent - as it is stored beside its project */
export function toRecentView(recent: RecentDeployment): z.infer<typeof recentDeploymentView> {
  const { created_by: _creator, environment: _environment, ...view } = recent;
  return view;
}
