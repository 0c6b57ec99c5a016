import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod';
import { statusOf } from '../../src/contracts/http/problem.ts';
import type { Route } from '../../src/contracts/http/route.ts';
import { AppError, type ErrorCode, type FieldProblem } from '../../src/domain/shared/errors.ts';
import { mayChange } from './entity-tags.ts';
import { describeIssue } from './field-messages.ts';
import { demandAcceptable } from './negotiate.ts';

export const MAX_BODY_BYTES = 1024 * 1024;
const MAX_PROBLEMS = 50;
const MAX_DEPTH = 32;
const NO_QUERY = z.strictObject({});

const WORDING = { error: describeIssue };

type Parsed<S> = S extends z.ZodType ? z.infer<S> : undefined;

/** A route's request, parsed: what its schemas say. */
export interface RequestOf<R extends Route> {
  readonly parameters: Parsed<R['parameters']>;
  readonly query: Parsed<R['query']>;
  readonly body: Parsed<R['body']>;
  /** Where the request came from, as the gateway saw it. */
  readonly address: string;
  readonly request_id: string;
  /** False when If-Match or If-None-Match was sent, and the thing's version isn't what it demands. */
  readonly matches: (version: number) => boolean;
  /** Makes a signal that ends when the client went away or the function is about to. */
  readonly createSignal: (() => AbortSignal) | undefined;
}

/** Parses all of a request by its route's schemas. @throws AppError */
export function parseRequest<R extends Route>(
  route: R,
  event: APIGatewayProxyEventV2,
  createSignal: (() => AbortSignal) | undefined,
): RequestOf<R> {
  demandAcceptable(route, event.headers['accept']);
  const preconditions = {
    if_match: event.headers['if-match'],
    if_none_match: event.headers['if-none-match'],
  };
  return {
    parameters: parseParameters(route, event.pathParameters ?? {}),
    query: parseQuery(route, event.rawQueryString),
    body: parseBody(route, event),
    address: event.requestContext.http.sourceIp,
    request_id: event.requestContext.requestId,
    matches: (version) => mayChange(preconditions, version),
    createSignal,
  } as RequestOf<R>;
}

function parseParameters(route: Route, parameters: Readonly<Record<string, string | undefined>>): unknown {
  if (route.parameters === undefined) return undefined;
  const result = route.parameters.safeParse(parameters);
  // Something that can't be an id is an id that doesn't exist.
  if (!result.success) throw new AppError(route.unknown_id ?? 'ROUTE_NOT_FOUND');
  return result.data;
}

function parseQuery(route: Route, text: string): unknown {
  const entries = [...new URLSearchParams(text)];
  const names = entries.map(([name]) => name);
  const repeated = names.find((name, position) => names.indexOf(name) < position);
  // Which of the two counts would be anybody's guess.
  if (repeated !== undefined) {
    throw invalid([{ pointer: pointer('query', [repeated]), detail: 'may be given once' }]);
  }
  const result = (route.query ?? NO_QUERY).safeParse(Object.fromEntries(entries), WORDING);
  if (!result.success) throw toError(route, result.error, 'query');
  return route.query === undefined ? undefined : result.data;
}

function parseBody(route: Route, event: APIGatewayProxyEventV2): unknown {
  if (route.body === undefined) return demandNoFields(event);
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > MAX_BODY_BYTES) throw new AppError('PAYLOAD_TOO_LARGE');
  if (bytes.length > 0 && !isJson(event.headers['content-type']))
    throw new AppError('UNSUPPORTED_MEDIA_TYPE');
  const body = parseJson(bytes);
  demandPlainFields(body);
  const result = route.body.safeParse(body, WORDING);
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

/** A value inside of a body. It knows what holds it rather than its path, which would be copied for each of a million. */
interface Place {
  readonly value: object;
  readonly name: string;
  readonly within: Place | undefined;
  readonly depth: number;
}

/** Refuses a body that is nested too deep, and a name that a careless assignment would take for a prototype, which schemas
 *  of records pass over silently. Looks at all levels without recursion, so that a very deep body is no crash. */
function demandPlainFields(body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  const open: Place[] = [{ value: body, name: '', within: undefined, depth: 1 }];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (place.depth > MAX_DEPTH) {
      throw invalid([{ pointer: '/', detail: `may be nested ${MAX_DEPTH} levels deep at most` }]);
    }
    if (Object.hasOwn(place.value, '__proto__')) {
      throw invalid([{ pointer: pointer('', [...pathOf(place), '__proto__']), detail: 'is not known' }]);
    }
    for (const [name, value] of Object.entries(place.value) as [string, unknown][]) {
      if (typeof value !== 'object' || value === null) continue;
      open.push({ value, name, within: place, depth: place.depth + 1 });
    }
  }
}

function pathOf(place: Place): string[] {
  const path: string[] = [];
  for (let each = place; each.within !== undefined; each = each.within) path.unshift(each.name);
  return path;
}

function isJson(content_type: string | undefined): boolean {
  return /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(content_type ?? '');
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
