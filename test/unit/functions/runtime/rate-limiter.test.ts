import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { createRateLimiter } from '../../../../functions/runtime/rate-limiter.ts';
import { createBucketStore } from '../../../../src/adapters/stores/bucket-store.ts';
import { createMemoryBuckets } from '../../../../src/adapters/system/memory-buckets.ts';
import type { Table } from '../../../../src/adapters/table/port.ts';
import { type BucketStore, readLimits } from '../../../../src/domain/limits/index.ts';
import { AppError } from '../../../../src/domain/shared/errors.ts';
import { createRecordedLogger, type RecordedLogger } from '../../../support/recorded-logger.ts';
import { createMemoryTable } from '../../../support/tables.ts';
import { createTestClock, type TestClock } from '../../../support/test-clock.ts';
import { testId } from '../../../support/test-ids.ts';

const ADA = { kind: 'principal', tenant_id: testId('ten', 1), user_id: testId('usr', 1) } as const;
const ADDRESS = { kind: 'address', address: '192.0.2.1' } as const;
const SLACK = 20;

let clock: TestClock;
let logger: RecordedLogger;
beforeEach(() => {
  clock = createTestClock();
  logger = createRecordedLogger();
});

const instance = (buckets: BucketStore, per_minute?: number) =>
  createRateLimiter({ limits: readLimits(per_minute), buckets, clock, logger });

/** A table that counts what it is asked. */
function countedTable() {
  const { table } = createMemoryTable();
  const counts = { reads: 0, writes: 0 };
  const counted: Table = {
    ...table,
    get: (key) => {
      counts.reads += 1;
      return table.get(key);
    },
    write: (write) => {
      counts.writes += 1;
      return table.write(write);
    },
  };
  return { counts, buckets: createBucketStore(counted, clock) };
}

/** Sends requests, one every so many milliseconds, to one instance after the other. @returns how many were allowed */
async function send(
  limiters: readonly ReturnType<typeof instance>[],
  requests: number,
  every_ms: number,
  subject: typeof ADA | typeof ADDRESS = ADA,
): Promise<number> {
  let allowed = 0;
  for (let request = 0; request < requests; request += 1) {
    const limiter = limiters[request % limiters.length];
    if ((await limiter?.take(subject))?.allowed === true) allowed += 1;
    clock.advance(every_ms);
  }
  return allowed;
}

describe('what the limiter writes', () => {
  test.each([
    ['a principal far below the limit', ADA, 600, 5000],
    ['a principal near the limit', ADA, 2000, 61],
    ['a principal above the limit', ADA, 4000, 20],
    ['an address near the limit', ADDRESS, 600, 510],
  ] as const)('is at most 0.1 a request for %s', async (_name, subject, requests, every_ms) => {
    const { counts, buckets } = countedTable();
    await send([instance(buckets), instance(buckets)], requests, every_ms, subject);
    expect(counts.writes).toBeGreaterThan(0);
    expect(counts.writes / requests).toBeLessThanOrEqual(0.1);
    expect(counts.reads / requests).toBeLessThanOrEqual(0.2);
  });

  test('is one for the first request of somebody who was idle', async () => {
    const { counts, buckets } = countedTable();
    await instance(buckets).take(ADA);
    expect(counts).toEqual({ reads: 1, writes: 1 });
  });

  test('is nothing, and nothing is read, while the bucket is known to be empty', async () => {
    const { counts, buckets } = countedTable();
    const limiter = instance(buckets);
    await send([limiter], 220, 0);
    const before = { ...counts };
    expect(await send([limiter], 100, 0)).toBe(0);
    expect(counts).toEqual(before);
  });
});

describe('two instances together', () => {
  test('allow the burst and what flows in, and no more', async () => {
    const { buckets } = countedTable();
    const allowed = await send([instance(buckets), instance(buckets)], 4000, 20);
    // 80 seconds at 1,000 a minute.
    expect(allowed).toBeLessThanOrEqual(200 + 1334);
    expect(allowed).toBeGreaterThan(1000);
  });

  test('allow in any minute no more than that and the leases which they held before', async () => {
    const load = fc.array(fc.tuple(fc.nat(40), fc.nat(10_000)), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(load, async (bursts) => {
        const { buckets } = countedTable();
        const limiters = [instance(buckets, 60), instance(buckets, 60)];
        const times: number[] = [];
        for (const [requests, pause_ms] of bursts) {
          const allowed = await send(limiters, requests, 0);
          times.push(...Array.from({ length: allowed }, () => clock.now().getTime()));
          clock.advance(pause_ms);
        }
        for (const from of times) {
          const within = times.filter((time) => time >= from && time < from + 60_000);
          expect(within.length).toBeLessThanOrEqual(60 + 60 + 2 * SLACK);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('do not keep tokens from one another that they have no use for', async () => {
    const { buckets } = countedTable();
    const many = Array.from({ length: 5 }, () => instance(buckets));
    // A request a second from one address, each answered by another instance: half of what is allowed.
    expect(await send(many, 200, 1000, ADDRESS)).toBe(200);
  });
});

test('tokens that nobody used for a minute are given up', async () => {
  const { counts, buckets } = countedTable();
  const limiter = instance(buckets);
  await send([limiter], 2, 59_000);
  expect(counts.writes).toBe(1);
  clock.advance(1000);
  await limiter.take(ADA);
  expect(counts.writes).toBe(2);
});

test('requests that come together wait for one lease', async () => {
  const { counts, buckets } = countedTable();
  const limiter = instance(buckets);
  const decisions = await Promise.all(Array.from({ length: 25 }, () => limiter.take(ADA)));
  expect(decisions.every(({ allowed }) => allowed)).toBe(true);
  expect(counts.writes).toBe(2);
});

describe('what is said of the limit', () => {
  test('is what is left, and when the bucket is full again', async () => {
    const limiter = instance(createMemoryBuckets(clock));
    expect(await limiter.take(ADA)).toEqual({ allowed: true, limit: 1000, remaining: 199, reset_s: 0.06 });
    await send([limiter], 99, 0);
    expect(await limiter.take(ADA)).toMatchObject({ remaining: 99, reset_s: expect.closeTo(6.06, 5) });
  });

  test('is when to come back, and then there is a token', async () => {
    const limiter = instance(createMemoryBuckets(clock));
    await send([limiter], 200, 0);
    const refused = await limiter.take(ADA);
    expect(refused).toMatchObject({ allowed: false, remaining: 0 });
    clock.advance(Math.ceil(refused.reset_s * 1000));
    expect((await limiter.take(ADA)).allowed).toBe(true);
  });
});

test('while the buckets can’t be reached each instance counts for itself, and says so', async () => {
  const unreachable: BucketStore = {
    lease: async () => {
      throw new AppError('SERVICE_UNAVAILABLE');
    },
  };
  expect(await send([instance(unreachable)], 300, 0)).toBe(200);
  expect(logger.lines[0]).toMatchObject({
    level: 'warn',
    message: 'rate limits are counted by one instance alone',
  });
});

test('0 is no limit, and asks nobody', async () => {
  const { counts, buckets } = countedTable();
  expect(await send([instance(buckets, 0)], 5000, 0)).toBe(5000);
  expect(counts).toEqual({ reads: 0, writes: 0 });
});
