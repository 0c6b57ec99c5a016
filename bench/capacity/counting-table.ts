import { toQueryInput } from '../../src/adapters/dynamodb/query.ts';
import { keyOf } from '../../src/adapters/dynamodb/requests.ts';
import type { ConsumedReport } from '../../src/adapters/table/consumed.ts';
import type { Item, Key, Query, Table, Write } from '../../src/adapters/table/port.ts';
import { bytesOf, type Counted, PAGE_BYTES, readUnits, unwrittenUnits, writeUnits } from './rules.ts';

/** What one request would cost, with the partition keys that it was for. */
export interface CountedReport extends ConsumedReport {
  readonly consumed: readonly Counted[];
}

/** A table that reports what each call would cost on DynamoDB, computed from the items' real sizes by DynamoDB's rules:
 *  so that costs can be counted where there is no DynamoDB. It looks at items before and after they are written; those
 *  reads of its own it doesn't count.
 *  @param table - any adapter's
 *  @param onConsumed - told of each request that DynamoDB would get; the call goes on when it is done */
export function createCountingTable(
  table: Table,
  onConsumed: (report: CountedReport) => Promise<void>,
): Table {
  const report = (operation: keyof Table, consumed: readonly Counted[]) =>
    onConsumed({ operation, consumed });

  const counted = async (
    operation: 'write' | 'transact',
    writes: readonly Write[],
    work: () => Promise<void>,
  ) => {
    const in_transaction = operation === 'transact';
    const before = await readAll(table, writes);
    try {
      await work();
    } catch (error) {
      await report(operation, unwritten(writes, before, in_transaction));
      throw error;
    }
    await report(operation, written(writes, before, await readAll(table, writes), in_transaction));
  };

  return {
    async get(key) {
      const item = await table.get(key);
      await report('get', [readOf(key, bytesOf(item))]);
      return item;
    },
    async batchGet(keys) {
      const items = await table.batchGet(keys);
      const sizes = new Map(items.map((item) => [identityOf(item.key), bytesOf(item)]));
      const different = new Map(keys.map((key) => [identityOf(key), key]));
      const reads = [...different].map(([identity, key]) => readOf(key, sizes.get(identity) ?? 0));
      if (reads.length > 0) await report('batchGet', reads);
      return items;
    },
    async query(query) {
      for (const bytes of await pagesOf(table, query)) await report('query', [queryRead(query, bytes)]);
      return table.query(query);
    },
    write: (write) => counted('write', [write], () => table.write(write)),
    async add(key, amounts) {
      const before = await table.get(key);
      const attributes = await table.add(key, amounts);
      await report('add', writeUnits(key, before, await table.get(key), false));
      return attributes;
    },
    async transact(writes) {
      if (writes.length > 0) await counted('transact', writes, () => table.transact(writes));
    },
  };
}

type Images = ReadonlyMap<string, Item>;

async function readAll(table: Table, writes: readonly Write[]): Promise<Images> {
  const items = await table.batchGet(writes.map(keyOf));
  return new Map(items.map((item) => [identityOf(item.key), item]));
}

function written(writes: readonly Write[], before: Images, after: Images, in_transaction: boolean) {
  return writes.flatMap((write) => {
    const key = keyOf(write);
    const images = [before.get(identityOf(key)), after.get(identityOf(key))] as const;
    // A check is charged like a write of what it looks at.
    return (write.kind === 'check' ? unwrittenUnits : writeUnits)(key, ...images, in_transaction);
  });
}

function unwritten(writes: readonly Write[], before: Images, in_transaction: boolean) {
  return writes.flatMap((write) => {
    const key = keyOf(write);
    const after = write.kind === 'put' ? write.item : undefined;
    return unwrittenUnits(key, before.get(identityOf(key)), after, in_transaction);
  });
}

/** Bytes of each page that DynamoDB would read: one item more than wanted, as its adapter asks for. */
async function pagesOf(table: Table, query: Query): Promise<number[]> {
  // What can't match isn't asked at all.
  if (toQueryInput(query, query.table) === undefined) return [];
  const { items } = await table.query({ ...query, limit: query.limit + 1 });
  const pages = [0];
  for (const item of items) {
    const bytes = bytesOf(item);
    const last = pages.at(-1) ?? 0;
    if (last > 0 && last + bytes > PAGE_BYTES) pages.push(bytes);
    else pages[pages.length - 1] = last + bytes;
  }
  return pages;
}

function queryRead({ table, index, pk }: Query, bytes: number): Counted {
  if (index === undefined) return readOf({ table, pk }, bytes);
  return { table, index, pk, read_units: readUnits(bytes, 'eventual'), write_units: 0 };
}

function readOf({ table, pk }: Pick<Key, 'table' | 'pk'>, bytes: number): Counted {
  return { table, pk, read_units: readUnits(bytes, 'strong'), write_units: 0 };
}

function identityOf({ table, pk, sk }: Key): string {
  return JSON.stringify([table, pk, sk]);
}
