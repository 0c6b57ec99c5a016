import { networkOf, type SignInLimits } from '../limits/index.ts';
import { AppError, isAppError } from '../shared/errors.ts';
import type { Logger } from '../shared/ports.ts';

/** Who tries to prove a password, and from where. */
export interface SignInAttempt {
  /** The account's address, whether there is such an account or not. */
  readonly email: string;
  /** The network address that the request came from. */
  readonly address: string;
}

/** An attempt that counts against both limits until it is taken back. */
export interface NotedAttempt extends SignInAttempt {
  /** Milliseconds since 1970. */
  readonly at_ms: number;
}

/** What became of asking for an attempt: it is noted, or it has to wait. */
export type Admission =
  | { readonly kind: 'noted'; readonly attempt: NotedAttempt }
  | { readonly kind: 'refused'; readonly retry_after_s: number };

/** Failed attempts to prove a password. */
export interface SignInAttempts {
  /** Notes an attempt for the account and the address, unless {@link waitFor} refuses one of them: all or nothing, in one
   *  step, so that no number of parallel attempts gets past a limit. */
  begin(attempt: SignInAttempt, limits: SignInLimits): Promise<Admission>;
  /** Takes one attempt back, of the account and of the address. */
  withdraw(attempt: NotedAttempt): Promise<void>;
  /** Forgets all of the account's failures, and takes this attempt of the address back. */
  succeed(attempt: NotedAttempt): Promise<void>;
}

export interface SignInGuard {
  readonly attempts: SignInAttempts;
  /** Undefined for none. */
  readonly limits: SignInLimits | undefined;
  readonly logger: Logger;
}

/** The moments of failures that still count. */
export function recentFailures(times_ms: readonly number[], window_s: number, now_ms: number): number[] {
  return times_ms.filter((time) => time > now_ms - window_s * 1000);
}

/** How long an account or an address has to wait for its next attempt: until the oldest of its failures no longer counts.
 *  @param recent - see {@link recentFailures}
 *  @returns seconds; undefined when it may try now */
export function waitFor(
  recent: readonly number[],
  limit: number,
  window_s: number,
  now_ms: number,
): number | undefined {
  if (recent.length < limit) return undefined;
  const leaving_ms = recent.toSorted((one, other) => one - other)[recent.length - limit] ?? now_ms;
  return Math.max(1, Math.ceil((leaving_ms + window_s * 1000 - now_ms) / 1000));
}

/** Does what proves a password: signing in, or anything that asks for the current one again. Once an account or an address
 *  has failed too often, it is refused before any hash is made (ASVS 6.3.1). Only wrong credentials count, of accounts that
 *  there aren't like of those that there are (ASVS 6.3.8). A success clears the account, not the address: else whoever has
 *  an account of their own could go on trying others'.
 *  @throws AppError RATE_LIMITED with the seconds to wait; what the work throws */
export async function guardSignIn<T>(
  guard: SignInGuard,
  { email, address }: SignInAttempt,
  work: () => Promise<T>,
): Promise<T> {
  if (guard.limits === undefined) return work();
  const admission = await guard.attempts.begin({ email, address: networkOf(address) }, guard.limits);
  if (admission.kind === 'refused') throw tooMany('failed sign-ins', admission.retry_after_s);
  const { attempt } = admission;
  let result: T;
  try {
    result = await work();
  } catch (error) {
    if (!isAppError(error) || error.code !== 'INVALID_CREDENTIALS') {
      await settle(guard, () => guard.attempts.withdraw(attempt));
    }
    throw error;
  }
  await settle(guard, () => guard.attempts.succeed(attempt));
  return result;
}

/** Resets of one account's password within the time that failed sign-ins are counted for. */
const RESETS_PER_ACCOUNT = 5;

/** Admits a request to reset a password, each of which is a mail to somebody who may not have asked for it. They are counted
 *  apart from the account's sign-ins, so that nobody can be kept from signing in by them; for the address they count as
 *  failed ones. Of accounts that there aren't, they are counted like of those that there are.
 *  @throws AppError RATE_LIMITED with the seconds to wait */
export async function admitReset(guard: SignInGuard, { email, address }: SignInAttempt): Promise<void> {
  if (guard.limits === undefined) return;
  // No e-mail address has a colon outside of quotes, and none is taken with quotes.
  const attempt = { email: `reset:${email}`, address: networkOf(address) };
  const limits = { ...guard.limits, per_account: RESETS_PER_ACCOUNT };
  const admission = await guard.attempts.begin(attempt, limits);
  if (admission.kind === 'refused') throw tooMany('password resets', admission.retry_after_s);
}

/** An attempt that stays noted counts for the window's time, which is no reason to fail what succeeded, or to hide why
 *  something failed. */
async function settle({ logger }: SignInGuard, change: () => Promise<void>): Promise<void> {
  try {
    await change();
  } catch (error) {
    logger.warn('a sign-in attempt could not be taken back', { error });
  }
}

function tooMany(what: string, retry_after_s: number): AppError {
  return new AppError('RATE_LIMITED', {
    detail: `Too many ${what}. Wait for as many seconds as the Retry-After header says.`,
    retry_after_s,
  });
}
