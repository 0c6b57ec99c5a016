import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod';
import type { Route } from '../../src/contracts/http/route.ts';
import type { Client } from '../../src/domain/identity/index.ts';
import { AppError } from '../../src/domain/shared/errors.ts';
import { mayChange } from './entity-tags.ts';
import { invalid, pointer, toError, WORDING } from './field-problems.ts';
import { demandAcceptable } from './negotiate.ts';
import { parseBody } from './request-body.ts';

const NO_QUERY = z.strictObject({});

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
  if (text === '' && route.query === undefined) return undefined;
  const entries = [...new URLSearchParams(text)];
  demandOnce(entries.map(([name]) => name));
  const result = (route.query ?? NO_QUERY).safeParse(Object.fromEntries(entries), WORDING);
  if (!result.success) throw toError(route, result.error, 'query');
  return route.query === undefined ? undefined : result.data;
}

/** Which of two values counts would be anybody's guess. */
function demandOnce(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      throw invalid([{ pointer: pointer('query', [name]), detail: 'may be given once' }]);
    }
    seen.add(name);
  }
}
