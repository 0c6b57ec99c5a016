import { AppError, isAppError } from '../../domain/shared/errors.ts';
import { AwsCallError, isBusy, isTransient } from './call-error.ts';

/** What a failed call says about trying again: `refused` was not done, `unknown` may have been. */
export type Retryability = 'refused' | 'unknown' | 'final';

const REFUSED_NAMES = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'TransactionConflictException',
  'TransactionInProgressException',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
]);
const UNKNOWN_NAMES = new Set([
  'InternalServerError',
  'ServiceUnavailable',
  'RequestTimeout',
  'TimeoutError',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
]);
const FIRST_SERVER_ERROR = 500;
const RETRY_AFTER_S = 2;

/** Whether a failed call to AWS may be repeated, by the SDK's error, fetch's, or that of a call signed by hand. */
export function retryabilityOf(error: unknown): Retryability {
  const names = [error, fieldOf(error, 'cause')].flatMap((each) => [
    textOf(each, 'name'),
    textOf(each, 'code'),
  ]);
  const is_busy = error instanceof AwsCallError && isBusy(error);
  if (is_busy || names.some((name) => REFUSED_NAMES.has(name))) return 'refused';
  if (names.some((name) => UNKNOWN_NAMES.has(name)) || statusOf(error) >= FIRST_SERVER_ERROR)
    return 'unknown';
  return hadNoAnswer(error) || isTransient(error) ? 'unknown' : 'final';
}

/** Whether a failed call, repeated as often as it may be, says that its service is in trouble: it didn't answer, failed by
 *  itself, or had no room. A refusal says that it is well. */
export function isOutage(error: unknown): boolean {
  return retryabilityOf(error) !== 'final';
}

/** A failed call as people see it, with the failure as its cause for the log: SERVICE_UNAVAILABLE where trying again may
 *  help, UPSTREAM_FAILED where AWS refused. What is one already, since the call wasn't made, stays as it is. */
export function toAnswerable(error: unknown): AppError {
  if (isAppError(error)) return error;
  if (retryabilityOf(error) === 'final') return new AppError('UPSTREAM_FAILED', { cause: error });
  return new AppError('SERVICE_UNAVAILABLE', { retry_after_s: RETRY_AFTER_S, cause: error });
}

/** True for what AWS answered, as the SDK throws it: whatever else is thrown is a fault of ours. */
export function isAnswerOfAws(error: unknown): boolean {
  return error instanceof Error && '$fault' in error;
}

// All that fetch says of whatever kept it from an answer; the cause has many names.
function hadNoAnswer(error: unknown): boolean {
  return error instanceof TypeError && error.message === 'fetch failed';
}

function statusOf(error: unknown): number {
  const status = fieldOf(fieldOf(error, '$metadata'), 'httpStatusCode') ?? fieldOf(error, 'status');
  return typeof status === 'number' ? status : 0;
}

function textOf(error: unknown, field: string): string {
  const value = fieldOf(error, field);
  return typeof value === 'string' ? value : '';
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined;
}
