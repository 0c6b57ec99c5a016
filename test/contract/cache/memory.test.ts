import { expect, test } from 'vitest';
import { createMemoryCache } from '../../../src/adapters/cache/memory-cache.ts';
import { cacheContract } from './cache-contract.ts';

function open(max = 100) {
  let now_ms = 0;
  const cache = createMemoryCache({ max, monotonic_ms: () => now_ms });
  return {
    cache,
    elapse: async (_key: string, duration_ms: number) => {
      now_ms += duration_ms;
    },
  };
}

cacheContract('the cache in memory', async () => open());

test('the cache in memory keeps no more than it may', async () => {
  const { cache } = open(2);
  for (const key of ['a', 'b', 'c']) {
    const found = await cache.read(key);
    if (found.kind === 'miss') await cache.fill(key, found.lease, key);
  }

  expect(await cache.read('c')).toEqual({ kind: 'hit', value: 'c' });
  expect(await cache.read('b')).toEqual({ kind: 'hit', value: 'b' });
  expect((await cache.read('a')).kind).toBe('miss');
});
