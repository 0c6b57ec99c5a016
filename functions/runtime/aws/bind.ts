import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { memoize } from '../../../src/adapters/system/memoize.ts';
import type { HttpFunction } from '../http-function.ts';

// API Gateway gives up after 30 s; a long poll has to answer before.
const RESERVE_MS = 1500;

/** An HTTP function as Lambda calls it: composed on the first request, and told when its time is nearly over. */
export function bindHttp(compose: () => Promise<HttpFunction>) {
  const load = memoize(compose);
  return async (
    event: APIGatewayProxyEventV2,
    context: Context,
  ): Promise<APIGatewayProxyStructuredResultV2> => {
    const call = await load();
    const left_ms = Math.max(0, context.getRemainingTimeInMillis() - RESERVE_MS);
    return call(event, { ...context, createSignal: () => AbortSignal.timeout(left_ms) });
  };
}
