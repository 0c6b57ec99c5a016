import { statSync } from 'node:fs';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { bundle } from '../../infra/assets/bundled-assets.ts';

const url = process.env['REDIS_URL'] ?? '';
const { file } = bundle('src/adapters/cache/redis-cache.ts');
const { createRedisCache } = (await import(
  pathToFileURL(file).href
)) as typeof import('../../src/adapters/cache/redis-cache.ts');

test('bundled, the cache does on a server what it does unbundled', async () => {
  const cache = createRedisCache({ loadUrl: async () => url, call_ms: 10_000 });
  const key = `branchline:test:T#ten_${crypto.randomUUID()}`;
  const found = await cache.read(key);
  if (found.kind === 'miss') await cache.fill(key, found.lease, 'old');
  expect(await cache.read(key)).toEqual({ kind: 'hit', value: 'old' });

  const fence = await cache.fence(key);
  expect(await cache.read(key)).toEqual({ kind: 'fenced' });
  await cache.release(key, fence, 'new');
  expect(await cache.read(key)).toEqual({ kind: 'hit', value: 'new' });
  await cache.close();
});

test('bundled, it is without the description of all commands', () => {
  expect(statSync(file).size).toBeLessThan(260_000);
});
