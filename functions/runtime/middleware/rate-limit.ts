import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { networkOf, type RateSubject } from '../../../src/domain/limits/index.ts';
import { AppError } from '../../../src/domain/shared/errors.ts';
import type { RateDecision, RuntimeDependencies } from '../dependencies.ts';
import { addHeaders, type HttpMiddleware } from './chain.ts';

const AUTH_PREFIX = '/api/v1/auth/';
const decisions = new WeakMap<object, RateDecision>();

/** Limits auth routes per address, as no principal is known yet, and says how much is left on every answer. */
export function rateLimit(deps: Pick<RuntimeDependencies, 'limiter'>): HttpMiddleware {
  const describe: NonNullable<HttpMiddleware['after']> = ({ event, response }) => {
    const decision = decisions.get(event);
    if (decision !== undefined && decision.limit > 0) addHeaders(response, headersOf(decision));
  };
  return {
    before: async ({ event }) => {
      if (!event.rawPath.startsWith(AUTH_PREFIX)) return;
      const address = networkOf(event.requestContext.http.sourceIp);
      await takeToken(deps, event, { kind: 'address', address });
    },
    after: describe,
    onError: describe,
  };
}

/** Takes one request from a subject's bucket. @throws AppError RATE_LIMITED when it is empty */
export async function takeToken(
  deps: Pick<RuntimeDependencies, 'limiter'>,
  event: APIGatewayProxyEventV2,
  subject: RateSubject,
): Promise<void> {
  const decision = await deps.limiter.take(subject);
  decisions.set(event, decision);
  if (!decision.allowed) throw new AppError('RATE_LIMITED', { retry_after_s: decision.reset_s });
}

/** The fields of draft-ietf-httpapi-ratelimit-headers. */
function headersOf(decision: RateDecision): Record<string, string> {
  return {
    'ratelimit-policy': `"default";q=${decision.limit};w=60`,
    ratelimit: `"default";r=${decision.remaining};t=${Math.ceil(decision.reset_s)}`,
  };
}
