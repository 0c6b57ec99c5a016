import { AppError } from '../../domain/shared/errors.ts';
import type { Key } from '../table/port.ts';
import { describeRefusal, retryabilityOf, translateError } from './errors.ts';

export interface RetryOptions {
  /** A number from 0 up to 1. */
  readonly random: () => number;
  readonly sleep: (duration_ms: number) => Promise<unknown>;
  /** Milliseconds of a monotonic clock. */
  readonly now_ms: () => number;
  /** After it no further attempt begins: for work that somebody waits for. The last one may still take its time-out. */
  readonly max_duration_ms: number;
}

/** One call, as its failure is described. */
export interface Call {
  readonly operation: string;
  readonly keys: readonly Pick<Key, 'table' | 'pk'>[];
  /** Whether doing it a second time changes nothing more: then it's repeated also when the first may have been done. */
  readonly is_repeatable: boolean;
}

export const MAX_ATTEMPTS = 8;
// One repetition is always worth it: the time may have gone by in a process that was not run.
const MIN_ATTEMPTS = 2;
const BASE_DELAY_MS = 25;
const MAX_DELAY_MS = 1000;
const RETRY_AFTER_S = 2;
const NAMED_KEYS = 3;

/** Does the work, again after a pause of random length ("full jitter") while DynamoDB has no room for it.
 *  @throws AppError SERVICE_UNAVAILABLE when it never had, with the reason as cause; what the port names, or
 *  UPSTREAM_FAILED, otherwise */
export async function withRetries<T>(call: Call, options: RetryOptions, work: () => Promise<T>): Promise<T> {
  const give_up_at_ms = options.now_ms() + options.max_duration_ms;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const retryability = retryabilityOf(error);
      if (retryability === 'final') throw translateError(error);
      const may_repeat = retryability === 'refused' || call.is_repeatable;
      const pause_ms = jitteredDelay(attempt, options.random);
      const is_late = attempt >= MIN_ATTEMPTS && options.now_ms() + pause_ms > give_up_at_ms;
      const is_last = attempt === MAX_ATTEMPTS || is_late;
      if (!may_repeat || is_last) throw unavailable(call, attempt, error);
      await options.sleep(pause_ms);
    }
  }
}

/** @param attempt - how many have failed, from 1 */
export function jitteredDelay(attempt: number, random: () => number): number {
  return random() * Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** (attempt - 1));
}

/** The error for work that DynamoDB had no room for. Its cause, which only the log shows, has the advice. */
export function unavailable(call: Call, attempts: number, cause: unknown): AppError {
  const reason =
    `DynamoDB did not confirm ${call.operation} on ${describeKeys(call.keys)} in ${attempts} attempts ` +
    `(${describeRefusal(cause)}). One partition key takes at most 3,000 read and 1,000 write units a second, however ` +
    'large the table: where one key is hot, spread its items over several keys or write them less often; where ' +
    'transactions conflict, let fewer of them touch the same item.';
  return new AppError('SERVICE_UNAVAILABLE', {
    retry_after_s: RETRY_AFTER_S,
    cause: new Error(reason, { cause }),
  });
}

// Directory keys hold e-mail addresses, which don't belong in a log.
function describeKeys(keys: Call['keys']): string {
  const places = new Set(keys.map(({ table, pk }) => (table === 'tenants' ? `tenants/${pk}` : table)));
  const named = [...places].slice(0, NAMED_KEYS);
  return named.length < places.size ? `${named.join(', ')} and more` : named.join(', ');
}
