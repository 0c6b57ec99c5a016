import { deploymentRoutes } from '../../../src/contracts/http/routes/deployments.ts';
import { toDeploymentView } from '../../../src/contracts/http/views.ts';
import {
  cancelDeployment,
  type Deployment,
  getDeployment,
  listDeployments,
  listSteps,
  readLogs,
  requestDeployment,
  rollBack,
} from '../../../src/domain/deployments/index.ts';
import { AppError } from '../../../src/domain/shared/errors.ts';
import { cursorScope, type DependenciesFor } from '../../runtime/dependencies.ts';
import type { HttpFunction } from '../../runtime/http-context.ts';
import { createHttpFunction } from '../../runtime/http-function.ts';
import { answerPage, toPageRequest } from '../../runtime/paging.ts';

const PATH = '/api/v1/deployments';

/** Deployments, their logs, and what can be done to them. */
export function createDeploymentsFunction(deps: DependenciesFor<'deployments' | 'cursors'>): HttpFunction {
  const use = deps.deployments;
  return createHttpFunction(deps, deploymentRoutes, {
    createDeployment: async ({ body }, principal) =>
      queued(await requestDeployment(use, principal, { ...body, commit: body.commit?.toLowerCase() })),

    rollBackDeployment: async ({ parameters }, principal) =>
      queued(await rollBack(use, principal, parameters.deployment_id)),

    cancelDeployment: async ({ parameters }, principal) => ({
      body: toDeploymentView(await cancelDeployment(use, principal, parameters.deployment_id)),
    }),

    getDeployment: async ({ parameters }, principal) => {
      const deployment = await getDeployment(use, principal, parameters.deployment_id);
      const steps = await listSteps(use, deployment);
      return { body: { ...toDeploymentView(deployment), steps }, version: deployment.version };
    },

    listDeployments: async ({ query }, principal) => {
      const { project_id, status } = query;
      const scope = cursorScope(principal, 'deployments', { project_id, status });
      const request = toPageRequest(deps.cursors, scope, query);
      const page = await listDeployments(use, principal, { project_id, status }, request);
      const data = page.items.map(toDeploymentView);
      return answerPage({ cursors: deps.cursors, scope, path: PATH, query }, page, data);
    },

    getDeploymentLogs: async ({ parameters, query, createSignal }, principal) => {
      const { deployment_id } = parameters;
      const scope = cursorScope(principal, 'logs', { deployment_id });
      const after = readSequence(toPageRequest(deps.cursors, scope, query).after);
      const { lines, next } = await readLogs(use, principal, deployment_id, {
        after,
        limit: query.limit,
        wait_ms: query.wait * 1000,
        signal: createSignal?.(),
      });
      return {
        body: {
          data: lines.map(({ timestamp, step, stream, level, message }) => ({
            timestamp,
            step,
            stream,
            level,
            message,
          })),
          next_cursor: deps.cursors.encode(scope, String(next)),
        },
      };
    },
  });
}

function queued(deployment: Deployment) {
  return { body: toDeploymentView(deployment), headers: { location: `${PATH}/${deployment.id}` } };
}

function readSequence(position: string | undefined): number {
  if (position === undefined) return 0;
  const sequence = Number(position);
  if (!Number.isSafeInteger(sequence) || sequence < 0) throw new AppError('INVALID_CURSOR');
  return sequence;
}
