import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { memoize } from '../../../src/adapters/system/memoize.ts';
import { withinTime } from '../deadline.ts';
import type { HttpContext, HttpFunction } from '../http-context.ts';
import { createHttpFunction } from '../http-function.ts';
import { createPublicRuntime } from './api.ts';

// API Gateway gives up after 30 s; a long poll has to answer before, and before it is refused as too slow.
const RESERVE_MS = 1500;

/** An HTTP function as Lambda calls it: composed on the first request, and told when its time is nearly over. While it can't
 *  be composed (a key can't be read, say), its answer is a problem like any other. */
export function bindHttp(compose: () => Promise<HttpFunction>) {
  const load = memoize(compose);
  return async (
    event: APIGatewayProxyEventV2,
    context: Context,
  ): Promise<APIGatewayProxyStructuredResultV2> => {
    const left_ms = Math.max(0, context.getRemainingTimeInMillis() - RESERVE_MS);
    const signalled = { ...context, createSignal: () => AbortSignal.timeout(left_ms) };
    try {
      const call = await withinTime(context.getRemainingTimeInMillis(), load);
      return await call(event, signalled);
    } catch (error) {
      // The function's own chain throws nothing: this one couldn't be made.
      return refuse(event, signalled, error);
    }
  };
}

/** A function without routes, which answers everything with one error. */
function refuse(
  event: APIGatewayProxyEventV2,
  context: HttpContext,
  error: unknown,
): Promise<APIGatewayProxyStructuredResultV2> {
  const refused = createHttpFunction(createPublicRuntime(), {}, {}, () => {
    throw error;
  });
  return refused(event, context);
}
