import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type Route, routeKeysOf, takesIdempotencyKey } from '../../src/contracts/http/route.ts';
import { demandPermission, type Principal } from '../../src/domain/access/index.ts';
import { authenticate } from '../../src/domain/identity/index.ts';
import { AppError } from '../../src/domain/shared/errors.ts';
import { withinTime } from './deadline.ts';
import type { RuntimeDependencies } from './dependencies.ts';
import type { HttpContext, HttpFunction } from './http-context.ts';
import { runOnce } from './idempotency.ts';
import { cors, isPreflight } from './middleware/cors.ts';
import { rateLimit, takeToken } from './middleware/rate-limit.ts';
import { recovery } from './middleware/recovery.ts';
import { notePrincipal, requestLog } from './middleware/request-log.ts';
import { spanOf, tracing } from './middleware/tracing.ts';
import { parseRequest, type RequestOf } from './request.ts';
import { type Answer, respond, respondEmpty, withoutBody } from './response.ts';

type ResponseOf<R extends Route> = R['success'] extends { readonly schema: infer S }
  ? S extends { readonly _zod: { readonly output: infer T } }
    ? T
    : undefined
  : undefined;

type PrincipalOf<R extends Route> = R['access'] extends 'public' ? undefined : Principal;

/** What a route does: a use case between its parsed request and its answer. */
export type RouteHandler<R extends Route> = (
  request: RequestOf<R>,
  principal: PrincipalOf<R>,
) => Promise<Answer<ResponseOf<R>>>;

/** One handler per route of a function. */
export type RouteHandlers<Routes> = {
  readonly [K in keyof Routes]: Routes[K] extends Route ? RouteHandler<Routes[K]> : never;
};

type AnyHandler = (request: RequestOf<Route>, principal: Principal | undefined) => Promise<Answer<unknown>>;

/** Builds a function from its part of the catalogue. The chain is the brief's: recovery, tracing, CORS, request log,
 *  rate limit, then authentication on protected routes.
 *  @param fallback - answers what no route of this function fits */
export function createHttpFunction<Routes extends Record<string, Route>>(
  deps: RuntimeDependencies,
  routes: Routes,
  handlers: RouteHandlers<Routes>,
  fallback: (event: APIGatewayProxyEventV2) => never = notFound,
): HttpFunction {
  const table = new Map<string, { readonly route: Route; readonly handle: AnyHandler }>();
  for (const [name, route] of Object.entries(routes)) {
    const entry = { route, handle: handlers[name] as unknown as AnyHandler };
    for (const key of routeKeysOf(route)) table.set(key, entry);
  }
  const dispatch = async (event: APIGatewayProxyEventV2, context: HttpContext) => {
    if (isPreflight(event)) return respondEmpty();
    const entry = table.get(event.routeKey);
    if (entry === undefined) return fallback(event);
    const { route, handle } = entry;
    const principal = await admit(deps, route, event);
    const request = parseRequest(route, event, context.createSignal);
    const run = async () => respond(route, await handle(request, principal), event.headers['if-none-match']);
    return principal === undefined || !takesIdempotencyKey(route)
      ? run()
      : runOnce(deps, event, principal, run);
  };
  const chain = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Error, HttpContext>()
    .use(tracing(deps))
    .use(cors(deps))
    .use(requestLog(deps))
    .use(rateLimit(deps))
    // middy runs onError from the last to the first: here recovery acts before the others, which see its answer.
    .use(recovery(deps))
    .handler((event, context) => {
      const run = () => withinTime(context.getRemainingTimeInMillis(), () => dispatch(event, context));
      return spanOf(event)?.within(run) ?? run();
    });
  const call = chain as unknown as HttpFunction;
  return async (event, context) => {
    const answer = await call(event, context);
    return event.requestContext.http.method === 'HEAD' ? withoutBody(answer) : answer;
  };
}

async function admit(
  deps: RuntimeDependencies,
  route: Route,
  event: APIGatewayProxyEventV2,
): Promise<Principal | undefined> {
  if (route.access === 'public') return undefined;
  const token = /^Bearer ([^\s]+)$/i.exec(event.headers['authorization'] ?? '')?.[1];
  const principal = await authenticate(deps.authentication, token);
  notePrincipal(event, principal);
  const { tenant_id, user_id } = principal;
  await takeToken(deps, event, { kind: 'principal', tenant_id, user_id });
  demandPermission(principal, route.access);
  return principal;
}

function notFound(): never {
  throw new AppError('ROUTE_NOT_FOUND');
}
