import { ECSClient, type ECSClientConfig } from '@aws-sdk/client-ecs';
import { AppError } from '../../../domain/shared/errors.ts';

const MAX_ATTEMPTS = 6;
const CONNECT_TIMEOUT_MS = 1000;
const REQUEST_TIMEOUT_MS = 10_000;
const RETRY_AFTER_S = 5;
const BUSY_NAMES = new Set([
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'ServerException',
  'ServiceUnavailable',
  'TimeoutError',
]);

/** A client that repeats throttled and failed calls by itself, with pauses of random length that grow. */
export function createEcsClient(config: ECSClientConfig = {}): ECSClient {
  return new ECSClient({
    maxAttempts: MAX_ATTEMPTS,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
    ...config,
  });
}

/** Does a call; says clearly when ECS had no room for it, however often it was tried.
 *  @throws AppError SERVICE_UNAVAILABLE, with the reason as cause; anything else as it is */
export async function callEcs<T>(operation: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof Error) || !BUSY_NAMES.has(error.name)) throw error;
    const reason = `ECS did not take ${operation} (${error.name}): its rate in this account and region is used up, or it is down.`;
    throw new AppError('SERVICE_UNAVAILABLE', {
      retry_after_s: RETRY_AFTER_S,
      cause: new Error(reason, { cause: error }),
    });
  }
}
