import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Span } from '../../../src/domain/shared/ports.ts';
import type { RuntimeDependencies } from '../dependencies.ts';
import type { HttpMiddleware } from './chain.ts';
import { addHeaders } from './chain.ts';

const SERVER_ERROR = 500;
const UNMATCHED = '$default';
const spans = new WeakMap<object, Span>();

/** Traces the request, below its caller's span where it named one, and answers with the request's id. Names are those of
 *  OpenTelemetry's conventions for HTTP servers. */
export function tracing(deps: Pick<RuntimeDependencies, 'tracer'>): HttpMiddleware {
  const finish: NonNullable<HttpMiddleware['after']> = ({ event, response, error }) => {
    addHeaders(response, { 'x-request-id': event.requestContext.requestId });
    const status = response?.statusCode ?? SERVER_ERROR;
    const span = spans.get(event);
    span?.set({ 'http.response.status_code': status });
    if (status >= SERVER_ERROR) span?.fail(error ?? new Error(`Answered with ${status}`));
    span?.end();
  };
  return {
    before: ({ event }) => {
      const options = {
        kind: 'server',
        traceparent: event.headers['traceparent'],
        attributes: attributesOf(event),
      } as const;
      spans.set(event, deps.tracer.start(nameOf(event), options));
    },
    after: finish,
    onError: finish,
  };
}

/** The span of a request that is being answered. */
export function spanOf(event: object): Span | undefined {
  return spans.get(event);
}

// An address that no route takes could be any text, and must not become a name.
function nameOf({ routeKey, requestContext }: APIGatewayProxyEventV2): string {
  return routeKey === UNMATCHED ? requestContext.http.method : routeKey;
}

function attributesOf({ routeKey, requestContext, pathParameters }: APIGatewayProxyEventV2) {
  const { http, requestId } = requestContext;
  return {
    'http.request.method': http.method,
    'http.route': routeKey === UNMATCHED ? undefined : routeKey.split(' ')[1],
    'url.path': http.path,
    'branchline.request_id': requestId,
    'branchline.project_id': pathParameters?.['project_id'],
    'branchline.deployment_id': pathParameters?.['deployment_id'],
  };
}
