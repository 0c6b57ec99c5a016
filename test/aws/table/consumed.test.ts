import { beforeAll, beforeEach, expect, test } from 'vitest';
import { createCountingTable } from '../../../bench/capacity/counting-table.ts';
import { createDynamoTable } from '../../../src/adapters/dynamodb/dynamodb-table.ts';
import type { ConsumedReport } from '../../../src/adapters/table/consumed.ts';
import type { Item, Key, Table, Write } from '../../../src/adapters/table/port.ts';
import { refusedBy } from '../../contract/table/partition.ts';
import { useTestTables } from '../../support/aws.ts';

// The local stand-in says what writes consume, and leaves out what batches do; of reads it tells the number, whatever
// their size. So reads of small items alone are compared here, and test/unit/bench has the rules for the others.
const tables = useTestTables();
let told: ConsumedReport[] = [];
let counted: ConsumedReport[] = [];
let table: Table;
let silent: Table;
let counting: Table;
let pk = '';

beforeAll(() => {
  const { client, names } = tables();
  table = createDynamoTable(client, names, { onConsumed: (report) => told.push(report) });
  silent = createDynamoTable(client, names);
  counting = createCountingTable(silent, async (report) => {
    counted.push(report);
  });
});

let count = 0;
beforeEach(() => {
  count += 1;
  pk = `T#ten_${count}`;
  told = [];
  counted = [];
});

const key = (sk: string): Key => ({ table: 'tenants', pk, sk });
const item = (sk: string, bytes: number, index_sk?: string): Item => ({
  key: key(sk),
  attributes: { text: 'x'.repeat(bytes) },
  ...(index_sk === undefined ? {} : { indexes: { by_project: { pk: `${pk}#P`, sk: index_sk } } }),
});
const put = (each: Item): Write & { kind: 'put' } => ({ kind: 'put', item: each });

/** Runs the same work twice, from the same beginning: once as DynamoDB tells the cost, once as the rules do. */
async function expectSameCost(
  prepare: (on: Table) => Promise<unknown>,
  work: (on: Table) => Promise<unknown>,
): Promise<void> {
  await prepare(silent);
  await work(table);
  pk = `${pk}b`;
  await prepare(silent);
  await work(counting);
  expect(told.map(plain)).toEqual(counted.map(plain));
}

/** The same text for the same report, however its parts are put. */
function plain({ operation, consumed }: ConsumedReport): string {
  const units = new Map<string, number>();
  for (const { table: name, index, read_units, write_units } of consumed) {
    for (const [kind, amount] of Object.entries({ read_units, write_units })) {
      const place = `${index ?? name} ${kind}`;
      units.set(place, (units.get(place) ?? 0) + amount);
    }
  }
  const parts = [...units].filter(([, amount]) => amount > 0).map(([place, amount]) => `${place} ${amount}`);
  return [operation, ...parts.sort()].join(', ');
}

const nothing = async () => undefined;
const stored = (on: Table) => on.write(put(item('a', 2500, 'one')));

test.each([
  ['a new item', nothing, (on: Table) => on.write(put(item('a', 100)))],
  ['a new item in an index', nothing, (on: Table) => on.write(put(item('a', 1500, 'one')))],
  ['a smaller one in place of a larger', stored, (on: Table) => on.write(put(item('a', 100, 'one')))],
  ['an update', stored, (on: Table) => on.write({ kind: 'update', key: key('a'), set: { n: 1 } })],
  ['an addition', stored, (on: Table) => on.add(key('a'), { n: 1 })],
  ['a deletion', stored, (on: Table) => on.write({ kind: 'delete', key: key('a') })],
  [
    'a transaction of both tables',
    stored,
    (on: Table) =>
      on.transact([
        put(item('b', 1500, 'two')),
        put({ key: { table: 'directory', pk: `HOST#${pk}`, sk: 'HOST' }, attributes: {} }),
        { kind: 'delete', key: key('a') },
      ]),
  ],
  ['a read', nothing, (on: Table) => on.get(key('none'))],
  [
    'a query of the table and of an index',
    (on: Table) => on.write(put(item('a', 100, 'one'))),
    async (on: Table) => {
      await on.query({ table: 'tenants', pk, direction: 'forward', limit: 5 });
      await on.query({
        table: 'tenants',
        index: 'by_project',
        pk: `${pk}#P`,
        direction: 'forward',
        limit: 5,
      });
    },
  ],
] as const)(
  'the adapter reports %s as the endpoint tells it, and as the rules say',
  async (_name, prepare, work) => {
    await expectSameCost(prepare, work);
    expect(told.every(({ consumed }) => consumed.length > 0)).toBe(true);
  },
);

test('a refused condition and a batch are reported as requests, though the endpoint tells no cost', async () => {
  await table.write(put(item('a', 100)));
  told = [];

  expect(await refusedBy(table.write({ ...put(item('a', 100)), condition: { kind: 'absent' } }))).toEqual([
    0,
  ]);
  await table.batchGet([key('a'), key('b')]);

  expect(told.map(({ operation }) => operation)).toEqual(['write', 'batchGet']);
  expect(told[0]?.consumed).toEqual([]);
});
