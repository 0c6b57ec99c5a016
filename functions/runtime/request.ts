import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type * as z from 'zod';
import { statusOf } from '../../src/contracts/http/problem.ts';
import type { Route } from '../../src/contracts/http/route.ts';
import type { Client } from '../../src/domain/identity/index.ts';
import { AppError, type ErrorCode, type FieldProblem } from '../../src/domain/shared/errors.ts';

export const MAX_BODY_BYTES = 1024 * 1024;
const MAX_PROBLEMS = 50;
const MAX_DEPTH = 8;

type Parsed<S> = S extends z.ZodType ? z.infer<S> : undefined;

/** A route's request, parsed: what its schemas say. */
export interface RequestOf<R extends Route> {
  readonly parameters: Parsed<R['parameters']>;
  readonly query: Parsed<R['query']>;
  readonly body: Parsed<R['body']>;
  /** Refuses when If-Match was sent and names another version. */
  readonly matches: (version: number) => boolean;
  /** Where it comes from. */
  readonly client: Client;
  /** Makes a signal that ends when the client went away or the function is about to. */
  readonly createSignal: (() => AbortSignal) | undefined;
}

/** Parses all of a request by its route's schemas. @throws AppError */
export function parseRequest<R extends Route>(
  route: R,
  event: APIGatewayProxyEventV2,
  createSignal: (() => AbortSignal) | undefined,
): RequestOf<R> {
  return {
    parameters: parseParameters(route, event.pathParameters ?? {}),
    query: parseQuery(route, event.rawQueryString),
    body: parseBody(route, event),
    matches: (version) => matchesVersion(event.headers['if-match'], version),
    client: clientOf(event),
    createSignal,
  } as RequestOf<R>;
}

function clientOf({ requestContext: { http } }: APIGatewayProxyEventV2): Client {
  return { ip: http.sourceIp, user_agent: http.userAgent };
}

function parseParameters(route: Route, parameters: Readonly<Record<string, string | undefined>>): unknown {
  if (route.parameters === undefined) return undefined;
  const result = route.parameters.safeParse(parameters);
  // Something that can't be an id is an id that doesn't exist.
  if (!result.success) throw new AppError(route.unknown_id ?? 'ROUTE_NOT_FOUND');
  return result.data;
}

function parseQuery(route: Route, text: string): unknown {
  if (route.query === undefined) return undefined;
  const entries = Object.fromEntries(new URLSearchParams(text));
  const result = route.query.safeParse(entries);
  if (!result.success) throw toError(route, result.error, 'query');
  return result.data;
}

function parseBody(route: Route, event: APIGatewayProxyEventV2): unknown {
  if (route.body === undefined) return demandNoFields(event);
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > MAX_BODY_BYTES) throw new AppError('PAYLOAD_TOO_LARGE');
  if (bytes.length > 0 && !isJson(event.headers['content-type']))
    throw new AppError('UNSUPPORTED_MEDIA_TYPE');
  const body = parseJson(bytes);
  const prototype = findPrototypeName(body);
  if (prototype !== undefined) throw invalid([{ pointer: pointer('', prototype), detail: 'is not known' }]);
  const result = route.body.safeParse(body);
  if (!result.success) throw toError(route, result.error, '');
  return result.data;
}

/** A route without a body takes an empty object too, as many clients send one; a field in it would be without effect. */
function demandNoFields(event: APIGatewayProxyEventV2): undefined {
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length === 0) return undefined;
  if (bytes.length > MAX_BODY_BYTES) throw new AppError('PAYLOAD_TOO_LARGE');
  const body = parseJson(bytes);
  if (typeof body === 'object' && body !== null && Object.keys(body).length === 0) return undefined;
  const problem = { pointer: '/', detail: 'takes no fields' };
  throw new AppError('VALIDATION_FAILED', { detail: 'The body takes no fields.', problems: [problem] });
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new AppError('INVALID_JSON', { cause: error });
  }
}

/** Where a name is that a careless assignment would take for a prototype. Schemas of records pass over it silently.
 *  Looks at all levels without recursion, so that a very deep body is no crash. */
function findPrototypeName(body: unknown): readonly string[] | undefined {
  const open: { readonly value: unknown; readonly path: readonly string[] }[] = [{ value: body, path: [] }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (Object.hasOwn(next.value, '__proto__')) return [...next.path, '__proto__'];
    // What lies deeper than any schema goes is refused by the schema above it.
    if (next.path.length === MAX_DEPTH) continue;
    for (const [name, value] of Object.entries(next.value)) open.push({ value, path: [...next.path, name] });
  }
  return undefined;
}

function isJson(content_type: string | undefined): boolean {
  return /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(content_type ?? '');
}

/** RFC 9110, 13.1.1. Our ETags are `"<version>-<hash>"`; only the version is the thing's own. */
function matchesVersion(header: string | undefined, version: number): boolean {
  if (header === undefined || header.trim() === '*') return true;
  return header.split(',').some((tag) => tag.trim().match(/^"(\d+)-[\w-]+"$/)?.[1] === String(version));
}

function toError(route: Route, error: z.ZodError, prefix: string): AppError {
  const problems = error.issues.flatMap((issue) => toProblems(issue, prefix));
  const exact = problems
    .map((problem) => route.field_errors?.[problem.pointer])
    .find((code): code is ErrorCode => code !== undefined && statusOf(code) === 400);
  const only_pattern = error.issues.every((issue) => issue.code === 'invalid_format');
  return invalid(problems, exact !== undefined && only_pattern ? exact : 'VALIDATION_FAILED');
}

function invalid(problems: readonly FieldProblem[], code: ErrorCode = 'VALIDATION_FAILED'): AppError {
  // A body can be wrong in a hundred thousand ways; the first ones are enough to correct it.
  const shown = problems.slice(0, MAX_PROBLEMS);
  const detail = shown.map((problem) => `${problem.pointer} ${problem.detail}`).join('; ');
  return new AppError(code, { detail, problems: shown });
}

function toProblems(issue: z.core.$ZodIssue, prefix: string): FieldProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointer(prefix, [...issue.path, key]),
      detail: 'is not known',
    }));
  }
  const messages =
    issue.code === 'invalid_key' ? issue.issues.map(({ message }) => message) : [issue.message];
  return messages.map((detail) => ({ pointer: pointer(prefix, issue.path), detail }));
}

/** RFC 6901 */
function pointer(prefix: string, path: readonly PropertyKey[]): string {
  const escaped = path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1').slice(0, 100));
  return `${prefix}/${escaped.join('/')}`;
}
