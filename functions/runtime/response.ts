import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { PROBLEM_MEDIA_TYPE, toProblem } from '../../src/contracts/http/problem.ts';
import type { Route } from '../../src/contracts/http/route.ts';
import { AppError, isAppError } from '../../src/domain/shared/errors.ts';
import { createEntityTag, isKnown } from './entity-tags.ts';

/** What a use case's answer becomes. `version` is the thing's own, for its ETag. */
export interface Answer<T> {
  readonly body: T;
  readonly version?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What every answer has. The API answers no page that loads anything, so nothing may be loaded (OWASP ASVS 3.4). */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** A successful answer, with its ETag on reads: 304 when the client has it already. */
export function respond(
  route: Route,
  answer: Answer<unknown>,
  if_none_match: string | undefined,
): APIGatewayProxyStructuredResultV2 {
  const headers = { ...SECURITY_HEADERS, ...answer.headers };
  if (route.success.schema === undefined) return { statusCode: route.success.status, headers };
  const is_json = route.success.media_type === undefined;
  const body = is_json ? JSON.stringify(answer.body) : String(answer.body);
  if (route.method === 'GET' || answer.version !== undefined) {
    headers['etag'] = createEntityTag(body, answer.version);
    if (route.method === 'GET' && isKnown(if_none_match, headers['etag']))
      return { statusCode: 304, headers };
  }
  headers['content-type'] = route.success.media_type ?? 'application/json';
  return { statusCode: route.success.status, headers, body };
}

/** An answer that says nothing but that all is well. */
export function respondEmpty(): APIGatewayProxyStructuredResultV2 {
  return { statusCode: 204, headers: { ...SECURITY_HEADERS } };
}

/** An answer to HEAD: what GET would answer, its length included, but for the body (RFC 9110, 9.3.2). */
export function withoutBody(answer: APIGatewayProxyStructuredResultV2): APIGatewayProxyStructuredResultV2 {
  const { body, ...rest } = answer;
  if (body === undefined) return answer;
  return { ...rest, headers: { ...rest.headers, 'content-length': String(Buffer.byteLength(body)) } };
}

/** An error's answer. What isn't an {@link AppError} shows nothing of itself. */
export function respondProblem(
  error: unknown,
  path: string,
  request_id: string,
): APIGatewayProxyStructuredResultV2 {
  const known = isAppError(error) ? error : new AppError('INTERNAL', { cause: error });
  const problem = toProblem(known, path, request_id);
  const headers: Record<string, string> = {
    ...SECURITY_HEADERS,
    ...known.headers,
    'content-type': PROBLEM_MEDIA_TYPE,
  };
  if (known.retry_after_s !== undefined) headers['retry-after'] = String(Math.ceil(known.retry_after_s));
  if (problem.status === 401) headers['www-authenticate'] = 'Bearer realm="branchline"';
  return { statusCode: problem.status, headers, body: JSON.stringify(problem) };
}
