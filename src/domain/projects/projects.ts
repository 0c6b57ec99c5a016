import type { Principal } from '../access/index.ts';
import { demandAccess, seesProject } from '../access/index.ts';
import { AppError } from '../shared/errors.ts';
import { type Page, type PageRequest, pageOf } from '../shared/page.ts';
import type { Clock, IdGenerator } from '../shared/ports.ts';
import { projectEvent } from './events.ts';
import type { Project, Variables } from './model.ts';
import { isLocalRepository } from './model.ts';
import type { ProjectStore } from './ports.ts';
import { toTarget } from './target.ts';

export interface ProjectDependencies {
  readonly projects: ProjectStore;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  /** Whether repositories on the installation's own disk may be named: on a laptop, yes. */
  readonly allow_local_repositories: boolean;
}

export interface NewProject {
  readonly name: string;
  readonly description?: string | undefined;
  readonly repository_url: string;
  readonly environment?: Variables | undefined;
}

/** Creates a project owned by the principal. @throws AppError PROJECT_NAME_EXISTS, VALIDATION_FAILED */
export async function createProject(
  deps: ProjectDependencies,
  principal: Principal,
  input: NewProject,
): Promise<Project> {
  demandAccess(principal, { resource: 'projects', action: 'create' }, { owner_ids: [principal.user_id] });
  demandAllProjects(principal);
  demandWelcomeRepository(deps, input.repository_url);
  const created_at = deps.clock.now().toISOString();
  const variables = input.environment ?? {};
  const project: Project = {
    id: deps.ids.next('prj'),
    tenant_id: principal.tenant_id,
    owner_id: principal.user_id,
    name: input.name,
    description: input.description ?? '',
    repository_url: input.repository_url,
    variable_names: Object.keys(variables).sort(),
    created_at,
    updated_at: created_at,
    version: 1,
  };
  await deps.projects.create(project, variables, projectEvent(deps, project, 'created'));
  return project;
}

/** One project. @throws AppError PROJECT_NOT_FOUND, also for another tenant's id; FORBIDDEN */
export async function getProject(
  deps: { readonly projects: Pick<ProjectStore, 'find'> },
  principal: Principal,
  project_id: string,
): Promise<Project> {
  const project = await lookUpProject(deps, principal, project_id);
  demandAccess(principal, { resource: 'projects', action: 'read' }, toTarget(project));
  return project;
}

/** One project, for what is done to it or in it: whether the principal may do that is the caller's to demand. Reading is
 *  another right, which an API token for that alone hasn't got.
 *  @throws AppError PROJECT_NOT_FOUND, also for another tenant's id */
export async function lookUpProject(
  deps: { readonly projects: Pick<ProjectStore, 'find'> },
  principal: Principal,
  project_id: string,
): Promise<Project> {
  if (!seesProject(principal, project_id)) throw new AppError('PROJECT_NOT_FOUND');
  const project = await deps.projects.find(principal.tenant_id, project_id);
  if (project === undefined) throw new AppError('PROJECT_NOT_FOUND');
  return project;
}

/** The tenant's projects, newest first; of them those alone that the principal is limited to. */
export async function listProjects(
  deps: { readonly projects: Pick<ProjectStore, 'list' | 'findMany'> },
  { tenant_id, project_ids }: Principal,
  page: PageRequest,
): Promise<Page<Project>> {
  if (project_ids === null) return deps.projects.list(tenant_id, page);
  return pageOf(await deps.projects.findMany(tenant_id, project_ids), page);
}

/** Changes the fields that are given; `environment` replaces all variables.
 *  @param expected - demanded by If-Match: refuses when it answers false for the current project
 *  @throws AppError PROJECT_NOT_FOUND, PROJECT_NAME_EXISTS, STALE_VERSION, WRITE_CONFLICT */
export async function updateProject(
  deps: ProjectDependencies,
  principal: Principal,
  project_id: string,
  changes: { readonly [K in keyof NewProject]?: NewProject[K] | undefined },
  expected: (current: Project) => boolean = () => true,
): Promise<Project> {
  const current = await lookUpProject(deps, principal, project_id);
  demandAccess(principal, { resource: 'projects', action: 'update' }, toTarget(current));
  if (!expected(current)) throw new AppError('STALE_VERSION');
  if (changes.repository_url !== undefined) demandWelcomeRepository(deps, changes.repository_url);
  const next: Project = {
    ...current,
    name: changes.name ?? current.name,
    description: changes.description ?? current.description,
    repository_url: changes.repository_url ?? current.repository_url,
    variable_names:
      changes.environment === undefined ? current.variable_names : Object.keys(changes.environment).sort(),
    updated_at: deps.clock.now().toISOString(),
    version: current.version + 1,
  };
  await deps.projects.replace(current, next, changes.environment, projectEvent(deps, next, 'updated'));
  return next;
}

/** Whoever is limited to some projects couldn't see the new one. */
function demandAllProjects(principal: Principal): void {
  if (principal.project_ids === null) return;
  const detail = 'You are limited to some of the team’s projects: ask an owner to make this one.';
  throw new AppError('FORBIDDEN', { detail });
}

function demandWelcomeRepository(deps: ProjectDependencies, repository_url: string): void {
  if (deps.allow_local_repositories || !isLocalRepository(repository_url)) return;
  throw new AppError('VALIDATION_FAILED', {
    detail: 'Invalid project data',
    problems: [{ pointer: '/repository_url', detail: 'must be an https address on this installation' }],
  });
}
