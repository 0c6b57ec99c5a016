import type { Logger } from '../../domain/shared/ports.ts';
import { type Cache, type CacheRead, CacheUnavailableError } from './port.ts';

/** A cache whose failures fail nothing: it tells whether what a write depends on was done. */
export interface FailOpenCache {
  /** `fenced` also where the cache can't be asked. */
  read(key: string): Promise<CacheRead>;
  fill(key: string, lease: string, value: string): Promise<void>;
  /** @returns undefined where no fence is known to be up */
  fence(key: string): Promise<string | undefined>;
  /** @returns false where it isn't known to be down */
  release(key: string, fence: string, value: string | undefined): Promise<boolean>;
}

export interface FailOpenOptions {
  readonly logger: Logger;
  /** Milliseconds of a monotonic clock. */
  readonly monotonic_ms: () => number;
}

/** How long readers leave a cache alone that has failed. */
export const BYPASS_MS = 5000;

/** Goes on without the cache when it is unavailable, and lets readers leave it alone for {@link BYPASS_MS}. Writers try it
 *  each time: going on without it costs them far more. */
export function createFailOpenCache(cache: Cache, { logger, monotonic_ms }: FailOpenOptions): FailOpenCache {
  let bypassed_until_ms = Number.NEGATIVE_INFINITY;
  const attempt = async <T>(operation: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CacheUnavailableError)) throw error;
      if (!isBypassed()) logger.warn('the shared cache was unavailable', { operation, error });
      bypassed_until_ms = monotonic_ms() + BYPASS_MS;
      return undefined;
    }
  };
  const isBypassed = () => monotonic_ms() < bypassed_until_ms;

  return {
    async read(key) {
      const found = isBypassed() ? undefined : await attempt('read', () => cache.read(key));
      return found ?? { kind: 'fenced' };
    },

    async fill(key, lease, value) {
      if (!isBypassed()) await attempt('fill', () => cache.fill(key, lease, value));
    },

    fence: (key) => attempt('fence', () => cache.fence(key)),

    async release(key, fence, value) {
      const done = await attempt('release', async () => {
        await cache.release(key, fence, value);
        return true;
      });
      return done ?? false;
    },
  };
}
