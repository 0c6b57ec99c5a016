import type { Principal } from '../access/index.ts';
import { deleteProject } from './deletion.ts';
import { listProjects, type ProjectDependencies } from './projects.ts';

const AT_ONCE = 100;

/** Deletes every project that the principal sees, one by one as {@link deleteProject} does: their apps stop.
 *  @throws AppError WRITE_CONFLICT when somebody changes one at the same moment */
export async function deleteAllProjects(
  deps: Pick<ProjectDependencies, 'projects' | 'clock' | 'ids'>,
  principal: Principal,
): Promise<void> {
  for (;;) {
    const { items } = await listProjects(deps, principal, { limit: AT_ONCE });
    if (items.length === 0) return;
    for (const { id } of items) await deleteProject(deps, principal, id);
  }
}
