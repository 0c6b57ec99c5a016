import { REFRESH_TOKEN_LIFETIME_S } from './model.ts';

/** A signing key, as far as its time goes. */
export interface KeyTimes {
  readonly kid: string;
  /** ISO 8601. Its public half is published from then on. */
  readonly created_at: string;
  /** From when on it signs, until the next one does. */
  readonly activates_at: string;
}

/** How long a key signs before another one is made, and how long that one is published before it signs: much longer than
 *  anybody keeps the key set (its max-age is five minutes) or the keys themselves (an hour). */
export const KEY_LIFETIME_S = 30 * 24 * 3600;
export const KEY_LEAD_S = 24 * 3600;
/** How long a key stays published after its last signature: the longest token's life, and the hour for which an instance
 *  may not know yet that another key has taken over. */
export const KEY_RETENTION_S = REFRESH_TOKEN_LIFETIME_S + 3600;

/** What is to become of the keys. */
export interface KeyPlan<K extends KeyTimes> {
  /** Those that stay published, in the order in which they sign. */
  readonly keep: readonly K[];
  /** When a key that is made now is to sign; undefined when none is to be made. */
  readonly next_activates_at: string | undefined;
}

/** Decides which keys stay and whether another is due. The first key signs at once; each later one is published for
 *  {@link KEY_LEAD_S} before it does. */
export function planKeys<K extends KeyTimes>(keys: readonly K[], now: Date): KeyPlan<K> {
  const ordered = keys.toSorted(bySigningOrder);
  const keep = ordered.filter((_key, position) => !isOutdated(ordered[position + 1], now));
  return { keep, next_activates_at: nextActivation(keep.at(-1), now) };
}

/** The one key that signs what is valid from an instant on: of those that sign by then, the last. Before the first, that one.
 *  @returns undefined only when there are no keys */
export function signerAt<K extends KeyTimes>(keys: readonly K[], at: Date): K | undefined {
  const ordered = keys.toSorted(bySigningOrder);
  return ordered.findLast(({ activates_at }) => Date.parse(activates_at) <= at.getTime()) ?? ordered[0];
}

function bySigningOrder(one: KeyTimes, other: KeyTimes): number {
  return Date.parse(one.activates_at) - Date.parse(other.activates_at) || (one.kid < other.kid ? -1 : 1);
}

/** @param successor - the key that took over; undefined while none is known */
function isOutdated(successor: KeyTimes | undefined, now: Date): boolean {
  return (
    successor !== undefined && Date.parse(successor.activates_at) + KEY_RETENTION_S * 1000 <= now.getTime()
  );
}

function nextActivation(newest: KeyTimes | undefined, now: Date): string | undefined {
  if (newest === undefined) return now.toISOString();
  const is_due = Date.parse(newest.activates_at) + (KEY_LIFETIME_S - KEY_LEAD_S) * 1000 <= now.getTime();
  return is_due ? new Date(now.getTime() + KEY_LEAD_S * 1000).toISOString() : undefined;
}
