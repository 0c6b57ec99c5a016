import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Bucket,
  fillingTimeMs,
  leaseFrom,
  leaseSizes,
  type RateLimit,
} from '../../../../src/domain/limits/index.ts';

const DEFAULT: RateLimit = { per_minute: 1000, burst: 200 };
const limits = fc.record({
  per_minute: fc.integer({ min: 1, max: 5000 }),
  burst: fc.integer({ min: 1, max: 1000 }),
});

describe('a lease', () => {
  test('comes from a full bucket when the subject wasn’t seen for long', () => {
    const lease = leaseFrom(undefined, DEFAULT, 20, 5000);
    expect(lease).toEqual({ granted: 20, bucket: { tokens: 180, filled_at_ms: 5000 }, wait_ms: 0 });
  });

  test('is what there is when that is less than was wanted', () => {
    expect(leaseFrom({ tokens: 12.5, filled_at_ms: 0 }, DEFAULT, 20, 0)).toMatchObject({
      granted: 12,
      bucket: { tokens: 0.5 },
    });
  });

  test('is nothing while a batch’s half isn’t there, and says how long that takes', () => {
    const lease = leaseFrom({ tokens: 5, filled_at_ms: 0 }, DEFAULT, 20, 0);
    expect(lease).toMatchObject({ granted: 0, bucket: { tokens: 5 }, wait_ms: 300 });
    expect(leaseFrom(lease.bucket, DEFAULT, 20, lease.wait_ms).granted).toBe(10);
  });

  test('of one token needs one token alone', () => {
    expect(leaseFrom({ tokens: 1, filled_at_ms: 0 }, DEFAULT, 1, 0).granted).toBe(1);
  });

  test('is first small, then as large as pays for twenty requests, and never more than a tenth of the burst', () => {
    expect(leaseSizes(DEFAULT)).toEqual({ first: 5, most: 20 });
    expect(leaseSizes({ per_minute: 120, burst: 120 })).toEqual({ first: 3, most: 12 });
    expect(leaseSizes({ per_minute: 2, burst: 2 })).toEqual({ first: 1, most: 1 });
  });

  test('leaves no bucket below zero or above its burst, whenever it is asked for', () => {
    const asks = fc.array(fc.record({ wanted: fc.integer({ min: 1, max: 30 }), at_ms: fc.nat(120_000) }));
    fc.assert(
      fc.property(limits, asks, (limit, each) => {
        let bucket: Bucket | undefined;
        for (const { wanted, at_ms } of each) {
          const lease = leaseFrom(bucket, limit, wanted, at_ms);
          expect(lease.granted).toBeLessThanOrEqual(wanted);
          expect(lease.granted > 0).toBe(lease.wait_ms === 0);
          expect(lease.bucket.tokens).toBeGreaterThanOrEqual(0);
          expect(lease.bucket.tokens).toBeLessThanOrEqual(limit.burst);
          bucket = lease.bucket;
        }
      }),
    );
  });

  test('adds up, with all others of a stretch of time, to the burst and what has flowed in since at most, though clocks differ', () => {
    const asks = fc.array(
      fc.record({
        wanted: fc.integer({ min: 1, max: 30 }),
        pause_ms: fc.nat(3000),
        skew_ms: fc.integer({ min: -2000, max: 0 }),
      }),
    );
    fc.assert(
      fc.property(limits, asks, (limit, each) => {
        let bucket: Bucket | undefined;
        let now_ms = 1_000_000;
        let sum = 0;
        for (const { wanted, pause_ms, skew_ms } of each) {
          now_ms += pause_ms;
          const lease = leaseFrom(bucket, limit, wanted, now_ms + skew_ms);
          sum += lease.granted;
          bucket = lease.bucket;
        }
        const began_ms = 1_000_000 - 2000;
        const flowed = ((now_ms - began_ms) / 60_000) * limit.per_minute;
        expect(sum).toBeLessThanOrEqual(limit.burst + flowed + 1e-6);
      }),
    );
  });

  test('can be waited for: when its time has passed there is one', () => {
    fc.assert(
      fc.property(limits, fc.double({ min: 0, max: 1, noNaN: true }), (limit, share) => {
        const wanted = leaseSizes(limit).most;
        const short = leaseFrom({ tokens: share, filled_at_ms: 0 }, limit, wanted, 0);
        const later = Math.ceil(short.wait_ms + fillingTimeMs(limit, 1e-6));
        expect(leaseFrom(short.bucket, limit, wanted, later).granted).toBeGreaterThan(0);
      }),
    );
  });
});
