import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { RuntimeDependencies } from '../dependencies.ts';
import { addHeaders, type HttpMiddleware } from './chain.ts';

const PREFLIGHT: Readonly<Record<string, string>> = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, DELETE, OPTIONS',
  'access-control-allow-headers':
    'authorization, content-type, if-match, if-none-match, idempotency-key, traceparent',
  'access-control-max-age': '600',
};

const EXPOSED = 'etag, link, ratelimit, ratelimit-policy, retry-after, x-request-id';

/** True for the request by which a browser asks whether it may send the real one. */
export function isPreflight(event: APIGatewayProxyEventV2): boolean {
  return event.requestContext.http.method === 'OPTIONS';
}

/** Lets browsers call from the allowed origins, and from no other. */
export function cors(deps: Pick<RuntimeDependencies, 'allowed_origins'>): HttpMiddleware {
  const headersFor = (origin: string | undefined): Record<string, string> => {
    if (origin === undefined || !deps.allowed_origins.includes(origin)) return { vary: 'origin' };
    return {
      vary: 'origin',
      'access-control-allow-origin': origin,
      'access-control-expose-headers': EXPOSED,
    };
  };
  const decorate: NonNullable<HttpMiddleware['after']> = ({ event, response }) => {
    addHeaders(response, headersFor(event.headers['origin']));
    if (isPreflight(event)) addHeaders(response, PREFLIGHT);
  };
  return { after: decorate, onError: decorate };
}
