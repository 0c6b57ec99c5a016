import { beforeEach, describe, expect, test } from 'vitest';
import { CACHE_TIMES, type Cache } from '../../../src/adapters/cache/port.ts';

/** A cache whose time a test moves. */
export interface OpenCache {
  readonly cache: Cache;
  /** Lets time pass for a key. */
  elapse(key: string, duration_ms: number): Promise<void>;
}

/** What every adapter of the Cache port must do. It uses nothing but the port.
 *  @param open - an empty cache, or one that has none of the keys that this suite makes up */
export function cacheContract(name: string, open: () => Promise<OpenCache>): void {
  describe(name, () => {
    let opened: OpenCache;
    let cache: Cache;
    let key: string;
    beforeEach(async () => {
      opened = await open();
      cache = opened.cache;
      key = `branchline:test:T#ten_${crypto.randomUUID()}#PROJECT#prj_1`;
    });

    const lease = async (): Promise<string> => {
      const found = await cache.read(key);
      if (found.kind !== 'miss') throw new Error(`It was no miss, but ${found.kind}`);
      return found.lease;
    };
    const keep = async (value: string) => cache.fill(key, await lease(), value);

    describe('a value', () => {
      test.each(['text', '', '{"a":"ü😀\\n"}', 'x'.repeat(100_000)])(
        'comes back as it was kept',
        async (value) => {
          await keep(value);
          expect(await cache.read(key)).toEqual({ kind: 'hit', value });
        },
      );

      test('is its key’s alone', async () => {
        await keep('value');
        expect((await cache.read(`${key}0`)).kind).toBe('miss');
      });

      test('is gone when its time is over, and not before', async () => {
        await keep('value');
        await opened.elapse(key, CACHE_TIMES.value_ms - 1000);
        expect((await cache.read(key)).kind).toBe('hit');
        await opened.elapse(key, 2000);
        expect((await cache.read(key)).kind).toBe('miss');
      });
    });

    describe('a lease', () => {
      test('fills once', async () => {
        const held = await lease();
        await cache.fill(key, held, 'first');
        await cache.fill(key, held, 'second');
        expect(await cache.read(key)).toEqual({ kind: 'hit', value: 'first' });
      });

      test('ends with a newer one', async () => {
        const old = await lease();
        const held = await lease();
        await cache.fill(key, old, 'old');
        expect((await cache.read(key)).kind).toBe('miss');
        await cache.fill(key, held, 'neither');
        expect((await cache.read(key)).kind).toBe('miss');
      });

      test('ends by itself', async () => {
        const held = await lease();
        await opened.elapse(key, CACHE_TIMES.lease_ms + 1000);
        await cache.fill(key, held, 'late');
        expect((await cache.read(key)).kind).toBe('miss');
      });

      test('that nobody gave fills nothing', async () => {
        await cache.fill(key, 'made up', 'value');
        expect((await cache.read(key)).kind).toBe('miss');
      });
    });

    describe('a fence', () => {
      test('takes the value away, and leases with it', async () => {
        await keep('old');
        const fence = await cache.fence(key);
        expect(await cache.read(key)).toEqual({ kind: 'fenced' });
        await cache.release(key, fence, undefined);
        expect((await cache.read(key)).kind).toBe('miss');
      });

      test('ends a lease that was given before, also once it is released', async () => {
        const held = await lease();
        const fence = await cache.fence(key);
        await cache.fill(key, held, 'old');
        expect((await cache.read(key)).kind).toBe('fenced');
        await cache.release(key, fence, undefined);
        await cache.fill(key, held, 'old');
        expect((await cache.read(key)).kind).toBe('miss');
      });

      test('leaves what was written when it is released', async () => {
        await cache.release(key, await cache.fence(key), 'new');
        expect(await cache.read(key)).toEqual({ kind: 'hit', value: 'new' });
      });

      test('leaves a value for as long as any', async () => {
        await cache.release(key, await cache.fence(key), 'new');
        await opened.elapse(key, CACHE_TIMES.fence_ms + 1000);
        expect((await cache.read(key)).kind).toBe('hit');
        await opened.elapse(key, CACHE_TIMES.value_ms);
        expect((await cache.read(key)).kind).toBe('miss');
      });

      test('that nobody releases ends by itself', async () => {
        await cache.fence(key);
        await opened.elapse(key, CACHE_TIMES.fence_ms - 1000);
        expect((await cache.read(key)).kind).toBe('fenced');
        await opened.elapse(key, 2000);
        expect((await cache.read(key)).kind).toBe('miss');
      });

      test('that was lost takes away what was filled meanwhile', async () => {
        const fence = await cache.fence(key);
        await opened.elapse(key, CACHE_TIMES.fence_ms + 1000);
        await keep('old');
        await cache.release(key, fence, 'new');
        expect((await cache.read(key)).kind).toBe('miss');
      });

      test('that was lost ends leases too', async () => {
        const fence = await cache.fence(key);
        await opened.elapse(key, CACHE_TIMES.fence_ms + 1000);
        const held = await lease();
        await cache.release(key, fence, undefined);
        await cache.fill(key, held, 'old');
        expect((await cache.read(key)).kind).toBe('miss');
      });
    });

    describe('of two fences', () => {
      const orders: readonly (readonly [string, readonly (0 | 1)[]])[] = [
        ['the older is released first', [0, 1]],
        ['the newer is released first', [1, 0]],
      ];
      test.each(orders)('neither leaves a value, and both hold to their end: %s', async (_order, order) => {
        const fences = [await cache.fence(key), await cache.fence(key)] as const;
        await cache.release(key, fences[order[0] ?? 0], 'one');
        expect((await cache.read(key)).kind).toBe('fenced');
        await cache.release(key, fences[order[1] ?? 0], 'two');
        expect((await cache.read(key)).kind).toBe('miss');
      });

      test('one that is released twice counts once', async () => {
        const [first, second] = [await cache.fence(key), await cache.fence(key)];
        await cache.release(key, first, 'one');
        await cache.release(key, first, 'one');
        expect((await cache.read(key)).kind).toBe('fenced');
        await cache.release(key, second, undefined);
        expect((await cache.read(key)).kind).toBe('miss');
      });

      test('one that comes late leaves nothing of what a later write has passed', async () => {
        const [early, later] = [await cache.fence(key), await cache.fence(key)];
        await cache.release(key, later, 'new');
        await cache.release(key, early, 'old');
        expect((await cache.read(key)).kind).toBe('miss');
      });

      test('a third, after one was released, leaves no value while another is up', async () => {
        const first = await cache.fence(key);
        await cache.release(key, await cache.fence(key), 'second');
        const third = await cache.fence(key);
        await cache.release(key, first, 'first');
        expect((await cache.read(key)).kind).toBe('fenced');
        await cache.release(key, third, 'third');
        expect((await cache.read(key)).kind).toBe('miss');
      });
    });
  });
}
