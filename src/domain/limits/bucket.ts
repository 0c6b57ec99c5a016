import type { RateLimit, RateSubject } from './model.ts';

const MS_PER_MINUTE = 60_000;
const MOST = 20;
const LEAST_WHEN_SCARCE = 10;
const LEASES_PER_BURST = 10;

/** How full a subject's bucket was at a moment. */
export interface Bucket {
  readonly tokens: number;
  /** Milliseconds since 1970. */
  readonly filled_at_ms: number;
}

/** Tokens that somebody may give out, each for one request, without asking again. */
export interface Lease {
  /** 0 when the bucket has too few. */
  readonly granted: number;
  /** What the bucket holds afterwards. */
  readonly bucket: Bucket;
  /** Whole milliseconds until the bucket has enough; 0 when it had. */
  readonly wait_ms: number;
}

/** Shared buckets, from which every instance of every function leases. The contract suite in test/contract/stores runs
 *  against each adapter. */
export interface BucketStore {
  /** Takes up to `wanted` tokens out of a subject's bucket, as {@link leaseFrom} says, in one step: no token is given out
   *  twice. @throws AppError when the buckets can't be reached */
  lease(subject: RateSubject, limit: RateLimit, wanted: number): Promise<Lease>;
}

/** How many tokens are leased at a time: few at first, so that who asks seldom keeps little from other instances, then a
 *  batch, so that a write pays for twenty requests. Never more than a tenth of the burst. */
export function leaseSizes(limit: RateLimit): { readonly first: number; readonly most: number } {
  const most = Math.min(MOST, Math.max(1, Math.floor(limit.burst / LEASES_PER_BURST)));
  return { first: Math.ceil(most / 4), most };
}

/** Takes a lease out of a bucket. One that is nearly empty gives nothing until it has ten: else, at the limit, each request
 *  would be a lease and so a write.
 *  @param bucket - undefined for a subject that wasn't seen for long, whose bucket is full */
export function leaseFrom(
  bucket: Bucket | undefined,
  limit: RateLimit,
  wanted: number,
  now_ms: number,
): Lease {
  const filled = refill(bucket ?? { tokens: limit.burst, filled_at_ms: now_ms }, limit, now_ms);
  const needed = Math.min(wanted, LEAST_WHEN_SCARCE, limit.burst);
  if (filled.tokens < needed) {
    return { granted: 0, bucket: filled, wait_ms: Math.ceil(fillingTimeMs(limit, needed - filled.tokens)) };
  }
  const granted = Math.min(wanted, Math.floor(filled.tokens));
  return { granted, bucket: { ...filled, tokens: filled.tokens - granted }, wait_ms: 0 };
}

/** A bucket as it is at a later moment. The clocks of two instances differ: one that is behind adds nothing, and doesn't
 *  turn the bucket's back, which would fill the same moment twice. */
export function refill(bucket: Bucket, limit: RateLimit, now_ms: number): Bucket {
  const passed_ms = Math.max(0, now_ms - bucket.filled_at_ms);
  const gained = (passed_ms / MS_PER_MINUTE) * limit.per_minute;
  return {
    tokens: Math.min(limit.burst, bucket.tokens + gained),
    filled_at_ms: Math.max(now_ms, bucket.filled_at_ms),
  };
}

/** Milliseconds in which a bucket gains so many tokens. */
export function fillingTimeMs(limit: RateLimit, tokens: number): number {
  return (tokens / limit.per_minute) * MS_PER_MINUTE;
}
