import { beforeEach, expect, test } from 'vitest';
import {
  BYPASS_MS,
  createFailOpenCache,
  type FailOpenCache,
} from '../../../../src/adapters/cache/fail-open.ts';
import { type Cache, CacheUnavailableError } from '../../../../src/adapters/cache/port.ts';
import { createRecordedLogger, type RecordedLogger } from '../../../support/recorded-logger.ts';

let calls: string[];
let failure: Error | undefined;
let now_ms: number;
let logger: RecordedLogger;
let cache: FailOpenCache;

beforeEach(() => {
  calls = [];
  failure = new CacheUnavailableError('down');
  now_ms = 0;
  logger = createRecordedLogger();
  const answer = async <T>(name: string, value: T): Promise<T> => {
    calls.push(name);
    if (failure !== undefined) throw failure;
    return value;
  };
  const inner: Cache = {
    read: () => answer('read', { kind: 'hit', value: 'value' }),
    fill: () => answer('fill', undefined),
    fence: () => answer('fence', 'fence'),
    release: () => answer('release', undefined),
  };
  cache = createFailOpenCache(inner, { logger, monotonic_ms: () => now_ms });
});

test('a failure fails nobody, and writers are told', async () => {
  expect(await cache.read('key')).toEqual({ kind: 'fenced' });
  await cache.fill('key', 'lease', 'value');
  expect(await cache.fence('key')).toBeUndefined();
  expect(await cache.release('key', 'fence', 'value')).toBe(false);
});

test('readers leave a cache that failed alone for a while, and writers try it', async () => {
  await cache.read('key');
  await cache.read('key');
  await cache.fill('key', 'lease', 'value');
  expect(calls).toEqual(['read']);

  failure = undefined;
  expect(await cache.fence('key')).toBe('fence');
  expect(await cache.release('key', 'fence', undefined)).toBe(true);
  expect(await cache.read('key')).toEqual({ kind: 'fenced' });
  now_ms += BYPASS_MS;
  expect(await cache.read('key')).toEqual({ kind: 'hit', value: 'value' });
});

test('it is logged once for as long as readers leave it alone', async () => {
  await cache.read('key');
  await cache.fence('key');
  await cache.fence('key');
  expect(logger.lines).toEqual([
    {
      level: 'warn',
      message: 'the shared cache was unavailable',
      fields: { operation: 'read', error: failure },
    },
  ]);
  now_ms += BYPASS_MS;
  await cache.read('key');
  expect(logger.lines).toHaveLength(2);
});

test('what is no failure of the cache is not hidden', async () => {
  failure = new TypeError('a bug');
  await expect(cache.read('key')).rejects.toThrow('a bug');
});
