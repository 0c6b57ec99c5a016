import type { Cache } from '../../src/adapters/cache/port.ts';

/** A cache that notes the keys that it is asked for, and how often it had something. */
export interface WatchedCache {
  readonly cache: Cache;
  /** Keys since this was called last. */
  takeKeys(): string[];
  hits(): number;
}

export function watchCache(cache: Cache): WatchedCache {
  let keys: string[] = [];
  let hits = 0;
  const note = <A extends readonly unknown[], R>(work: (key: string, ...rest: A) => R) => {
    return (key: string, ...rest: A): R => {
      keys.push(key);
      return work(key, ...rest);
    };
  };
  return {
    takeKeys() {
      const taken = keys;
      keys = [];
      return taken;
    },
    hits: () => hits,
    cache: {
      read: note(async (key) => {
        const found = await cache.read(key);
        if (found.kind === 'hit') hits += 1;
        return found;
      }),
      fill: note(cache.fill.bind(cache)),
      fence: note(cache.fence.bind(cache)),
      release: note(cache.release.bind(cache)),
    },
  };
}
