import * as z from 'zod';
import { deploymentStatusSchema, stepSchema } from '../../../domain/deployments/index.ts';
import { idSchema, timestampSchema } from '../../../domain/shared/schemas.ts';
import { listOf, pageQuery, queryInteger } from '../lists.ts';
import { defineRoute } from '../route.ts';
import { deploymentView } from '../views.ts';

const deploymentParameters = z.strictObject({ deployment_id: idSchema('dpl') });

const logLine = z.strictObject({
  timestamp: timestampSchema,
  step: z.string(),
  stream: z.enum(['stdout', 'stderr', 'system']),
  level: z.enum(['info', 'warn', 'error']),
  message: z.string(),
});

const MAX_LOG_WAIT_S = 20;

export const deploymentRoutes = {
  createDeployment: defineRoute({
    method: 'POST',
    path: '/api/v1/deployments',
    function: 'deployments',
    summary: 'Deploy a branch, a tag or a commit; the default branch where neither is given',
    access: { resource: 'deployments', action: 'create' },
    body: z.strictObject({
      project_id: idSchema('prj'),
      branch: z.string().min(1).max(255).optional().meta({ description: 'A branch or a tag' }),
      commit: z
        .string()
        .regex(/^[0-9a-fA-F]{7,64}$/, 'must be 7 to 64 hexadecimal digits')
        .optional(),
    }),
    success: { status: 202, description: 'Queued', schema: deploymentView },
    errors: ['PROJECT_NOT_FOUND', 'DEPLOYMENT_IN_PROGRESS', 'WRITE_CONFLICT'],
  }),
  listDeployments: defineRoute({
    method: 'GET',
    path: '/api/v1/deployments',
    function: 'deployments',
    summary: 'List deployments, newest first',
    access: { resource: 'deployments', action: 'read' },
    query: z.strictObject({
      ...pageQuery,
      project_id: idSchema('prj').optional(),
      status: deploymentStatusSchema.optional(),
    }),
    success: { status: 200, description: 'A page of deployments', schema: listOf(deploymentView) },
    errors: ['INVALID_CURSOR', 'PROJECT_NOT_FOUND'],
  }),
  getDeployment: defineRoute({
    method: 'GET',
    path: '/api/v1/deployments/{deployment_id}',
    function: 'deployments',
    summary: 'One deployment, with its timeline',
    access: { resource: 'deployments', action: 'read' },
    parameters: deploymentParameters,
    unknown_id: 'DEPLOYMENT_NOT_FOUND',
    success: {
      status: 200,
      description: 'The deployment',
      schema: deploymentView.extend({ steps: z.array(stepSchema) }),
    },
    errors: [],
  }),
  getDeploymentLogs: defineRoute({
    method: 'GET',
    path: '/api/v1/deployments/{deployment_id}/logs',
    function: 'deployments',
    summary: 'Log lines, oldest first; `next_cursor` always continues, with `wait` as soon as there is more',
    access: { resource: 'deployments', action: 'read' },
    parameters: deploymentParameters,
    unknown_id: 'DEPLOYMENT_NOT_FOUND',
    query: z.strictObject({
      ...pageQuery,
      wait: queryInteger({ min: 0, max: MAX_LOG_WAIT_S }, 'Seconds').default(0),
    }),
    success: {
      status: 200,
      description: 'Lines',
      schema: z.strictObject({ data: z.array(logLine), next_cursor: z.string() }),
    },
    errors: ['INVALID_CURSOR'],
  }),
  cancelDeployment: defineRoute({
    method: 'POST',
    path: '/api/v1/deployments/{deployment_id}/cancel',
    function: 'deployments',
    summary: 'Cancel a deployment before traffic goes to it',
    access: { resource: 'deployments', action: 'update' },
    parameters: deploymentParameters,
    unknown_id: 'DEPLOYMENT_NOT_FOUND',
    success: { status: 200, description: 'Cancelled', schema: deploymentView },
    errors: ['DEPLOYMENT_NOT_CANCELLABLE', 'WRITE_CONFLICT'],
  }),
  rollBackDeployment: defineRoute({
    method: 'POST',
    path: '/api/v1/deployments/{deployment_id}/rollback',
    function: 'deployments',
    summary: 'Deploy that earlier release again: no build, its variables as they were',
    access: { resource: 'deployments', action: 'create' },
    parameters: deploymentParameters,
    unknown_id: 'DEPLOYMENT_NOT_FOUND',
    success: { status: 202, description: 'Queued', schema: deploymentView },
    errors: ['PROJECT_NOT_FOUND', 'RELEASE_NOT_AVAILABLE', 'DEPLOYMENT_IN_PROGRESS', 'WRITE_CONFLICT'],
  }),
};
