import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, test } from 'vitest';
import { createCountingTable } from '../../../bench/capacity/counting-table.ts';
import { createTally, type Tally } from '../../../bench/capacity/tally.ts';
import { createSqliteTable } from '../../../src/adapters/sqlite/table.ts';
import type { Item, Key, Table, Write } from '../../../src/adapters/table/port.ts';
import { refusedBy } from '../../contract/table/partition.ts';
import { tableContract } from '../../contract/table/table-contract.ts';

let inner: Table;
let tally: Tally;
let table: Table;
beforeEach(() => {
  inner = createSqliteTable(new DatabaseSync(':memory:'));
  tally = createTally(inner);
  table = tally.table;
});

const PK = 'T#ten_1';
const key = (sk: string): Key => ({ table: 'tenants', pk: PK, sk });
/** An item of exactly so many bytes: its names and texts, all of them of one byte a character. */
function sized(sk: string, bytes: number, indexes: Item['indexes'] = {}): Item {
  const entries = Object.entries(indexes).map(
    ([name, entry]) => name.length * 2 + 6 + entry.pk.length + entry.sk.length,
  );
  const others = 'pk'.length + PK.length + 'sk'.length + sk.length + 't'.length;
  const text = 'x'.repeat(bytes - others - entries.reduce((sum, size) => sum + size, 0));
  return { key: key(sk), attributes: { t: text }, indexes };
}
const put = (item: Item): Write & { kind: 'put' } => ({ kind: 'put', item });
const BY_PROJECT = { by_project: { pk: `${PK}#P`, sk: 'a' } };

describe('a read costs a unit for each 4 KB', () => {
  test.each([
    [100, 1],
    [4096, 1],
    [4097, 2],
    [9000, 3],
  ])('an item of %i bytes: %i', async (bytes, units) => {
    await inner.write(put(sized('a', bytes)));

    const access = await tally.count(() => table.get(key('a')));

    expect(access).toEqual({ round_trips: 1, requests: 1, reads: { tenants: units }, writes: {} });
  });

  test('what isn’t there: 1', async () => {
    expect((await tally.count(() => table.get(key('none')))).reads).toEqual({ tenants: 1 });
  });

  test('a batch rounds up each item by itself, and asks for each once', async () => {
    await inner.transact([put(sized('a', 1500)), put(sized('b', 6500))]);
    const host: Key = { table: 'directory', pk: 'HOST#h', sk: 'HOST' };

    const access = await tally.count(() => table.batchGet([key('a'), key('b'), key('a'), host]));

    expect(access).toEqual({
      round_trips: 1,
      requests: 1,
      reads: { tenants: 3, directory: 1 },
      writes: {},
    });
  });

  test('a query rounds up the sum of what it reads, which is one item more than it answers', async () => {
    for (const sk of ['a', 'b', 'c', 'd', 'e']) await inner.write(put(sized(sk, 1366)));
    const query = { table: 'tenants', pk: PK, direction: 'forward' } as const;

    expect((await tally.count(() => table.query({ ...query, limit: 2 }))).reads).toEqual({ tenants: 2 });
    expect((await tally.count(() => table.query({ ...query, limit: 1 }))).reads).toEqual({ tenants: 1 });
    expect((await tally.count(() => table.query({ ...query, pk: 'T#none', limit: 1 }))).reads).toEqual({
      tenants: 1,
    });
  });

  test('a query of more than a megabyte is several requests in turn', async () => {
    for (const sk of ['a', 'b', 'c', 'd']) await inner.write(put(sized(sk, 390 * 1024)));
    const query = { table: 'tenants', pk: PK, direction: 'forward', limit: 10 } as const;

    const access = await tally.count(() => table.query(query));

    expect(access).toEqual({ round_trips: 2, requests: 2, reads: { tenants: 390 }, writes: {} });
  });

  test('through an index it costs half, and the index pays', async () => {
    await inner.write(put(sized('a', 5000, BY_PROJECT)));
    const query = { table: 'tenants', index: 'by_project', direction: 'forward', limit: 5 } as const;

    expect((await tally.count(() => table.query({ ...query, pk: `${PK}#P` }))).reads).toEqual({
      by_project: 1,
    });
    expect((await tally.count(() => table.query({ ...query, pk: 'T#none' }))).reads).toEqual({
      by_project: 0.5,
    });
  });

  test('what can’t match is no request', async () => {
    const query = { table: 'tenants', pk: PK, direction: 'forward', limit: 5 } as const;

    const access = await tally.count(async () => {
      await table.query({ ...query, sk: { from: 'b', to: 'a' } });
      await table.batchGet([]);
      await table.transact([]);
    });

    expect(access).toEqual({ round_trips: 0, requests: 0, reads: {}, writes: {} });
  });
});

