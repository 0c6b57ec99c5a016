import { statusOf } from '../../../src/contracts/http/problem.ts';
import { isAppError } from '../../../src/domain/shared/errors.ts';
import type { RuntimeDependencies } from '../dependencies.ts';
import { respondProblem } from '../response.ts';
import type { HttpMiddleware } from './chain.ts';

const SERVER_ERROR = 500;

/** Turns every error into its answer, and logs the cause of those that are our fault. */
export function recovery(deps: Pick<RuntimeDependencies, 'logger'>): HttpMiddleware {
  return {
    onError: (request) => {
      const { error, event } = request;
      const request_id = event.requestContext.requestId;
      if (!isAppError(error) || statusOf(error.code) >= SERVER_ERROR) {
        deps.logger.error('request failed', { request_id, path: event.rawPath, error });
      }
      request.response = respondProblem(error, event.rawPath, request_id);
    },
  };
}
