import { LRUCache } from 'lru-cache';
import type { RateDecision, RateLimiter } from './dependencies.ts';

interface Limit {
  readonly per_minute: number;
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  filled_at_ms: number;
}

/** The design's limits: 1,000 a minute per principal with a burst of 200, 120 a minute per address on auth routes. */
const DEFAULTS: Readonly<Record<'principal' | 'address', Limit>> = {
  principal: { per_minute: 1000, burst: 200 },
  address: { per_minute: 120, burst: 120 },
};

const MAX_SUBJECTS = 10_000;
const MS_PER_MINUTE = 60_000;

/** Token buckets in memory: exact where one process answers all requests, as on a laptop; on AWS each instance of a
 *  function counts for itself.
 *  @param per_minute - replaces both defaults; 0 turns limiting off */
export function createRateLimiter(per_minute: number | undefined, now_ms: () => number): RateLimiter {
  const buckets = new LRUCache<string, Bucket>({ max: MAX_SUBJECTS });
  const limitFor = (kind: 'principal' | 'address'): Limit =>
    per_minute === undefined ? DEFAULTS[kind] : { per_minute, burst: per_minute };

  return {
    take(kind, subject): RateDecision {
      const limit = limitFor(kind);
      if (limit.per_minute === 0) return { allowed: true, limit: 0, remaining: 0, reset_s: 0 };
      const key = `${kind}/${subject}`;
      const bucket = buckets.get(key) ?? { tokens: limit.burst, filled_at_ms: now_ms() };
      refill(bucket, limit, now_ms());
      const allowed = bucket.tokens >= 1;
      if (allowed) bucket.tokens -= 1;
      buckets.set(key, bucket);
      const missing = allowed ? limit.burst - bucket.tokens : 1 - bucket.tokens;
      return {
        allowed,
        limit: limit.per_minute,
        remaining: Math.floor(bucket.tokens),
        reset_s: (missing / limit.per_minute) * 60,
      };
    },
  };
}

function refill(bucket: Bucket, limit: Limit, now_ms: number): void {
  const gained = ((now_ms - bucket.filled_at_ms) / MS_PER_MINUTE) * limit.per_minute;
  bucket.tokens = Math.min(limit.burst, bucket.tokens + Math.max(0, gained));
  bucket.filled_at_ms = now_ms;
}
