import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  KEY_LEAD_S,
  KEY_RETENTION_S,
  type KeyTimes,
  planKeys,
  REFRESH_TOKEN_LIFETIME_S,
  signerAt,
} from '../../../../src/domain/identity/index.ts';

const START_MS = Date.parse('2026-11-15T12:00:00.000Z');
const DAY_S = 86_400;
const at = (seconds: number) => new Date(START_MS + seconds * 1000);

/** Keys as they are after each of several runs of the rotation. */
interface Run {
  readonly now_s: number;
  readonly keys: readonly KeyTimes[];
}

function run(keys: readonly KeyTimes[], now_s: number): readonly KeyTimes[] {
  const { keep, next_activates_at } = planKeys(keys, at(now_s));
  if (next_activates_at === undefined) return keep;
  const made = { kid: `key-${now_s}`, created_at: at(now_s).toISOString(), activates_at: next_activates_at };
  return [...keep, made];
}

function runAll(pauses_s: readonly number[]): Run[] {
  const runs: Run[] = [{ now_s: 0, keys: run([], 0) }];
  for (const pause_s of pauses_s) {
    const { keys, now_s } = runs.at(-1) ?? { keys: [], now_s: 0 };
    runs.push({ now_s: now_s + pause_s, keys: run(keys, now_s + pause_s) });
  }
  return runs;
}

// A schedule that comes daily, late, twice, or not for weeks.
const pauses = fc.array(fc.oneof(fc.constant(DAY_S), fc.integer({ min: 0, max: 60 * DAY_S })), {
  minLength: 1,
  maxLength: 120,
});

describe('at any moment', () => {
  test('exactly one key signs, the same for whoever knows the keys of the last day', () => {
    fc.assert(
      fc.property(pauses, fc.nat(), (all, seed) => {
        const runs = runAll(all);
        for (const [position, { now_s, keys }] of runs.entries()) {
          const until_s = runs[position + 1]?.now_s ?? now_s + DAY_S;
          const moment = at(now_s + (seed % Math.max(1, until_s - now_s)));
          const signer = signerAt(keys, moment);
          expect(signer).toBeDefined();
          expect(Date.parse(signer?.activates_at ?? '')).toBeLessThanOrEqual(moment.getTime());
          const stale = runs.find(
            (run) => at(run.now_s).getTime() >= moment.getTime() - KEY_LEAD_S * 1000 + 1,
          );
          if (stale !== undefined && stale.now_s <= now_s) {
            expect(signerAt(stale.keys, moment)?.kid).toBe(signer?.kid);
          }
        }
      }),
    );
  });

  test('each token that has not expired has its key published', () => {
    fc.assert(
      fc.property(pauses, fc.integer({ min: 0, max: REFRESH_TOKEN_LIFETIME_S }), (all, age_s) => {
        const runs = runAll(all);
        for (const { now_s, keys } of runs) {
          const signed_s = now_s - age_s;
          const then = runs.findLast((run) => run.now_s <= signed_s);
          if (then === undefined) continue;
          const signer = signerAt(then.keys, at(signed_s));
          expect(keys.map(({ kid }) => kid)).toContain(signer?.kid);
        }
      }),
    );
  });

  test('a key that signs has been published for as long as its verifiers may not ask, the very first apart', () => {
    fc.assert(
      fc.property(pauses, (all) => {
        const made = new Map(runAll(all).flatMap(({ keys }) => keys.map((key) => [key.kid, key] as const)));
        for (const { created_at, activates_at } of [...made.values()].slice(1)) {
          expect(Date.parse(activates_at) - Date.parse(created_at)).toBe(KEY_LEAD_S * 1000);
        }
      }),
    );
    // The key set's max-age, the pause between two readings, and how long the sign-in function keeps the keys.
    expect(KEY_LEAD_S).toBeGreaterThan(300 + 30 + 3600);
  });
});

describe('day by day', () => {
  const runs = runAll(Array.from({ length: 100 }, () => DAY_S));
  const kids = (day: number) => runs[day]?.keys.map(({ kid }) => kid);

  test('a key is made after 29 days, signs after 30, and its predecessor goes when its tokens are gone', () => {
    const [first, second] = ['key-0', `key-${29 * DAY_S}`];
    expect(kids(28)).toEqual([first]);
    expect(kids(29)).toEqual([first, second]);
    expect(signerAt(runs[29]?.keys ?? [], at(30 * DAY_S - 1))?.kid).toBe(first);
    expect(signerAt(runs[30]?.keys ?? [], at(30 * DAY_S))?.kid).toBe(second);
    expect(kids(30 + Math.floor(KEY_RETENTION_S / DAY_S))).toEqual([first, second]);
    expect(kids(31 + Math.floor(KEY_RETENTION_S / DAY_S))).toEqual([second]);
  });

  test('there are never more than fit into one parameter', () => {
    expect(Math.max(...runs.map(({ keys }) => keys.length))).toBe(2);
  });
});

test('without keys nothing signs, and the first one signs at once', () => {
  expect(signerAt([], at(0))).toBeUndefined();
  expect(planKeys([], at(0))).toEqual({ keep: [], next_activates_at: at(0).toISOString() });
});

test('the same keys in another order are the same plan and the same signer', () => {
  const keys = [
    { kid: 'b', created_at: at(0).toISOString(), activates_at: at(DAY_S).toISOString() },
    { kid: 'a', created_at: at(0).toISOString(), activates_at: at(0).toISOString() },
    { kid: 'c', created_at: at(0).toISOString(), activates_at: at(DAY_S).toISOString() },
  ];
  expect(planKeys(keys.toReversed(), at(2 * DAY_S))).toEqual(planKeys(keys, at(2 * DAY_S)));
  expect(signerAt(keys, at(2 * DAY_S))?.kid).toBe('c');
  expect(signerAt(keys.toReversed(), at(2 * DAY_S))?.kid).toBe('c');
  expect(signerAt(keys, at(-1))?.kid).toBe('a');
});
