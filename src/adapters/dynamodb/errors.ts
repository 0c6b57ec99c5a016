import type { CancellationReason } from '@aws-sdk/client-dynamodb';
import { isAppError } from '../../domain/shared/errors.ts';
import {
  isAnswerOfAws,
  type Retryability,
  retryabilityOf as retryabilityOfCall,
  toAnswerable,
} from '../aws/call-failure.ts';
import { ConditionFailedError, MAX_ITEM_BYTES } from '../table/port.ts';

const ITEM_REFUSALS = new Set([
  'TransactionConflictException',
  'TransactionInProgressException',
  'TransactionCanceledException',
]);
// Of `TableWriteKeyRangeThroughputExceeded` and its like.
const HOT_KEYS = 'KeyRangeThroughput';
const REFUSED_REASONS = new Set(['TransactionConflict', 'ProvisionedThroughputExceeded', 'ThrottlingError']);

/** Whether a failed call may be repeated. */
export function retryabilityOf(error: unknown): Retryability {
  return isCancelledByOthers(error) ? 'refused' : retryabilityOfCall(error);
}

/** Whether a call that was given up says that DynamoDB is in trouble. What it says of single items and keys, often of one
 *  tenant, doesn't: a conflict, a cancelled transaction, a partition that is too hot. */
export function isOutage(error: unknown): boolean {
  if (!isAppError(error) || error.code !== 'SERVICE_UNAVAILABLE') return false;
  // The adapter's own words, then DynamoDB's.
  const refusal = fieldOf(error.cause, 'cause');
  if (ITEM_REFUSALS.has(textOf(refusal, 'name'))) return false;
  const reasons = throttlingReasonsOf(refusal);
  return reasons.length === 0 || !reasons.every((reason) => reason.includes(HOT_KEYS));
}

/** A final error of DynamoDB's as the port names it; any other that it answered as UPSTREAM_FAILED; what it did not answer
 *  as it is. */
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
  return isAnswerOfAws(error) ? toAnswerable(error) : error;
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

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined;
}
