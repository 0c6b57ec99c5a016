import { DescribeTableCommand, DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDynamoTable } from '../../../src/adapters/dynamodb/dynamodb-table.ts';
import type { ConsumedReport } from '../../../src/adapters/table/consumed.ts';
import type { Attributes, Condition, Item, Query, Table, Write } from '../../../src/adapters/table/port.ts';
import { refusedBy } from '../../contract/table/partition.ts';
import { useTestTables } from '../../support/aws.ts';

const tables = useTestTables();
let table: Table;
let pk = '';
const reports: ConsumedReport[] = [];

beforeAll(() => {
  const { client, names } = tables();
  table = createDynamoTable(client, names, { onConsumed: (report) => reports.push(report) });
});

let count = 0;
beforeEach(() => {
  count += 1;
  pk = `T#ten_${count}`;
  reports.length = 0;
});

const item = (sk: string, attributes: Attributes = {}): Item => ({
  key: { table: 'tenants', pk, sk },
  attributes,
});
const put = (sk: string, attributes: Attributes = {}, condition?: Condition): Write & { kind: 'put' } => ({
  kind: 'put',
  item: item(sk, attributes),
  ...(condition === undefined ? {} : { condition }),
});
const query = (): Query => ({ table: 'tenants', pk, direction: 'forward', limit: 100 });

test('the tables are as declared: on demand, indexes, stream and TTL', async () => {
  const { client, names } = tables();
  const { Table: description } = await client.send(new DescribeTableCommand({ TableName: names.tenants }));
  const ttl = await client.send(new DescribeTimeToLiveCommand({ TableName: names.tenants }));

  expect(description).toMatchObject({
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
  });
  expect(description?.GlobalSecondaryIndexes?.map((index) => index.IndexName).sort()).toEqual([
    'by_project',
    'by_status',
    'by_tenant',
    'due',
  ]);
  expect(ttl.TimeToLiveDescription).toMatchObject({ AttributeName: 'expires_at_s' });
});

describe('lists larger than the 1 MB that one answer holds', () => {
  const large = 'x'.repeat(300_000);
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

  test('come whole, and end where they end', async () => {
    for (const sk of names) {
      const indexes = { by_tenant: { pk, sk } };
      await table.write({ kind: 'put', item: { ...item(sk, { large }), indexes } });
    }
    reports.length = 0;

    for (const index of [{}, { index: 'by_tenant' }] as const) {
      const whole = await table.query({ ...query(), ...index });
      expect(whole.items.map(({ key }) => key.sk)).toEqual(names);
      expect(whole.last).toBeUndefined();
      const most = await table.query({ ...query(), ...index, limit: 7 });
      expect(most.items).toHaveLength(7);
      const after = most.last === undefined ? expect.fail('there is more') : most.last;
      const rest = await table.query({ ...query(), ...index, after });
      expect(rest.items.map(({ key }) => key.sk)).toEqual(['h']);
    }
    expect(reports.filter(({ operation }) => operation === 'query').length).toBeGreaterThan(6);
  });
});

test('attributes may be called like the adapter’s own, like reserved words, or hold a dot', async () => {
  const attributes = {
    pk: 1,
    _pk: 2,
    sk: 'x',
    expires_at_s: 'never',
    by_tenant_pk: null,
    status: 's',
    'a.b': 3,
  };
  await table.write(put('a', attributes));
  const write = {
    kind: 'update',
    key: item('a').key,
    set: { by_tenant_pk: 'T#ten_other', name: 'n' },
    add: { pk: 1, 'a.b': 1 },
    condition: { kind: 'equals', attribute: 'sk', value: 'x' },
  } as const;
  await table.write(write);

  expect((await table.get(item('a').key))?.attributes).toEqual({
    ...attributes,
    by_tenant_pk: 'T#ten_other',
    name: 'n',
    pk: 2,
    'a.b': 4,
  });
  expect((await table.query({ ...query(), index: 'by_tenant', pk: 'T#ten_other' })).items).toEqual([]);
});

test('numbers come back exactly', async () => {
  const numbers = [0, -1, 0.1, 1e21, 5e-7, -1.5e-10, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 1 / 3];
  await table.write(put('a', { numbers }));

  expect((await table.get(item('a').key))?.attributes).toEqual({ numbers });
});

test.each([
  [{ kind: 'in', attribute: 'n', values: [] }, false],
  [{ kind: 'any', of: [] }, false],
  [{ kind: 'in', attribute: 'n', values: Array.from({ length: 150 }, (_, n) => n) }, true],
] as const satisfies readonly (readonly [Condition, boolean])[])(
  'the condition %j is understood',
  async (condition, holds) => {
    await table.write(put('a', { n: 120 }));

    expect(await refusedBy(table.write(put('a', {}, condition)))).toEqual(holds ? undefined : [0]);
  },
);

test('the same transaction, meant a second time, is looked at again', async () => {
  const writes = [put('once', {}, { kind: 'absent' }), put('with it')];
  await table.transact(writes);

  expect(await refusedBy(table.transact(writes))).toEqual([0]);
});

test('one that grows too large within a transaction, and an add to text, are named as the port names them', async () => {
  await table.write(put('a', { text: 'x'.repeat(390 * 1024) }));
  const grow = { kind: 'update', key: item('a').key, set: { more: 'x'.repeat(20 * 1024) } } as const;

  await expect(table.transact([put('b'), grow])).rejects.toThrow(RangeError);
  await expect(table.add(item('a').key, { text: 1 })).rejects.toThrow(TypeError);
  await expect(table.transact([{ kind: 'update', key: item('a').key, add: { text: 1 } }])).rejects.toThrow(
    TypeError,
  );
  expect(await table.get(item('b').key)).toBeUndefined();
});
