import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Principal } from '../../../src/domain/access/index.ts';
import type { RuntimeDependencies } from '../dependencies.ts';
import type { HttpMiddleware } from './chain.ts';
import { spanOf } from './tracing.ts';

const SERVER_ERROR = 500;
const UNMATCHED = '$default';
const principals = new WeakMap<object, Principal>();

/** Tells log and trace whose request it is, once that is known. */
export function notePrincipal(event: APIGatewayProxyEventV2, principal: Principal): void {
  principals.set(event, principal);
  spanOf(event)?.set({ 'branchline.tenant_id': principal.tenant_id });
}

/** Whose request it is; undefined while that isn't known. */
export function principalOf(event: APIGatewayProxyEventV2): Principal | undefined {
  return principals.get(event);
}

/** One line a request, with the fields of the design's section 9, and the request's metrics. The path alone is logged,
 *  never the query, which may hold a cursor. */
export function requestLog(
  deps: Pick<RuntimeDependencies, 'logger' | 'http_metrics' | 'monotonic_ms'>,
): HttpMiddleware {
  const started = new WeakMap<object, number>();
  const finish = (event: APIGatewayProxyEventV2, status: number) => {
    const duration_ms = deps.monotonic_ms() - (started.get(event) ?? deps.monotonic_ms());
    const { http, requestId } = event.requestContext;
    const endpoint = event.routeKey === UNMATCHED ? UNMATCHED : (event.routeKey.split(' ')[1] ?? UNMATCHED);
    deps.http_metrics.observeRequest({ method: http.method, endpoint, status }, duration_ms / 1000);
    const level = status >= SERVER_ERROR ? 'error' : 'info';
    deps.logger[level]('request', {
      method: http.method,
      path: http.path,
      route: event.routeKey,
      status,
      duration_ms: Math.round(duration_ms * 1000) / 1000,
      user_agent: http.userAgent.slice(0, 256),
      ip: http.sourceIp,
      tenant: principals.get(event)?.tenant_id,
      request_id: requestId,
      ...spanOf(event)?.ids,
    });
  };
  return {
    before: ({ event }) => {
      started.set(event, deps.monotonic_ms());
    },
    after: ({ event, response }) => finish(event, response?.statusCode ?? SERVER_ERROR),
    onError: ({ event, response }) => finish(event, response?.statusCode ?? SERVER_ERROR),
  };
}
