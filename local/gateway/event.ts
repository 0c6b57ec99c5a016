import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Match } from '../../src/contracts/http/match.ts';
import { routeKey } from '../../src/contracts/http/route.ts';

const DEFAULT_ROUTE = '$default';

/** A request as API Gateway's HTTP API hands it to Lambda (payload format 2.0). */
export function toEvent(input: {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly match: Match;
  readonly request_id: string;
  readonly now: Date;
}): APIGatewayProxyEventV2 {
  const { request, body, match, request_id, now } = input;
  const [path, query] = splitTarget(request.url ?? '/');
  const headers = toHeaders(request);
  const method = request.method ?? 'GET';
  const key =
    match.kind === 'route' ? routeKey({ method: match.method, path: match.route.path }) : DEFAULT_ROUTE;
  return {
    version: '2.0',
    routeKey: key,
    rawPath: path,
    rawQueryString: query,
    headers,
    requestContext: {
      accountId: 'local',
      apiId: 'local',
      domainName: headers['host'] ?? '',
      domainPrefix: 'local',
      http: {
        method,
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: request_id,
      routeKey: key,
      stage: DEFAULT_ROUTE,
      time: now.toISOString(),
      timeEpoch: now.getTime(),
    },
    ...(match.kind === 'route' ? { pathParameters: decode(match.parameters) } : {}),
    ...(body.length === 0 ? {} : { body: body.toString('base64') }),
    isBase64Encoded: body.length > 0,
  };
}

/** The path and the query of a request's target. */
export function splitTarget(target: string): readonly [path: string, query: string] {
  const mark = target.indexOf('?');
  return mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)];
}

function toHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

function decode(parameters: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, decodePart(value)]));
}

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Broken percent-encoding: such a text names nothing, and the route's schema says so.
    return text;
  }
}
