import { statusOf } from '../../../src/contracts/http/problem.ts';
import { type ErrorCode, isAppError } from '../../../src/domain/shared/errors.ts';
import type { RuntimeDependencies } from '../dependencies.ts';
import { respondProblem } from '../response.ts';
import type { HttpMiddleware } from './chain.ts';
import { principalOf } from './request-log.ts';

const SERVER_ERROR = 500;
/** Refusals of who somebody is or of what they may do, and of too many requests (ASVS 16.3.1, 16.3.2). Failed sign-ins are
 *  logged where they are tried. */
const DENIALS: ReadonlySet<ErrorCode> = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'INVALID_REFRESH_TOKEN',
  'RATE_LIMITED',
]);

/** Turns every error into its answer; logs the cause of those that are our fault, and who was denied what. */
export function recovery(deps: Pick<RuntimeDependencies, 'logger'>): HttpMiddleware {
  return {
    onError: (request) => {
      const { error, event } = request;
      const request_id = event.requestContext.requestId;
      if (!isAppError(error) || statusOf(error.code) >= SERVER_ERROR) {
        deps.logger.error('request failed', { request_id, path: event.rawPath, error });
      }
      if (isAppError(error) && DENIALS.has(error.code)) {
        const { http } = event.requestContext;
        const who = principalOf(event);
        deps.logger.warn('request denied', {
          request_id,
          reason: error.code,
          route: event.routeKey,
          ip: http.sourceIp,
          user_id: who?.user_id,
          tenant: who?.tenant_id,
        });
      }
      request.response = respondProblem(error, event.rawPath, request_id);
    },
  };
}
