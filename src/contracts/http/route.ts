import type * as z from 'zod';
import type { Permission } from '../../domain/access/index.ts';
import type { ErrorCode } from '../../domain/shared/errors.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** The Lambda functions behind the API: one per resource and privilege (the design, section 3). */
export type FunctionName =
  | 'auth'
  | 'users'
  | 'team'
  | 'tokens'
  | 'projects'
  | 'deployments'
  | 'usage'
  | 'meta';

/** One route, as data: the router, the OpenAPI document, the permission table and the tests all read it. */
export interface Route {
  readonly method: Method;
  /** Parameters in braces, for example `/api/v1/projects/{project_id}`. */
  readonly path: string;
  readonly function: FunctionName;
  readonly summary: string;
  /** `public`, or what the principal must be allowed. */
  readonly access: 'public' | Permission;
  /** Schemas of the path's parameters. An id that can't be one is answered with `unknown_id`. */
  readonly parameters?: z.ZodObject;
  readonly unknown_id?: ErrorCode;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  /** Whether the body may be left out, which is the same as an empty object. */
  readonly is_body_optional?: boolean;
  readonly success: {
    readonly status: number;
    readonly description: string;
    readonly schema?: z.ZodType;
    readonly media_type?: string;
  };
  /** Codes beyond those that every route of its kind can answer (see {@link errorsOf}). */
  readonly errors: readonly ErrorCode[];
  /** The request holds a password, or the answer a secret that is shown once: nothing of either is kept, so no
   *  Idempotency-Key can have the answer replayed. */
  readonly holds_secret?: true;
  /** A more exact code than VALIDATION_FAILED for a field whose text breaks its pattern, by JSON pointer. */
  readonly field_errors?: Readonly<Record<string, ErrorCode>>;
}

/** Keeps a route's exact type, so that handlers get the types of their parameters, query and body. */
export function defineRoute<const R extends Route>(route: R): R {
  return route;
}

/** What a request may ask a route with: HEAD is served wherever GET is. */
export type RequestMethod = Method | 'HEAD';

/** The methods that a route answers. */
export function methodsOf({ method }: Pick<Route, 'method'>): readonly RequestMethod[] {
  return method === 'GET' ? ['GET', 'HEAD'] : [method];
}

/** `GET /api/v1/projects`, as API Gateway writes it into `routeKey`. */
export function routeKey(route: { readonly method: RequestMethod; readonly path: string }): string {
  return `${route.method} ${route.path}`;
}

/** Each key under which a route is asked for. */
export function routeKeysOf(route: Pick<Route, 'method' | 'path'>): string[] {
  return methodsOf(route).map((method) => routeKey({ method, path: route.path }));
}

/** Whether a repetition with the same Idempotency-Key gets the first answer again: not where the answer holds tokens,
 *  which must not be stored. */
export function takesIdempotencyKey(route: Route): boolean {
  return route.method === 'POST' && route.access !== 'public' && route.holds_secret !== true;
}

/** What a route answers a success with, without parameters; undefined where it has no body. */
export function mediaTypeOf({ success }: Pick<Route, 'success'>): string | undefined {
  return success.schema === undefined ? undefined : (success.media_type?.split(';')[0] ?? 'application/json');
}

/** What any request can be answered with: each has a query, and a body that is refused where the route takes none. */
const COMMON_ERRORS = [
  'VALIDATION_FAILED',
  'INVALID_JSON',
  'PAYLOAD_TOO_LARGE',
  'REQUEST_TIMEOUT',
  'RATE_LIMITED',
  'INTERNAL',
  'UPSTREAM_FAILED',
  'SERVICE_UNAVAILABLE',
] as const satisfies readonly ErrorCode[];

/** Every code that a route can answer with. */
export function errorsOf(route: Route): ErrorCode[] {
  const codes: ErrorCode[] = [...route.errors, ...COMMON_ERRORS];
  if (mediaTypeOf(route) !== undefined) codes.push('NOT_ACCEPTABLE');
  if (route.access !== 'public') codes.push('UNAUTHENTICATED', 'FORBIDDEN', 'MISSING_SCOPE');
  if (takesIdempotencyKey(route)) codes.push('IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_KEY_IN_USE');
  if (route.unknown_id !== undefined) codes.push(route.unknown_id);
  if (route.method !== 'GET') codes.push('STORAGE_FULL');
  if (route.body !== undefined) codes.push('UNSUPPORTED_MEDIA_TYPE');
  return [...new Set(codes)];
}
