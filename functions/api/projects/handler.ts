import type * as z from 'zod';
import { projectRoutes, type projectView } from '../../../src/contracts/http/routes/projects.ts';
import { toRecentView } from '../../../src/contracts/http/views.ts';
import type { Principal } from '../../../src/domain/access/index.ts';
import { type RecentDeployment, visibleRecent } from '../../../src/domain/deployments/index.ts';
import { readProjectMetrics } from '../../../src/domain/metrics/index.ts';
import {
  createProject,
  deleteProject,
  getProject,
  listDeletedProjects,
  listProjects,
  type Project,
  restoreProject,
  updateProject,
} from '../../../src/domain/projects/index.ts';
import { cursorScope, type DependenciesFor } from '../../runtime/dependencies.ts';
import type { HttpFunction } from '../../runtime/http-context.ts';
import { createHttpFunction } from '../../runtime/http-function.ts';
import { answerPage, type PageQuery, toPageRequest } from '../../runtime/paging.ts';

type ProjectView = z.infer<typeof projectView>;

/** Projects and their metrics. */
export function createProjectsFunction(
  deps: DependenciesFor<'projects' | 'recent' | 'metrics' | 'cursors'>,
): HttpFunction {
  const withRecent = async (principal: Principal, projects: readonly Project[]): Promise<ProjectView[]> => {
    const recent = await deps.recent.listRecent(
      principal.tenant_id,
      projects.map((project) => project.id),
    );
    return projects.map((project) => toView(principal, project, recent.get(project.id)));
  };

  // What lies in a deleted project is shown nowhere, so its latest deployments aren't either.
  const listDeleted = async (query: PageQuery, principal: Principal) => {
    const scope = cursorScope(principal, 'projects', { deleted: true });
    const request = toPageRequest(deps.cursors, scope, query);
    const page = await listDeletedProjects(deps.projects, principal, request);
    const data = page.items.map((project) => toView(principal, project));
    return answerPage({ cursors: deps.cursors, scope, path: '/api/v1/projects', query }, page, data);
  };

  return createHttpFunction(deps, projectRoutes, {
    createProject: async ({ body }, principal) => {
      const project = await createProject(deps.projects, principal, body);
      return {
        body: toView(principal, project),
        version: project.version,
        headers: { location: `/api/v1/projects/${project.id}` },
      };
    },

    listProjects: async ({ query }, principal) => {
      if (query.deleted === 'true') return listDeleted(query, principal);
      const scope = cursorScope(principal, 'projects');
      const page = await listProjects(deps.projects, principal, toPageRequest(deps.cursors, scope, query));
      const data = await withRecent(principal, page.items);
      return answerPage({ cursors: deps.cursors, scope, path: '/api/v1/projects', query }, page, data);
    },

    getProject: async ({ parameters }, principal) => {
      const { project_id } = parameters;
      // Asked together: this is read more often than anything else, and mostly of projects that there are.
      const [project, recent] = await Promise.all([
        getProject(deps.projects, principal, project_id),
        deps.recent.listRecent(principal.tenant_id, [project_id]),
      ]);
      return { body: toView(principal, project, recent.get(project_id)), version: project.version };
    },

    updateProject: async ({ parameters, body, matches }, principal) => {
      const project = await updateProject(deps.projects, principal, parameters.project_id, body, (current) =>
        matches(current.version),
      );
      const [view] = await withRecent(principal, [project]);
      return { body: view ?? toView(principal, project), version: project.version };
    },

    restoreProject: async ({ parameters, body }, principal) => {
      const project = await restoreProject(deps.projects, principal, parameters.project_id, body.name);
      const [view] = await withRecent(principal, [project]);
      return { body: view ?? toView(principal, project), version: project.version };
    },

    deleteProject: async ({ parameters, matches }, principal) => {
      await deleteProject(deps.projects, principal, parameters.project_id, (current) =>
        matches(current.version),
      );
      return { body: undefined };
    },

    getProjectMetrics: async ({ parameters, query }, principal) => {
      const project = await getProject(deps.projects, principal, parameters.project_id);
      const found = await readProjectMetrics(
        { metrics: deps.metrics, clock: deps.projects.clock },
        principal.tenant_id,
        [project.id],
        query.days,
      );
      const metrics = found.get(project.id);
      return {
        body: {
          deployments: metrics?.deployments ?? 0,
          success_rate: metrics?.success_rate ?? null,
          average_duration_ms: metrics?.average_duration_ms ?? null,
        },
      };
    },
  });
}

function toView<P extends Project>(
  principal: Principal,
  project: P,
  recent: readonly RecentDeployment[] = [],
): Omit<P, 'version'> & ProjectView {
  const { version: _version, ...view } = project;
  const recent_deployments = visibleRecent(principal, project, recent).map(toRecentView);
  return { ...view, recent_deployments };
}
