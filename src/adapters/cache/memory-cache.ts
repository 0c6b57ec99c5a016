import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { CACHE_TIMES, type Cache, type CacheTimes } from './port.ts';

interface Entry {
  readonly value?: string;
  readonly lease?: string;
  readonly fences: ReadonlySet<string>;
  /** The fence that may leave a value: the newest one, as long as none was released beside it. */
  readonly newest?: string | undefined;
}

export interface MemoryCacheOptions {
  /** Entries, of which the ones used least go first. */
  readonly max: number;
  readonly times?: CacheTimes;
  /** Milliseconds of a monotonic clock. */
  readonly monotonic_ms: () => number;
}

/** A cache in this process's memory: for what can't change, since other processes hear nothing of a write here. */
export function createMemoryCache(options: MemoryCacheOptions): Cache {
  const { times = CACHE_TIMES } = options;
  const entries = new LRUCache<string, Entry>({
    max: options.max,
    ttl: times.value_ms,
    ttlResolution: 0,
    // It takes the time 0 for none.
    perf: { now: () => options.monotonic_ms() + 1 },
  });
  const keep = (key: string, value: string) =>
    entries.set(key, { value, fences: new Set() }, { ttl: times.value_ms });

  return {
    async read(key) {
      const entry = entries.get(key);
      if (entry?.value !== undefined) return { kind: 'hit', value: entry.value };
      if (entry !== undefined && entry.fences.size > 0) return { kind: 'fenced' };
      const lease = randomUUID();
      entries.set(key, { lease, fences: new Set() }, { ttl: times.lease_ms });
      return { kind: 'miss', lease };
    },

    async fill(key, lease, value) {
      if (entries.get(key)?.lease === lease) keep(key, value);
    },

    async fence(key) {
      const fence = randomUUID();
      const fences = new Set([...(entries.get(key)?.fences ?? []), fence]);
      entries.set(key, { fences, newest: fence }, { ttl: times.fence_ms });
      return fence;
    },

    async release(key, fence, value) {
      const entry = entries.get(key);
      if (entry === undefined) return;
      const fences = new Set([...entry.fences].filter((other) => other !== fence));
      if (fences.size > 0) {
        const left = { fences, newest: undefined };
        entries.set(key, left, { ttl: entries.getRemainingTTL(key) });
        return;
      }
      // A fence that was lost guarded nothing: what was filled meanwhile may be old.
      entries.delete(key);
      if (entry.newest === fence && value !== undefined) keep(key, value);
    },
  };
}
