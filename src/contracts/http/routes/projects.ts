import * as z from 'zod';
import {
  deletedProjectSchema,
  descriptionSchema,
  projectNameSchema,
  projectSchema,
  repositoryUrlSchema,
  variablesSchema,
} from '../../../domain/projects/index.ts';
import { idSchema } from '../../../domain/shared/schemas.ts';
import { listOf, pageQuery, queryInteger } from '../lists.ts';
import { defineRoute } from '../route.ts';
import { recentDeploymentView } from '../views.ts';

const projectParameters = z.strictObject({ project_id: idSchema('prj') });

const fields = {
  name: projectNameSchema,
  description: descriptionSchema.optional(),
  repository_url: repositoryUrlSchema.meta({
    description: 'An https address; on a laptop also a file:// address or an absolute path',
  }),
  environment: variablesSchema
    .optional()
    .meta({ description: 'Variables of the app; values are sealed and never returned' }),
};

export const projectView = projectSchema.omit({ version: true }).extend({
  recent_deployments: z.array(recentDeploymentView).max(5),
});

/** A project in a list; one of the deleted ones says until when it can be restored. */
const listedProjectView = projectView.extend({
  deleted_at: deletedProjectSchema.shape.deleted_at.optional(),
  purge_at: deletedProjectSchema.shape.purge_at
    .optional()
    .meta({ description: 'Until when it can be restored' }),
});

const NAME_ERROR = { '/name': 'INVALID_PROJECT_NAME' } as const;

export const projectRoutes = {
  createProject: defineRoute({
    method: 'POST',
    path: '/api/v1/projects',
    function: 'projects',
    summary: 'Create a project from a git repository',
    access: { resource: 'projects', action: 'create' },
    body: z.strictObject(fields),
    success: { status: 201, description: 'The project', schema: projectView },
    errors: ['PROJECT_NAME_EXISTS', 'INVALID_PROJECT_NAME'],
    field_errors: NAME_ERROR,
  }),
  listProjects: defineRoute({
    method: 'GET',
    path: '/api/v1/projects',
    function: 'projects',
    summary: 'List projects, newest first; with `deleted=true` those that can be restored',
    access: { resource: 'projects', action: 'read' },
    query: z.strictObject({
      ...pageQuery,
      deleted: z.enum(['true', 'false']).optional().meta({ description: 'Deleted ones alone' }),
    }),
    success: { status: 200, description: 'A page of projects', schema: listOf(listedProjectView) },
    errors: ['INVALID_CURSOR'],
  }),
  getProject: defineRoute({
    method: 'GET',
    path: '/api/v1/projects/{project_id}',
    function: 'projects',
    summary: 'One project',
    access: { resource: 'projects', action: 'read' },
    parameters: projectParameters,
    unknown_id: 'PROJECT_NOT_FOUND',
    success: { status: 200, description: 'The project', schema: projectView },
    errors: [],
  }),
  updateProject: defineRoute({
    method: 'PUT',
    path: '/api/v1/projects/{project_id}',
    function: 'projects',
    summary: 'Change the given fields of a project; `environment` replaces all variables',
    access: { resource: 'projects', action: 'update' },
    parameters: projectParameters,
    unknown_id: 'PROJECT_NOT_FOUND',
    body: z.strictObject(fields).partial(),
    success: { status: 200, description: 'The project as it is now', schema: projectView },
    errors: ['PROJECT_NAME_EXISTS', 'INVALID_PROJECT_NAME', 'STALE_VERSION', 'WRITE_CONFLICT'],
    field_errors: NAME_ERROR,
  }),
  deleteProject: defineRoute({
    method: 'DELETE',
    path: '/api/v1/projects/{project_id}',
    function: 'projects',
    summary: 'Delete a project: its apps stop and its name is free again; it can be restored for 48 hours',
    access: { resource: 'projects', action: 'delete' },
    parameters: projectParameters,
    unknown_id: 'PROJECT_NOT_FOUND',
    success: { status: 204, description: 'Deleted' },
    errors: ['STALE_VERSION', 'WRITE_CONFLICT'],
  }),
  restoreProject: defineRoute({
    method: 'POST',
    path: '/api/v1/projects/{project_id}/restore',
    function: 'projects',
    summary:
      'Restore a deleted project with all that it held: its apps are released again; one that is there stays as it is',
    access: { resource: 'projects', action: 'update' },
    parameters: projectParameters,
    unknown_id: 'PROJECT_NOT_FOUND',
    body: z.strictObject({
      name: projectNameSchema.optional().meta({ description: 'Another name, where its own is taken' }),
    }),
    is_body_optional: true,
    success: { status: 200, description: 'The project as it is now', schema: projectView },
    errors: ['PROJECT_NAME_EXISTS', 'INVALID_PROJECT_NAME', 'WRITE_CONFLICT'],
    field_errors: NAME_ERROR,
  }),
  getProjectMetrics: defineRoute({
    method: 'GET',
    path: '/api/v1/projects/{project_id}/metrics',
    function: 'projects',
    summary: 'Deployments of the last days: how many, how many succeeded, how long they took',
    access: { resource: 'projects', action: 'read' },
    parameters: projectParameters,
    unknown_id: 'PROJECT_NOT_FOUND',
    query: z.strictObject({
      days: queryInteger({ min: 1, max: 90 }, 'Today and so many before').default(30),
    }),
    success: {
      status: 200,
      description: 'The figures; rates and averages are null without deployments to compute them from',
      schema: z.strictObject({
        deployments: z.int().min(0),
        success_rate: z.number().min(0).max(100).nullable().meta({ description: 'Percent' }),
        average_duration_ms: z.number().min(0).nullable(),
      }),
    },
    errors: [],
  }),
};
