import { statusOf } from '../../../src/contracts/http/problem.ts';
import type { Principal } from '../../../src/domain/access/index.ts';
import { type ErrorCode, isAppError } from '../../../src/domain/shared/errors.ts';
import type { RuntimeDependencies } from '../dependencies.ts';
import { respondProblem } from '../response.ts';
import type { HttpMiddleware } from './chain.ts';
import { principalOf } from './request-log.ts';

const SERVER_ERROR = 500;
/** Refusals of who somebody is or of what they may do, and of too many requests (ASVS 16.3.1, 16.3.2). */
const DENIALS: ReadonlySet<ErrorCode> = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'MISSING_SCOPE',
  'INVALID_REFRESH_TOKEN',
  'INVALID_RESET_TOKEN',
  'INVALID_INVITATION',
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
      const who = principalOf(event);
      if (isAppError(error) && isDenial(error.code, who)) {
        const { http } = event.requestContext;
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

/** A wrong password of whoever is signed in is one too; a failed sign-in is logged where it is tried. */
function isDenial(code: ErrorCode, who: Principal | undefined): boolean {
  return DENIALS.has(code) || (code === 'INVALID_CREDENTIALS' && who !== undefined);
}
