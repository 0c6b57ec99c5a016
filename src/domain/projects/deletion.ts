import { demandAccess, type Principal, seesProject } from '../access/index.ts';
import { AppError, isAppError } from '../shared/errors.ts';
import { type Page, type PageRequest, pageOf } from '../shared/page.ts';
import type { Clock } from '../shared/ports.ts';
import { projectEvent } from './events.ts';
import { type DeletedProject, type Project, RESTORABLE_MS } from './model.ts';
import type { ProjectStore } from './ports.ts';
import { lookUpProject, type ProjectDependencies } from './projects.ts';
import { toTarget } from './target.ts';

type Dependencies = Pick<ProjectDependencies, 'projects' | 'clock' | 'ids'>;

/** Deletes a project: its apps stop, its name is free again. It can be restored for 48 hours.
 *  @param expected - demanded by If-Match: refuses when it answers false for the current project
 *  @throws AppError PROJECT_NOT_FOUND, STALE_VERSION, WRITE_CONFLICT */
export async function deleteProject(
  deps: Dependencies,
  principal: Principal,
  project_id: string,
  expected: (current: Project) => boolean = () => true,
): Promise<void> {
  const project = await lookUpProject(deps, principal, project_id);
  demandAccess(principal, { resource: 'projects', action: 'delete' }, toTarget(project));
  if (!expected(project)) throw new AppError('STALE_VERSION');
  const now = deps.clock.now();
  const deleted: DeletedProject = {
    ...project,
    version: project.version + 1,
    deleted_at: now.toISOString(),
    purge_at: new Date(now.getTime() + RESTORABLE_MS).toISOString(),
  };
  await deps.projects.remove(project, deleted, projectEvent(deps, deleted, 'deleted'));
}

/** The deleted projects that can still be restored, newest first; of them those alone that the principal is limited to.
 *  A page may hold less than asked for while there is more. */
export async function listDeletedProjects(
  deps: { readonly projects: Pick<ProjectStore, 'listDeleted' | 'findDeleted'>; readonly clock: Clock },
  { tenant_id, project_ids }: Principal,
  page: PageRequest,
): Promise<Page<DeletedProject>> {
  const found =
    project_ids === null
      ? await deps.projects.listDeleted(tenant_id, page)
      : pageOf(await deps.projects.findDeleted(tenant_id, project_ids), page);
  return { ...found, items: found.items.filter((deleted) => isRestorable(deps.clock, deleted)) };
}

/** Makes a deleted project what it was, with everything in it; one that is there stays as it is, so that a request can
 *  be repeated. The event brings its apps back.
 *  @param name - another name than it had
 *  @throws AppError PROJECT_NOT_FOUND, PROJECT_NAME_EXISTS, WRITE_CONFLICT */
export async function restoreProject(
  deps: Dependencies,
  principal: Principal,
  project_id: string,
  name?: string,
): Promise<Project> {
  const deleted = await findRestorable(deps, principal, project_id);
  if (deleted === undefined) {
    const project = await lookUpProject(deps, principal, project_id);
    demandAccess(principal, { resource: 'projects', action: 'update' }, toTarget(project));
    return project;
  }
  demandAccess(principal, { resource: 'projects', action: 'update' }, toTarget(deleted));
  const { deleted_at: _deleted, purge_at: _purge, ...project } = deleted;
  const restored: Project = {
    ...project,
    name: name ?? project.name,
    updated_at: deps.clock.now().toISOString(),
    version: project.version + 1,
  };
  try {
    await deps.projects.restore(deleted, restored, projectEvent(deps, restored, 'restored'));
  } catch (error) {
    if (!isAppError(error) || error.code !== 'PROJECT_NAME_EXISTS') throw error;
    const detail = 'Another project has the name by now: rename that one, or send another `name`.';
    throw new AppError('PROJECT_NAME_EXISTS', { detail, cause: error });
  }
  return restored;
}

async function findRestorable(
  deps: Dependencies,
  principal: Principal,
  project_id: string,
): Promise<DeletedProject | undefined> {
  if (!seesProject(principal, project_id)) return undefined;
  const [deleted] = await deps.projects.findDeleted(principal.tenant_id, [project_id]);
  return deleted !== undefined && isRestorable(deps.clock, deleted) ? deleted : undefined;
}

/** From its purge's time on a project is gone, whether the purge has begun or not. */
function isRestorable(clock: Clock, { purge_at }: DeletedProject): boolean {
  return clock.now().toISOString() < purge_at;
}