describe('a write costs a unit for each KB', () => {
  test.each([
    [100, 1],
    [1024, 1],
    [1025, 2],
    [3000, 3],
  ])('a new item of %i bytes: %i', async (bytes, units) => {
    const access = await tally.count(() => table.write(put(sized('a', bytes))));

    expect(access).toEqual({ round_trips: 1, requests: 1, reads: {}, writes: { tenants: units } });
  });

  test('of the larger of the item before and after', async () => {
    await inner.write(put(sized('a', 3000)));
    expect((await tally.count(() => table.write(put(sized('a', 100))))).writes).toEqual({ tenants: 3 });

    await inner.write(put(sized('a', 3000)));
    const update: Write = { kind: 'update', key: key('a'), set: { more: 'x'.repeat(1500) } };
    expect((await tally.count(() => table.write(update))).writes).toEqual({ tenants: 5 });
    expect((await tally.count(() => table.add(key('a'), { n: 1 }))).writes).toEqual({ tenants: 5 });
    const remove: Write = { kind: 'delete', key: key('a') };
    expect((await tally.count(() => table.write(remove))).writes).toEqual({ tenants: 5 });
    expect((await tally.count(() => table.write(remove))).writes).toEqual({ tenants: 1 });
  });

  test('whose condition does not hold too, of the table alone', async () => {
    await inner.write(put(sized('a', 200, BY_PROJECT)));
    const again = { ...put(sized('a', 3000, BY_PROJECT)), condition: { kind: 'absent' } } as const;

    const one = await tally.count(async () => expect(await refusedBy(table.write(again))).toEqual([0]));
    const many = await tally.count(async () =>
      expect(await refusedBy(table.transact([again, put(sized('b', 100))]))).toEqual([0]),
    );

    expect(one).toEqual({ round_trips: 1, requests: 1, reads: {}, writes: { tenants: 3 } });
    expect(many).toEqual({ round_trips: 1, requests: 1, reads: {}, writes: { tenants: 8 } });
  });

  test('twice in a transaction, a check of what it looks at included', async () => {
    await inner.write(put(sized('a', 1500)));
    const host: Item = { key: { table: 'directory', pk: 'HOST#h', sk: 'HOST' }, attributes: {} };

    const access = await tally.count(() =>
      table.transact([
        { kind: 'check', key: key('a'), condition: { kind: 'present' } },
        put(sized('b', 100)),
        put(host),
      ]),
    );

    expect(access).toEqual({
      round_trips: 1,
      requests: 1,
      reads: {},
      writes: { tenants: 6, directory: 2 },
    });
  });
});

describe('an index costs', () => {
  const writes = async (write: Write & { kind: 'put' | 'delete' | 'update' }) =>
    (await tally.count(() => table.write(write))).writes;
  const moved = { by_project: { pk: `${PK}#P`, sk: 'b' } };

  test('the item’s own units when it comes in, changes there or goes', async () => {
    expect(await writes(put(sized('a', 1500, BY_PROJECT)))).toEqual({ tenants: 2, by_project: 2 });
    const change = { kind: 'update', key: key('a'), set: { more: 1 } } as const;
    expect(await writes(change)).toEqual({ tenants: 2, by_project: 2 });
    expect(await writes({ kind: 'delete', key: key('a') })).toEqual({ tenants: 2, by_project: 2 });
  });

  test('both the old entry and the new one when it moves', async () => {
    await inner.write(put(sized('a', 1500, BY_PROJECT)));

    expect(await writes(put(sized('a', 500, moved)))).toEqual({ tenants: 2, by_project: 3 });
  });

  test('nothing where the item is not in it, or was written as it was', async () => {
    await inner.write(put(sized('a', 500, BY_PROJECT)));

    expect(await writes(put(sized('a', 500, BY_PROJECT)))).toEqual({ tenants: 1 });
    expect(await writes(put(sized('b', 500)))).toEqual({ tenants: 1 });
  });

  test('no more in a transaction than outside of one', async () => {
    const access = await tally.count(() => table.transact([put(sized('a', 1500, BY_PROJECT))]));

    expect(access.writes).toEqual({ tenants: 4, by_project: 2 });
  });
});

test('a number takes a byte for each two of its digits, and one', async () => {
  const bytes = 1024 - '123456'.length / 2 - 1 - 'n'.length;
  const write = (n: number) => {
    const { key: place, attributes } = sized('a', bytes);
    return tally.count(() => table.write(put({ key: place, attributes: { ...attributes, n } })));
  };

  expect((await write(123_456)).writes).toEqual({ tenants: 1 });
  expect((await write(-1.23456)).writes).toEqual({ tenants: 1 });
  expect((await write(123_456_000)).writes).toEqual({ tenants: 1 });
  expect((await write(1_234_567)).writes).toEqual({ tenants: 2 });
});

test('requests that are sent together are one round trip', async () => {
  const together = await tally.count(() =>
    Promise.all([table.get(key('a')), table.write(put(sized('b', 99)))]),
  );
  const in_turn = await tally.count(async () => {
    await table.get(key('a'));
    await table.get(key('b'));
  });

  expect(together).toMatchObject({ round_trips: 1, requests: 2 });
  expect(in_turn).toMatchObject({ round_trips: 2, requests: 2 });
});

tableContract('a counting table', async () => {
  const database = new DatabaseSync(':memory:');
  const counting = createCountingTable(createSqliteTable(database), async () => undefined);
  return { table: counting, close: async () => database.close() };
});
