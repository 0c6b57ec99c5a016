import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRedisCache } from '../../../src/adapters/cache/redis-cache.ts';
import {
  cacheProjectReader,
  cacheProjects,
  type ProjectCache,
} from '../../../src/adapters/stores/cached-projects.ts';
import { rememberFinalItems } from '../../../src/adapters/stores/final-items.ts';
import { createProjectCache } from '../../../src/adapters/stores/project-cache.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import type { Table } from '../../../src/adapters/table/port.ts';
import type { EnvironmentName } from '../../../src/contracts/functions/environment.ts';
import type { ProjectStore } from '../../../src/domain/projects/index.ts';
import type { Logger } from '../../../src/domain/shared/ports.ts';
import { required } from './environment.ts';
import { readCacheUrl } from './secrets.ts';

const monotonic_ms = () => performance.now();

/** A table that keeps in this instance's memory what can't change any more. */
export function rememberFinal(table: Table): Table {
  return rememberFinalItems(table, { monotonic_ms });
}

/** Projects by way of the shared cache, where the installation has one. Every function that writes projects must go through
 *  it. */
export function shareProjects(store: ProjectStore, table: Table, logger: Logger): ProjectStore {
  const parts = openCache(table, logger);
  return parts === undefined ? store : cacheProjects(store, parts);
}

/** The same for a function that only reads them. */
export function shareProjectReader<R extends Pick<ProjectStore, 'find'>>(
  reader: R,
  table: Table,
  logger: Logger,
): R {
  const parts = openCache(table, logger);
  return parts === undefined ? reader : cacheProjectReader(reader, parts);
}

/** It asks nobody before it is used. @returns undefined where the installation has no cache */
function openCache(table: Table, logger: Logger): ProjectCache | undefined {
  const parameter = process.env['CACHE_URL_PARAMETER' satisfies EnvironmentName] ?? '';
  if (parameter === '') return undefined;
  const redis = createRedisCache({ loadUrl: () => readCacheUrl(parameter) });
  return createProjectCache(redis, {
    table,
    clock: systemClock,
    logger,
    monotonic_ms,
    wait: (duration_ms) => sleep(duration_ms),
    stage: required('BRANCHLINE_STAGE'),
  });
}
