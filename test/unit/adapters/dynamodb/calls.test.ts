import {
  BatchGetItemCommand,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Write } from '../../../../src/adapters/table/port.ts';
import { createMockedTable, item, key, type MockedTable } from './harness.ts';

const KEY_A = { pk: { S: 'T#ten_1' }, sk: { S: 'a' } };

let mocked: MockedTable;
beforeEach(() => {
  mocked = createMockedTable();
});

test('a get is consistent, and reads what the adapter put beside the attributes', async () => {
  mocked.mock.on(GetItemCommand).resolves({
    Item: {
      ...KEY_A,
      name: { S: 'n' },
      expires_at_s: { N: '4' },
      by_tenant_pk: { S: 'T#ten_1#X' },
      by_tenant_sk: { S: 's' },
    },
  });

  expect(await mocked.table.get(key('a'))).toEqual({
    key: key('a'),
    attributes: { name: 'n' },
    expires_at_s: 4,
    indexes: { by_tenant: { pk: 'T#ten_1#X', sk: 's' } },
  });
  expect(mocked.inputs()).toEqual([
    { TableName: 'Tenants', Key: KEY_A, ConsistentRead: true, ReturnConsumedCapacity: 'INDEXES' },
  ]);
});

test('a put writes attributes, index entries and expiry side by side', async () => {
  mocked.mock.on(PutItemCommand).resolves({});

  await mocked.table.write({
    kind: 'put',
    item: {
      ...item('a', { text: '', n: 1.5, yes: true, no: null, list: [1, 'a'], map: { 'a.b': {} } }),
      indexes: { by_status: { pk: 'T#ten_1#S', sk: '1' } },
      expires_at_s: 1_800_000_000,
    },
    condition: { kind: 'absent' },
  });

  expect(mocked.inputs()).toEqual([
    {
      TableName: 'Tenants',
      Item: {
        ...KEY_A,
        text: { S: '' },
        n: { N: '1.5' },
        yes: { BOOL: true },
        no: { NULL: true },
        list: { L: [{ N: '1' }, { S: 'a' }] },
        map: { M: { 'a.b': { M: {} } } },
        by_status_pk: { S: 'T#ten_1#S' },
        by_status_sk: { S: '1' },
        expires_at_s: { N: '1800000000' },
      },
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnConsumedCapacity: 'INDEXES',
    },
  ]);
});

test('an update names every attribute by a placeholder', async () => {
  mocked.mock.on(UpdateItemCommand).resolves({});

  await mocked.table.write({
    kind: 'update',
    key: key('a'),
    set: { status: 'x', 'a.b': [] },
    add: { count: 2 },
    condition: { kind: 'equals', attribute: 'status', value: 'y' },
  });

  expect(mocked.inputs()).toEqual([
    {
      TableName: 'Tenants',
      Key: KEY_A,
      UpdateExpression: 'SET #n0 = :v0, #n1 = :v1 ADD #n2 :v2',
      ConditionExpression: '#n0 = :v3',
      ExpressionAttributeNames: { '#n0': 'status', '#n1': 'a.b', '#n2': 'count' },
      ExpressionAttributeValues: {
        ':v0': { S: 'x' },
        ':v1': { L: [] },
        ':v2': { N: '2' },
        ':v3': { S: 'y' },
      },
      ReturnConsumedCapacity: 'INDEXES',
    },
  ]);
});

test('an add is one update that answers with the new attributes', async () => {
  mocked.mock.on(UpdateItemCommand).resolves({ Attributes: { ...KEY_A, n: { N: '3' }, m: { S: 'm' } } });

  expect(await mocked.table.add(key('a'), { n: 2 })).toEqual({ n: 3, m: 'm' });
  expect(mocked.inputs()).toEqual([
    {
      TableName: 'Tenants',
      Key: KEY_A,
      UpdateExpression: 'ADD #n0 :v0',
      ExpressionAttributeNames: { '#n0': 'n' },
      ExpressionAttributeValues: { ':v0': { N: '2' } },
      ReturnValues: 'ALL_NEW',
      ReturnConsumedCapacity: 'INDEXES',
    },
  ]);
});

test('an update of nothing is a bug, and refused', async () => {
  await expect(mocked.table.add(key('a'), {})).rejects.toThrow(TypeError);
  expect(mocked.inputs()).toEqual([]);
});

test('a transaction has every kind of write, and a token of its own', async () => {
  mocked.mock.on(TransactWriteItemsCommand).resolves({});
  const host = { table: 'directory', pk: 'HOST#h', sk: 'HOST' } as const;
  const writes: Write[] = [
    { kind: 'put', item: item('a') },
    { kind: 'update', key: key('b'), add: { n: 1 } },
    { kind: 'delete', key: key('c'), condition: { kind: 'present' } },
    { kind: 'check', key: host, condition: { kind: 'equals', attribute: 'owner', value: 'o' } },
  ];

  await mocked.table.transact(writes);
  await mocked.table.transact(writes);

  expect(mocked.inputs()[0]).toEqual({
    TransactItems: [
      { Put: { TableName: 'Tenants', Item: KEY_A } },
      {
        Update: {
          TableName: 'Tenants',
          Key: { pk: { S: 'T#ten_1' }, sk: { S: 'b' } },
          UpdateExpression: 'ADD #n0 :v0',
          ExpressionAttributeNames: { '#n0': 'n' },
          ExpressionAttributeValues: { ':v0': { N: '1' } },
        },
      },
      {
        Delete: {
          TableName: 'Tenants',
          Key: { pk: { S: 'T#ten_1' }, sk: { S: 'c' } },
          ConditionExpression: 'attribute_exists(pk)',
        },
      },
      {
        ConditionCheck: {
          TableName: 'Directory',
          Key: { pk: { S: 'HOST#h' }, sk: { S: 'HOST' } },
          ConditionExpression: '#n0 = :v0',
          ExpressionAttributeNames: { '#n0': 'owner' },
          ExpressionAttributeValues: { ':v0': { S: 'o' } },
        },
      },
    ],
    ClientRequestToken: 'token-1',
    ReturnConsumedCapacity: 'INDEXES',
  });
  expect(mocked.inputs()[1]).toMatchObject({ ClientRequestToken: 'token-2' });
});

describe('a batch', () => {
  test('reads both tables in one consistent call, each key once', async () => {
    mocked.mock.on(BatchGetItemCommand).resolves({
      Responses: { Directory: [{ pk: { S: 'USER#u' }, sk: { S: 'USER' } }], Tenants: [KEY_A] },
    });
    const user = { table: 'directory', pk: 'USER#u', sk: 'USER' } as const;

    const items = await mocked.table.batchGet([key('a'), user, key('a')]);

    expect(items.map((each) => each.key)).toEqual([user, key('a')]);
    expect(mocked.inputs()).toEqual([
      {
        RequestItems: {
          Directory: { Keys: [{ pk: { S: 'USER#u' }, sk: { S: 'USER' } }], ConsistentRead: true },
          Tenants: { Keys: [KEY_A], ConsistentRead: true },
        },
        ReturnConsumedCapacity: 'INDEXES',
      },
    ]);
  });

  test('of nothing, like a transaction of nothing, asks nothing', async () => {
    expect(await mocked.table.batchGet([])).toEqual([]);
    await mocked.table.transact([]);

    expect(mocked.inputs()).toEqual([]);
  });
});
