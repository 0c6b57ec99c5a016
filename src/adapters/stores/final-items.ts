import { deploymentStatusSchema, isFinal } from '../../domain/deployments/index.ts';
import { createMemoryCache } from '../cache/memory-cache.ts';
import type { Cache } from '../cache/port.ts';
import type { Item, Key, Table, Write } from '../table/port.ts';

export interface FinalItemsOptions {
  /** Milliseconds of a monotonic clock. */
  readonly monotonic_ms: () => number;
}

const KEPT = 500;

/** A table that keeps what can't change any more in this process's memory: deployments that are at their end, and releases
 *  that have their image (with their variables sealed, as the table has them). A write here forgets its items; elsewhere
 *  nothing but a purge writes to them, and that is noticed within five minutes. */
export function rememberFinalItems(table: Table, { monotonic_ms }: FinalItemsOptions): Table {
  const cache = createMemoryCache({ max: KEPT, monotonic_ms });
  return {
    async get(key) {
      if (!canBeFinal(key)) return table.get(key);
      const name = nameOf(key);
      const found = await cache.read(name);
      if (found.kind === 'hit') return JSON.parse(found.value) as Item;
      const item = await table.get(key);
      if (found.kind === 'miss' && item !== undefined && isFinalItem(item)) {
        await cache.fill(name, found.lease, JSON.stringify(item));
      }
      return item;
    },

    batchGet: (wanted) => table.batchGet(wanted),
    query: (query) => table.query(query),
    write: (write) => fenced(cache, [write], () => table.write(write)),
    add: (key, amounts) => fenced(cache, [{ key }], () => table.add(key, amounts)),
    transact: (writes) => fenced(cache, writes, () => table.transact(writes)),
  };
}

async function fenced<T>(
  cache: Cache,
  writes: readonly (Write | { readonly key: Key })[],
  work: () => Promise<T>,
): Promise<T> {
  const written = writes.map((write) => ('item' in write ? write.item.key : write.key));
  const names = written.filter(canBeFinal).map(nameOf);
  const fences = await Promise.all(names.map(async (name) => ({ name, fence: await cache.fence(name) })));
  try {
    return await work();
  } finally {
    await Promise.all(fences.map(({ name, fence }) => cache.release(name, fence, undefined)));
  }
}

function nameOf({ table, pk, sk }: Key): string {
  return JSON.stringify([table, pk, sk]);
}

function canBeFinal({ sk }: Key): boolean {
  return sk === 'DEPLOYMENT' || sk.startsWith('RELEASE#');
}

function isFinalItem({ key, attributes }: Item): boolean {
  if (key.sk !== 'DEPLOYMENT') return typeof attributes['image'] === 'string';
  const status = deploymentStatusSchema.safeParse(attributes['status']).data;
  return status !== undefined && isFinal(status);
}
