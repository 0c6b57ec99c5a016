import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { CACHE_TIMES, type Cache, type CacheTimes, CacheUnavailableError } from './port.ts';
import { openRedis, type RedisConnection } from './redis-connection.ts';
import { FENCE, FILL, READ, RELEASE } from './scripts.ts';

export interface RedisCacheOptions {
  /** Where the server is; asked again for each new connection. */
  readonly loadUrl: () => Promise<string>;
  readonly times?: CacheTimes;
  /** How long one call may take, with connecting where that is needed. */
  readonly call_ms?: number;
}

/** A cache that a process has a connection to. */
export interface RedisCache extends Cache {
  close(): Promise<void>;
}

const CALL_MS = 50;

const readSchema = z.tuple([z.enum(['hit', 'miss', 'fenced']), z.string()]);

/** A cache that all instances share: Valkey, or Redis from 6 on. It connects when it is first called. */
export function createRedisCache({
  loadUrl,
  times = CACHE_TIMES,
  call_ms = CALL_MS,
}: RedisCacheOptions): RedisCache {
  let connecting: Promise<RedisConnection> | undefined;
  const connect = async (): Promise<RedisConnection> => {
    const begun = connecting ?? loadUrl().then(openRedis);
    connecting = begun;
    try {
      const connection = await begun;
      if (connection.isOpen()) return connection;
    } catch (error) {
      if (connecting === begun) connecting = undefined;
      throw error;
    }
    // Another call may have begun anew already.
    if (connecting === begun) connecting = undefined;
    return connect();
  };
  const evaluate = async (script: string, key: string, parameters: readonly (string | number)[]) => {
    const connection = await connect();
    // A restarted server, or another one with a copy of the data, may hold what a write has taken away meanwhile.
    return connection.evaluate(script, `${key}@${connection.run_id}`, parameters);
  };
  const call = (...parts: Parameters<typeof evaluate>) => within(call_ms, evaluate(...parts));

  return {
    async read(key) {
      const [kind, text] = readSchema.parse(await call(READ, key, [randomUUID(), times.lease_ms]));
      if (kind === 'hit') return { kind, value: text };
      return kind === 'miss' ? { kind, lease: text } : { kind };
    },

    async fill(key, lease, value) {
      await call(FILL, key, [lease, value, times.value_ms]);
    },

    async fence(key) {
      const fence = randomUUID();
      await call(FENCE, key, [fence, times.fence_ms]);
      return fence;
    },

    async release(key, fence, value) {
      await call(RELEASE, key, [fence, times.value_ms, ...(value === undefined ? [] : [value])]);
    },

    async close() {
      const open = await connecting?.catch(() => undefined);
      open?.close();
    },
  };
}

/** @throws CacheUnavailableError when the work fails or isn't done in time; then it goes on by itself */
async function within<T>(duration_ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new CacheUnavailableError(`no answer in ${duration_ms} ms`)),
      duration_ms,
    );
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    throw error instanceof CacheUnavailableError
      ? error
      : new CacheUnavailableError('a call was refused', error);
  } finally {
    clearTimeout(timer);
  }
}
