import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { CacheUnavailableError } from '../../../../src/adapters/cache/port.ts';
import { createRedisCache } from '../../../../src/adapters/cache/redis-cache.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** @param answer - to each piece that a client sends */
async function serve(answer: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => answer(socket));
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a shared cache is unavailable', () => {
  test.each([
    ['that says nothing', () => undefined],
    ['that hangs up', (socket: Socket) => socket.destroy()],
    ['that is no cache', (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['that refuses', (socket: Socket) => socket.write('-NOAUTH Authentication required.\r\n')],
  ] as const)('behind a server %s', async (_what, answer) => {
    const url = await serve(answer);
    const cache = createRedisCache({ loadUrl: async () => url });

    await expect(cache.read('key')).rejects.toThrow(CacheUnavailableError);
    await expect(cache.fence('key')).rejects.toThrow(CacheUnavailableError);
    await cache.close();
  });

  test('where nobody listens', async () => {
    const url = await serve(() => undefined);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const cache = createRedisCache({ loadUrl: async () => url, call_ms: 10_000 });

    await expect(cache.read('key')).rejects.toThrow(CacheUnavailableError);
  });

  test.each(['', 'nothing', 'http://localhost', 'redis://'])('at the address %j', async (url) => {
    const cache = createRedisCache({ loadUrl: async () => url, call_ms: 10_000 });

    await expect(cache.read('key')).rejects.toThrow(CacheUnavailableError);
  });

  test('while its address can’t be read, which is tried again', async () => {
    let asked = 0;
    const cache = createRedisCache({
      loadUrl: async () => {
        asked += 1;
        throw new Error('no parameter');
      },
    });

    await expect(cache.read('key')).rejects.toThrow(CacheUnavailableError);
    await expect(cache.read('key')).rejects.toThrow(CacheUnavailableError);
    expect(asked).toBe(2);
  });
});
