import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import process from 'node:process';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, test } from 'vitest';
import { type Cache, CacheUnavailableError } from '../../src/adapters/cache/port.ts';
import { createRedisCache } from '../../src/adapters/cache/redis-cache.ts';
import { cacheContract } from '../contract/cache/cache-contract.ts';

const url = process.env['REDIS_URL'];
if (url === undefined) throw new Error('REDIS_URL has to name a server: docs/testing.md');

const raw = new Redis(url);
// A busy machine is no reason for this suite to fail.
const cache = createRedisCache({ loadUrl: async () => url, call_ms: 10_000 });
afterAll(async () => {
  await cache.close();
  raw.disconnect();
});

/** What the server has under a key: the run of the server is part of it. */
async function stored(key: string): Promise<string> {
  const run_id = /run_id:(\w+)/.exec(await raw.info('server'))?.[1];
  return `${key}@${run_id}`;
}

cacheContract('the cache on a server', async () => ({
  cache,
  async elapse(key, duration_ms) {
    const name = await stored(key);
    const left_ms = await raw.pttl(name);
    if (left_ms === -1) throw new Error(`${name} never ends`);
    if (left_ms >= 0) await raw.pexpire(name, left_ms - duration_ms);
  },
}));

/** A way to the server that can be cut. */
async function startProxy() {
  const { hostname, port } = new URL(String(url));
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port === '' ? 6379 : port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.pipe(upstream).pipe(client);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hangUp: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: () => server.close(),
  };
}

async function keep(to: Cache, key: string, value: string): Promise<void> {
  const found = await to.read(key);
  if (found.kind !== 'miss') throw new Error(`It was no miss, but ${found.kind}`);
  await to.fill(key, found.lease, value);
}

describe('the cache on a server', () => {
  const newKey = () => `branchline:test:T#ten_${crypto.randomUUID()}#PROJECT#prj_1`;

  test('is shared by its processes', async () => {
    const other = createRedisCache({ loadUrl: async () => url, call_ms: 10_000 });
    const key = newKey();
    await keep(cache, key, 'value');
    expect(await other.read(key)).toEqual({ kind: 'hit', value: 'value' });
    await other.close();
  });

  test('asks nobody for an address before it is called, and once for many calls', async () => {
    let asked = 0;
    const other = createRedisCache({
      loadUrl: async () => {
        asked += 1;
        return url;
      },
      call_ms: 10_000,
    });
    expect(asked).toBe(0);
    await Promise.all([other.read(newKey()), other.read(newKey())]);
    await other.read(newKey());
    expect(asked).toBe(1);
    await other.close();
  });

  test('connects anew when its connection was cut', async () => {
    const cut = await startProxy();
    const proxied = createRedisCache({ loadUrl: async () => cut.url, call_ms: 10_000 });
    const key = newKey();
    await keep(proxied, key, 'value');
    cut.hangUp();
    // The call that finds the connection broken may fail; the one after may not.
    await proxied.read(key).catch(() => undefined);
    expect(await proxied.read(key)).toEqual({ kind: 'hit', value: 'value' });
    await proxied.close();
    cut.close();
  });

  test('finds nothing of another run of the server', async () => {
    const key = newKey();
    await raw.hset(`${key}@${'0'.repeat(40)}`, 'value', 'of another run');
    expect((await cache.read(key)).kind).toBe('miss');
  });

  test('is unavailable when what it has is none of ours', async () => {
    const key = newKey();
    await raw.set(await stored(key), 'a text');
    await expect(cache.read(key)).rejects.toThrow(CacheUnavailableError);
  });
});
