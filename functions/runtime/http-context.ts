import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';

/** A Lambda function behind the HTTP API. On a laptop, the gateway calls it. */
export type HttpFunction = (
  event: APIGatewayProxyEventV2,
  context: HttpContext,
) => Promise<APIGatewayProxyStructuredResultV2>;

/** What such a function is told beside the request. */
export type HttpContext = Context & {
  /** Ends when the client is gone or the function's time nearly over. Made when it is asked for: few routes wait. */
  readonly createSignal?: () => AbortSignal;
};
