import type { Redis } from 'ioredis';
import { CacheUnavailableError } from './port.ts';

/** One connection to a server, for as long as it holds. */
export interface RedisConnection {
  /** Which run of which server it is: after a restart, or behind a failover, it is another. */
  readonly run_id: string;
  readonly isOpen: () => boolean;
  /** Carries out a script on one key. @throws Error */
  evaluate(script: string, key: string, parameters: readonly (string | number)[]): Promise<unknown>;
  close(): void;
}

// After which a server that is silent is given up: its callers have gone on long before.
const SILENCE_MS = 1000;

/** Connects once; a connection that breaks stays broken, so that no command goes to another server unnoticed.
 *  @param url - redis://, or rediss:// for TLS
 *  @throws CacheUnavailableError */
export async function openRedis(url: string): Promise<RedisConnection> {
  // Loaded where a cache is configured and nowhere else: every function would pay for it.
  const { Redis: Client } = await import('ioredis');
  const redis = new Client(url, {
    lazyConnect: true,
    commandTimeout: SILENCE_MS,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    disableClientInfo: true,
  });
  // Each command is told by itself; without a listener the client would write to stderr.
  redis.on('error', () => undefined);
  const timer = setTimeout(() => redis.disconnect(), SILENCE_MS);
  try {
    await redis.connect();
    return connectionOf(redis, await readRunId(redis));
  } catch (error) {
    redis.disconnect();
    throw error instanceof CacheUnavailableError ? error : new CacheUnavailableError('no connection', error);
  } finally {
    clearTimeout(timer);
  }
}

function connectionOf(redis: Redis, run_id: string): RedisConnection {
  let broken = false;
  return {
    run_id,
    isOpen: () => !broken && redis.status === 'ready',
    async evaluate(script, key, parameters) {
      try {
        return await redis.eval(script, 1, key, ...parameters);
      } catch (error) {
        // The client notices by its next command that the server has gone, and would keep the rest of the connection.
        broken ||= !(error instanceof Error) || error.name !== 'ReplyError';
        if (broken) redis.disconnect();
        throw error;
      }
    },
    close: () => redis.disconnect(),
  };
}

async function readRunId(redis: Redis): Promise<string> {
  const run_id = /^run_id:([0-9a-f]{40})\r?$/m.exec(await redis.info('server'))?.[1];
  // Without it old values could come back with an old copy of the data.
  if (run_id === undefined) throw new CacheUnavailableError('the server tells no run_id');
  return run_id;
}
