import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Query } from '../../../../src/adapters/table/port.ts';
import { createMockedTable, type MockedTable } from './harness.ts';

const QUERY: Query = { table: 'tenants', pk: 'T#ten_1', direction: 'forward', limit: 3 };
const stored = (sk: string) => ({ pk: { S: 'T#ten_1' }, sk: { S: sk } });
const output = (names: readonly string[], last?: string) => ({
  Items: names.map(stored),
  ...(last === undefined ? {} : { LastEvaluatedKey: stored(last) }),
  ConsumedCapacity: { TableName: 'Tenants', CapacityUnits: 0.5 },
});

let mocked: MockedTable;
beforeEach(() => {
  mocked = createMockedTable();
  mocked.mock.on(QueryCommand).resolves({ Items: [] });
});

const PLACEHOLDERS = {
  KeyConditionExpression: '#pk = :pk',
  ExpressionAttributeNames: { '#pk': 'pk' },
  ExpressionAttributeValues: { ':pk': { S: 'T#ten_1' } },
};

test('a query of a partition is consistent and asks for one item more, to know whether there is more', async () => {
  await mocked.table.query(QUERY);

  expect(mocked.inputs()).toEqual([
    {
      TableName: 'Tenants',
      ConsistentRead: true,
      ...PLACEHOLDERS,
      ScanIndexForward: true,
      Limit: 4,
      ReturnConsumedCapacity: 'INDEXES',
    },
  ]);
});

test('a query through an index starts after the item, by all four of its keys', async () => {
  await mocked.table.query({
    ...QUERY,
    index: 'by_project',
    direction: 'backward',
    sk: { prefix: 'x' },
    after: { pk: 'T#ten_1#D#d', sk: 'DEPLOYMENT', index_sk: 'x1' },
  });

  expect(mocked.inputs()).toEqual([
    {
      TableName: 'Tenants',
      IndexName: 'by_project',
      KeyConditionExpression: '#pk = :pk AND begins_with(#sk, :prefix)',
      ExpressionAttributeNames: { '#pk': 'by_project_pk', '#sk': 'by_project_sk' },
      ExpressionAttributeValues: { ':pk': { S: 'T#ten_1' }, ':prefix': { S: 'x' } },
      ScanIndexForward: false,
      Limit: 4,
      ExclusiveStartKey: {
        pk: { S: 'T#ten_1#D#d' },
        sk: { S: 'DEPLOYMENT' },
        by_project_pk: { S: 'T#ten_1' },
        by_project_sk: { S: 'x1' },
      },
      ReturnConsumedCapacity: 'INDEXES',
    },
  ]);
});

test('pages that end early are followed until the limit, and each is reported', async () => {
  mocked.mock
    .on(QueryCommand)
    .resolvesOnce(output(['a'], 'a'))
    .resolvesOnce(output([], 'a'))
    .resolves(output(['b', 'c', 'd'], 'd'));

  const { items, last } = await mocked.table.query(QUERY);

  expect(items.map((item) => item.key.sk)).toEqual(['a', 'b', 'c']);
  expect(last).toEqual({ pk: 'T#ten_1', sk: 'c' });
  expect(mocked.inputs()).toMatchObject([
    { Limit: 4 },
    { Limit: 3, ExclusiveStartKey: stored('a') },
    { Limit: 3, ExclusiveStartKey: stored('a') },
  ]);
  expect(mocked.reports).toHaveLength(3);
});

test('a page that ends exactly at the limit is looked behind: nothing there is the end', async () => {
  mocked.mock
    .on(QueryCommand)
    .resolvesOnce(output(['a', 'b', 'c'], 'c'))
    .resolves(output([]));

  const { items, last } = await mocked.table.query(QUERY);

  expect(items).toHaveLength(3);
  expect(last).toBeUndefined();
  expect(mocked.inputs()[1]).toMatchObject({ Limit: 1 });
});

describe('what DynamoDB would refuse', () => {
  const conditionOf = () =>
    (mocked.inputs()[0] as { KeyConditionExpression?: string }).KeyConditionExpression;

  test('empty bounds are left out', async () => {
    await mocked.table.query({ ...QUERY, sk: { prefix: '' } });
    expect(conditionOf()).toBe('#pk = :pk');
    mocked.mock.resetHistory();
    await mocked.table.query({ ...QUERY, sk: { from: '', to: 'b' } });
    expect(conditionOf()).toBe('#pk = :pk AND #sk <= :to');
  });

  test.each([
    [{ from: 'b', to: 'a' }],
    [{ from: '', to: '' }],
    // By bytes the first is behind the second, though not by UTF-16 units.
    [{ from: '😀', to: '\ufffd' }],
  ])('an empty range %j has nothing, without a call', async (sk) => {
    expect(await mocked.table.query({ ...QUERY, sk })).toEqual({ items: [], last: undefined });
    expect(mocked.inputs()).toEqual([]);
  });

  test.each([
    ['forward', 'a', 'all'],
    ['forward', 'd', 'nothing'],
    ['backward', 'a', 'nothing'],
    ['backward', 'd', 'all'],
  ] as const)('a cursor outside of the range: %s from %s is %s', async (direction, sk, found) => {
    for (const range of [{ from: 'b', to: 'c' }, { prefix: 'bc' }]) {
      mocked.mock.resetHistory();
      await mocked.table.query({ ...QUERY, direction, sk: range, after: { pk: 'T#ten_1', sk } });

      expect(mocked.inputs()).toHaveLength(found === 'all' ? 1 : 0);
      expect(mocked.inputs()[0] ?? {}).not.toHaveProperty('ExclusiveStartKey.sk');
    }
  });

  test('a cursor within the range is kept', async () => {
    await mocked.table.query({ ...QUERY, sk: { from: 'b', to: 'c' }, after: { pk: 'T#ten_1', sk: 'bb' } });

    expect(mocked.inputs()).toMatchObject([{ ExclusiveStartKey: stored('bb') }]);
  });
});
