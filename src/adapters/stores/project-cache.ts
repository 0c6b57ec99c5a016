import type { Clock, Logger } from '../../domain/shared/ports.ts';
import { createFailOpenCache } from '../cache/fail-open.ts';
import type { Cache } from '../cache/port.ts';
import type { Table } from '../table/port.ts';
import { createCacheTrust } from './cache-trust.ts';
import type { ProjectCache } from './cached-projects.ts';

export interface ProjectCacheOptions {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds of a monotonic clock. */
  readonly monotonic_ms: () => number;
  readonly wait: (duration_ms: number) => Promise<void>;
  /** Keeps installations apart that share a server. */
  readonly stage: string;
}

/** What projects are shared by, over a cache that may fail at any time. */
export function createProjectCache(
  cache: Cache,
  { table, clock, logger, monotonic_ms, wait, stage }: ProjectCacheOptions,
): ProjectCache {
  return {
    cache: createFailOpenCache(cache, { logger, monotonic_ms }),
    trust: createCacheTrust(table, { clock, monotonic_ms, wait }),
    stage,
    logger,
  };
}
