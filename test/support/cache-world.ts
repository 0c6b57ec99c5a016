import { createMemoryCache } from '../../src/adapters/cache/memory-cache.ts';
import { type Cache, CacheUnavailableError } from '../../src/adapters/cache/port.ts';
import { cacheProjects } from '../../src/adapters/stores/cached-projects.ts';
import { createProjectCache } from '../../src/adapters/stores/project-cache.ts';
import { createProjectStore } from '../../src/adapters/stores/project-store.ts';
import type { Table } from '../../src/adapters/table/port.ts';
import type { ProjectStore } from '../../src/domain/projects/index.ts';
import type { Interleaver } from './interleaver.ts';
import { createRecordedLogger } from './recorded-logger.ts';
import { testSealer } from './sealers.ts';
import { createMemoryTable } from './tables.ts';

/** What becomes of one call of the cache: carried out or not, now or later, and whether the caller learns of it. */
export type Fault = 'none' | 'lost' | 'unanswered' | 'late';

/** Several instances over one table and one cache, whose every step an interleaver puts in order. */
export interface CacheWorld {
  /** @param nextFault - for one of its calls of the cache after the other */
  instance(nextFault: () => Fault): ProjectStore;
  /** Without a cache. */
  readonly direct: ProjectStore;
  /** A way to the cache that never fails. */
  readonly cache: Cache;
  /** Time goes by for everybody. */
  pass(duration_ms: number): void;
  /** The server starts anew, with nothing. */
  restart(): void;
}

export function createCacheWorld({ step }: Interleaver): CacheWorld {
  // Long after the clock's beginning, as clocks are.
  let now_ms = 1_000_000;
  const monotonic_ms = () => now_ms;
  const newServer = () => createMemoryCache({ max: 1000, monotonic_ms });
  let server = newServer();
  const { table } = createMemoryTable();
  const reach = (nextFault: () => Fault) => faulty(() => server, step, nextFault);
  const wait = async (duration_ms: number) => {
    const end_ms = now_ms + duration_ms;
    await step();
    now_ms = Math.max(now_ms, end_ms);
  };
  return {
    cache: reach(() => 'none'),
    direct: createProjectStore(table, testSealer),
    instance(nextFault) {
      const slow = stepwise(table, step);
      const parts = createProjectCache(reach(nextFault), {
        table: slow,
        clock: { now: () => new Date(now_ms) },
        logger: createRecordedLogger(),
        monotonic_ms,
        wait,
        stage: 'test',
      });
      return cacheProjects(createProjectStore(slow, testSealer), parts);
    },
    pass(duration_ms) {
      now_ms += duration_ms;
    },
    restart() {
      server = newServer();
    },
  };
}

type Step = () => Promise<void>;

/** A table that takes its time before and after each call. */
function stepwise(table: Table, step: Step): Table {
  const slowly = async <R>(work: () => Promise<R>): Promise<R> => {
    await step();
    const result = await work();
    await step();
    return result;
  };
  return {
    get: (key) => slowly(() => table.get(key)),
    batchGet: (wanted) => table.batchGet(wanted),
    query: (query) => table.query(query),
    write: (write) => slowly(() => table.write(write)),
    add: (key, amounts) => table.add(key, amounts),
    transact: (writes) => slowly(() => table.transact(writes)),
  };
}

function faulty(server: () => Cache, step: Step, nextFault: () => Fault): Cache {
  const call = async <T>(work: (cache: Cache) => Promise<T>): Promise<T> => {
    const fault = nextFault();
    await step();
    // What is under way to a server dies with it.
    const asked = server();
    if (fault === 'late') void step().then(() => work(asked));
    if (fault === 'late' || fault === 'lost') throw new CacheUnavailableError(fault);
    const result = await work(asked);
    await step();
    if (fault === 'unanswered') throw new CacheUnavailableError(fault);
    return result;
  };
  return {
    read: (key) => call((cache) => cache.read(key)),
    fill: (key, lease, value) => call((cache) => cache.fill(key, lease, value)),
    fence: (key) => call((cache) => cache.fence(key)),
    release: (key, fence, value) => call((cache) => cache.release(key, fence, value)),
  };
}
