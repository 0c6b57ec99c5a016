import type { CancellationReason } from '@aws-sdk/client-dynamodb';
import { ConditionFailedError, MAX_ITEM_BYTES } from '../table/port.ts';

/** What a failed call says about trying again: `refused` was not done, `unknown` may have been. */
export type Retryability = 'refused' | 'unknown' | 'final';

const REFUSED_NAMES = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'TransactionConflictException',
  'TransactionInProgressException',
  'ECONNREFUSED',
  'ENOTFOUND',
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
const REFUSED_REASONS = new Set(['TransactionConflict', 'ProvisionedThroughputExceeded', 'ThrottlingError']);
const FIRST_SERVER_ERROR = 500;

/** Whether a failed call may be repeated. */
export function retryabilityOf(error: unknown): Retryability {
  const names = [textOf(error, 'name'), textOf(error, 'code')];
  if (names.some((name) => REFUSED_NAMES.has(name)) || isCancelledByOthers(error)) return 'refused';
  if (names.some((name) => UNKNOWN_NAMES.has(name)) || statusOf(error) >= FIRST_SERVER_ERROR)
    return 'unknown';
  return 'final';
}

/** A final error of DynamoDB's as the port names it; any other as it is. */
export function translateError(error: unknown): unknown {
  if (textOf(error, 'name') === 'ConditionalCheckFailedException') return new ConditionFailedError([0]);
  const reasons = reasonsOf(error);
  const failed = reasons.flatMap(({ Code }, position) =>
    Code === 'ConditionalCheckFailed' ? [position] : [],
  );
  if (failed.length > 0) return new ConditionFailedError(failed);
  const messages = [textOf(error, 'message'), ...reasons.map((reason) => reason.Message ?? '')];
  if (messages.some((message) => /item size .*exceeded/i.test(message))) {
    return new RangeError(`An item holds at most ${MAX_ITEM_BYTES} bytes`, { cause: error });
  }
  if (messages.some((message) => /incorrect data type|type mismatch/i.test(message))) {
    return new TypeError('An attribute that is added to is no number', { cause: error });
  }
  return error;
}

/** What kept a call from being done, in DynamoDB's words: the error's name and its throttling reasons. */
export function describeRefusal(error: unknown): string {
  const cancelled = reasonsOf(error).flatMap(({ Code }) =>
    Code === undefined || Code === 'None' ? [] : [Code],
  );
  const throttled = throttlingReasonsOf(error);
  return [textOf(error, 'name') || 'an unknown error', ...new Set([...cancelled, ...throttled])].join(', ');
}

function isCancelledByOthers(error: unknown): boolean {
  const codes = reasonsOf(error).map(({ Code = 'None' }) => Code);
  const refusals = codes.filter((code) => code !== 'None');
  return refusals.length > 0 && refusals.every((code) => REFUSED_REASONS.has(code));
}

function reasonsOf(error: unknown): readonly CancellationReason[] {
  return listOf<CancellationReason>(error, 'CancellationReasons');
}

// The SDK's model spells the field both ways.
function throttlingReasonsOf(error: unknown): string[] {
  const reasons = [
    ...listOf<{ reason?: string }>(error, 'ThrottlingReasons'),
    ...listOf<{ reason?: string }>(error, 'throttlingReasons'),
  ];
  return reasons.flatMap(({ reason }) => reason ?? []);
}

function listOf<T>(error: unknown, field: string): readonly T[] {
  const value: unknown = fieldOf(error, field);
  return Array.isArray(value) ? value : [];
}

function textOf(error: unknown, field: string): string {
  const value = fieldOf(error, field);
  return typeof value === 'string' ? value : '';
}

function statusOf(error: unknown): number {
  const status = fieldOf(fieldOf(error, '$metadata'), 'httpStatusCode');
  return typeof status === 'number' ? status : 0;
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined;
}
