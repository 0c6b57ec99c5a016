import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRedisCache } from '../src/adapters/cache/redis-cache.ts';
import { cacheProjects } from '../src/adapters/stores/cached-projects.ts';
import { createProjectCache } from '../src/adapters/stores/project-cache.ts';
import { systemClock } from '../src/adapters/system/clock.ts';
import type { Table } from '../src/adapters/table/port.ts';
import type { ProjectStore } from '../src/domain/projects/index.ts';
import type { Logger } from '../src/domain/shared/ports.ts';

/** Projects by way of a shared cache, and what closes the connection to it.
 *  @param url - where it is; undefined for none */
export function shareProjects(
  store: ProjectStore,
  table: Table,
  { url, logger }: { readonly url: string | undefined; readonly logger: Logger },
): { readonly projects: ProjectStore; readonly close: () => Promise<void> } {
  if (url === undefined) return { projects: store, close: async () => undefined };
  const redis = createRedisCache({ loadUrl: async () => url });
  const parts = createProjectCache(redis, {
    table,
    clock: systemClock,
    logger,
    monotonic_ms: () => performance.now(),
    wait: (duration_ms) => sleep(duration_ms),
    stage: 'local',
  });
  return { projects: cacheProjects(store, parts), close: () => redis.close() };
}
