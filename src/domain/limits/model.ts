import { PLAN } from '../metrics/index.ts';

/** A token bucket's size: so many requests a minute in the long run, and so many at once. */
export interface RateLimit {
  readonly per_minute: number;
  readonly burst: number;
}

/** How many sign-ins may fail in any stretch of `window_s` seconds. */
export interface SignInLimits {
  readonly per_account: number;
  readonly per_address: number;
  readonly window_s: number;
}

/** An installation's limits; what is undefined is without one. */
export interface Limits {
  /** Of one principal, by the plan of its team. */
  readonly principal: Readonly<Record<typeof PLAN, RateLimit | undefined>>;
  /** Of one address on the routes that sign in. No team is known there, so no plan is. */
  readonly address: RateLimit | undefined;
  readonly sign_in: SignInLimits | undefined;
}

/** The design's limits; those of sign-ins follow ASVS 6.3.1. */
const DEFAULTS: Limits = {
  principal: { [PLAN]: { per_minute: 1000, burst: 200 } },
  address: { per_minute: 120, burst: 120 },
  sign_in: { per_account: 10, per_address: 100, window_s: 15 * 60 },
};

const NONE: Limits = { principal: { [PLAN]: undefined }, address: undefined, sign_in: undefined };

/** The limits of an installation.
 *  @param per_minute - BRANCHLINE_RATE_LIMIT: replaces the limits on requests; 0 turns off these and those on sign-ins */
export function readLimits(per_minute: number | undefined): Limits {
  if (per_minute === undefined) return DEFAULTS;
  if (per_minute === 0) return NONE;
  const limit = { per_minute, burst: per_minute };
  return { principal: { [PLAN]: limit }, address: limit, sign_in: DEFAULTS.sign_in };
}

/** Whose requests are counted together. */
export type RateSubject =
  | { readonly kind: 'principal'; readonly tenant_id: string; readonly user_id: string }
  | { readonly kind: 'address'; readonly address: string };

/** The limit that a subject has. */
export function limitOf(limits: Limits, subject: RateSubject): RateLimit | undefined {
  return subject.kind === 'address' ? limits.address : limits.principal[PLAN];
}
