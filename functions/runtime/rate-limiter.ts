import { LRUCache } from 'lru-cache';
import { createMemoryBuckets } from '../../src/adapters/system/memory-buckets.ts';
import {
  type Bucket,
  type BucketStore,
  fillingTimeMs,
  type Lease,
  type Limits,
  leaseSizes,
  limitOf,
  type RateLimit,
  type RateSubject,
  refill,
} from '../../src/domain/limits/index.ts';
import type { Clock, Logger } from '../../src/domain/shared/ports.ts';
import type { RateDecision, RateLimiter } from './dependencies.ts';

export interface RateLimiterOptions {
  readonly limits: Limits;
  /** Where the buckets lie that all instances share. */
  readonly buckets: BucketStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What this instance holds of one subject's bucket. */
interface Holding {
  tokens: number;
  used_at_ms: number;
  /** How many to lease next. */
  wanted: number;
  /** The shared bucket when it was last seen. */
  bucket: Bucket;
  /** Until then the shared bucket has too few, so it isn't asked. */
  empty_until_ms: number;
  leasing: Promise<void> | undefined;
}

const MAX_SUBJECTS = 10_000;
// Tokens that nobody used for so long are given up. A subject that sends a request a minute still uses up its lease.
const IDLE_MS = 60_000;
const UNLIMITED: RateDecision = { allowed: true, limit: 0, remaining: 0, reset_s: 0 };

/** A token bucket per subject, of which each instance leases a few tokens at a time. All instances together allow no more
 *  than the bucket gives; what they have leased and not used yet may come on top of a later burst: at most twenty requests an
 *  instance. While the buckets can't be reached, each instance counts in its own memory: a limit protects the platform, so
 *  its failure must not be one of the platform. */
export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const { limits, buckets, clock, logger } = options;
  const spare = createMemoryBuckets(clock);
  const holdings = new LRUCache<string, Holding>({ max: MAX_SUBJECTS });
  const now = () => clock.now().getTime();

  const ask = async (subject: RateSubject, limit: RateLimit, wanted: number): Promise<Lease> => {
    try {
      return await buckets.lease(subject, limit, wanted);
    } catch (error) {
      logger.warn('rate limits are counted by one instance alone', { error });
      return spare.lease(subject, limit, wanted);
    }
  };
  const renew = async (holding: Holding, subject: RateSubject, limit: RateLimit): Promise<void> => {
    const { granted, bucket, wait_ms } = await ask(subject, limit, holding.wanted);
    holding.bucket = bucket;
    holding.tokens += granted;
    if (granted === 0) holding.empty_until_ms = now() + wait_ms;
    else holding.wanted = leaseSizes(limit).most;
  };

  return {
    async take(subject) {
      const limit = limitOf(limits, subject);
      if (limit === undefined) return UNLIMITED;
      const holding = findHolding(holdings, subject, limit, now());
      while (holding.tokens < 1) {
        if (holding.empty_until_ms > now()) return refusal(holding, limit, now());
        // Whoever comes meanwhile waits for the same lease.
        holding.leasing ??= renew(holding, subject, limit).finally(() => {
          holding.leasing = undefined;
        });
        await holding.leasing;
      }
      holding.tokens -= 1;
      holding.used_at_ms = now();
      return permission(holding, limit, now());
    },
  };
}

function findHolding(
  holdings: LRUCache<string, Holding>,
  subject: RateSubject,
  limit: RateLimit,
  now_ms: number,
): Holding {
  const name = subject.kind === 'address' ? subject.address : `${subject.tenant_id}/${subject.user_id}`;
  const known = holdings.get(name);
  if (known !== undefined && now_ms - known.used_at_ms < IDLE_MS) return known;
  const fresh: Holding = {
    tokens: 0,
    used_at_ms: now_ms,
    wanted: leaseSizes(limit).first,
    bucket: { tokens: limit.burst, filled_at_ms: now_ms },
    empty_until_ms: 0,
    leasing: undefined,
  };
  holdings.set(name, fresh);
  return fresh;
}

/** What is left is what this instance knows of: others may have leased since. */
function permission({ tokens, bucket }: Holding, limit: RateLimit, now_ms: number): RateDecision {
  const left = Math.min(limit.burst, tokens + refill(bucket, limit, now_ms).tokens);
  return {
    allowed: true,
    limit: limit.per_minute,
    remaining: Math.floor(left),
    reset_s: fillingTimeMs(limit, limit.burst - left) / 1000,
  };
}

function refusal({ empty_until_ms }: Holding, limit: RateLimit, now_ms: number): RateDecision {
  const reset_s = (empty_until_ms - now_ms) / 1000;
  return { allowed: false, limit: limit.per_minute, remaining: 0, reset_s };
}
