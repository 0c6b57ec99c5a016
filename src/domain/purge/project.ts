import type { ProjectKey, ServiceStore } from '../deployments/index.ts';
import type { Page } from '../shared/page.ts';
import type { Budget } from './budget.ts';
import type { ProjectOutput, ProjectRemains } from './ports.ts';
import type { Purge } from './purger.ts';

export interface ProjectPurgeDependencies {
  readonly remains: ProjectRemains;
  readonly output: ProjectOutput;
  readonly services: Pick<ServiceStore, 'removeAll'>;
}

/** Removes a deleted project and all that it held. What it is found by goes last, and what lies outside of the tables
 *  before the item that names it: so a run that dies leaves nothing that the next one doesn't find. */
export function createProjectPurge(deps: ProjectPurgeDependencies): Purge {
  return async (due, budget) => {
    if (!budget.take()) return 'unfinished';
    if (!(await deps.remains.claim(due))) return 'taken_back';
    const project = { tenant_id: due.tenant_id, project_id: due.id };
    if (!(await removeDeployments(deps, project, budget))) return 'unfinished';
    if (!(await removeReleases(deps, project, budget))) return 'unfinished';
    // Its deletion had freed its hosts, unless that was given up.
    await deps.services.removeAll(project.tenant_id, project.project_id);
    if (!(await repeat(budget, () => deps.remains.removeContents(project)))) return 'unfinished';
    await deps.output.removeCaches(project);
    await deps.remains.finish(due);
    return 'purged';
  };
}

function removeDeployments(
  { remains, output }: ProjectPurgeDependencies,
  project: ProjectKey,
  budget: Budget,
): Promise<boolean> {
  const list = (after?: string) => remains.listDeployments(project, after);
  return forEach(list, budget, async (deployment_id) => {
    const key = { tenant_id: project.tenant_id, deployment_id };
    await output.removeDeployment(key);
    return repeat(budget, () => remains.removeDeployment(key));
  });
}

/** Removes their images; they themselves are contents of the project. */
function removeReleases(
  { remains, output }: ProjectPurgeDependencies,
  project: ProjectKey,
  budget: Budget,
): Promise<boolean> {
  const list = (after?: string) => remains.listReleases(project, after);
  return forEach(list, budget, async (release_id) => {
    await output.removeRelease(release_id);
    return true;
  });
}

/** @returns whether all were seen to, and each of them wholly */
async function forEach(
  list: (after?: string) => Promise<Page<string>>,
  budget: Budget,
  remove: (id: string) => Promise<boolean>,
): Promise<boolean> {
  for (let page = await list(); ; page = await list(page.next)) {
    for (const id of page.items) if (!budget.take() || !(await remove(id))) return false;
    if (page.next === undefined) return true;
  }
}

async function repeat(budget: Budget, removeSome: () => Promise<boolean>): Promise<boolean> {
  while (budget.take()) if (await removeSome()) return true;
  return false;
}
