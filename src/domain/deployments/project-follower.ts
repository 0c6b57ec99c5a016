import { isAppError } from '../shared/errors.ts';
import type { EventConsumer } from '../shared/events.ts';
import { enterStatus } from './lifecycle.ts';
import type { ProjectKey } from './model.ts';
import type { PipelineDependencies } from './pipeline/dependencies.ts';
import { queueRollback } from './queue.ts';
import { isUnderWay } from './transitions.ts';

type FollowerDependencies = Pick<
  PipelineDependencies,
  'compute' | 'deployments' | 'services' | 'projects' | 'clock' | 'ids'
>;

const PAGE = 100;

/** A deleted project: cancels what is under way, stops its apps, frees its host names. A restored one: has what served
 *  released again, without a build. Goes by what is true now, so that late, repeated and reordered events do no harm. */
export function createProjectFollower(deps: FollowerDependencies): EventConsumer {
  return {
    async handle(event) {
      const key = { tenant_id: event.tenant_id, project_id: String(event.data['project_id']) };
      const is_there = await isThere(deps, key);
      if (event.type === 'branchline.project.restored') {
        if (is_there) await bringBack(deps, key, event.occurred_at);
        return;
      }
      // Restored meanwhile: that has an event of its own.
      if (is_there) return;
      await takeDown(deps, key);
      // Restored while it was being taken down: the other event may have been handled before this was done.
      if (await isThere(deps, key)) await bringBack(deps, key, deps.clock.now().toISOString());
    },
  };
}

async function isThere(deps: FollowerDependencies, { tenant_id, project_id }: ProjectKey): Promise<boolean> {
  return (await deps.projects.find(tenant_id, project_id)) !== undefined;
}

async function takeDown(deps: FollowerDependencies, { tenant_id, project_id }: ProjectKey): Promise<void> {
  const { items } = await deps.deployments.list(tenant_id, { project_id }, { limit: PAGE });
  for (const deployment of items.filter((candidate) => isUnderWay(candidate.status))) {
    await enterStatus(deps, { tenant_id, deployment_id: deployment.id }, 'cancelled');
  }
  // Its routes go at once, so its hosts are free before its apps have ended, which takes a while.
  const removed = deps.compute.removeProject(tenant_id, project_id);
  await Promise.all([removed, deps.services.removeAll(tenant_id, project_id)]);
}

/** Queues a deployment of what served of each service, for whoever had asked for it.
 *  @param before - ISO 8601; what was asked for later serves already */
async function bringBack(
  deps: FollowerDependencies,
  { tenant_id, project_id }: ProjectKey,
  before: string,
): Promise<void> {
  for (const deployment_id of await deps.services.listServed(tenant_id, project_id)) {
    const served = await deps.deployments.find({ tenant_id, deployment_id });
    if (served === undefined || served.created_at > before) continue;
    try {
      await queueRollback(deps, served, served.created_by);
    } catch (error) {
      if (!isAppError(error) || !NOTHING_TO_DO.includes(error.code)) throw error;
    }
  }
}

// Somebody deploys already, or it was deleted again, or what served last failed right after.
const NOTHING_TO_DO: readonly string[] = [
  'DEPLOYMENT_IN_PROGRESS',
  'PROJECT_NOT_FOUND',
  'RELEASE_NOT_AVAILABLE',
];
