import {
  BatchGetItemCommand,
  type ConsumedCapacity,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { createDynamoTable } from '../../../../src/adapters/dynamodb/dynamodb-table.ts';
import { refusedBy } from '../../../contract/table/partition.ts';
import { awsError, createMockedTable, item, key, type MockedTable, NAMES } from './harness.ts';

let mocked: MockedTable;
beforeEach(() => {
  mocked = createMockedTable();
});

const HOST = { table: 'directory', pk: 'HOST#h', sk: 'HOST' } as const;
const tenants = (capacity: Omit<ConsumedCapacity, 'TableName'>): ConsumedCapacity => ({
  TableName: NAMES.tenants,
  ...capacity,
});

test('a read is reported as read units, a write as write units', async () => {
  mocked.mock.on(GetItemCommand).resolves({ ConsumedCapacity: tenants({ CapacityUnits: 2 }) });
  mocked.mock.on(DeleteItemCommand).resolves({ ConsumedCapacity: tenants({ CapacityUnits: 3 }) });
  mocked.mock
    .on(UpdateItemCommand)
    .resolves({ ConsumedCapacity: { TableName: NAMES.directory, CapacityUnits: 1 } });

  await mocked.table.get(key('a'));
  await mocked.table.write({ kind: 'delete', key: key('a') });
  await mocked.table.add(HOST, { n: 1 });

  expect(mocked.reports).toEqual([
    { operation: 'get', consumed: [{ table: 'tenants', read_units: 2, write_units: 0 }] },
    { operation: 'write', consumed: [{ table: 'tenants', read_units: 0, write_units: 3 }] },
    { operation: 'add', consumed: [{ table: 'directory', read_units: 0, write_units: 1 }] },
  ]);
});

test('what an index consumed is its own, and no longer the table’s', async () => {
  const GlobalSecondaryIndexes = { by_project: { CapacityUnits: 2 }, by_status: { CapacityUnits: 4 } };
  mocked.mock
    .on(PutItemCommand)
    .resolves({ ConsumedCapacity: tenants({ CapacityUnits: 8, GlobalSecondaryIndexes }) });
  mocked.mock.on(QueryCommand).resolves({
    ConsumedCapacity: tenants({
      CapacityUnits: 0.5,
      GlobalSecondaryIndexes: { by_project: { CapacityUnits: 0.5 } },
    }),
  });

  await mocked.table.write({ kind: 'put', item: item('a') });
  await mocked.table.query({
    table: 'tenants',
    index: 'by_project',
    pk: 'T#ten_1#P',
    direction: 'forward',
    limit: 1,
  });

  expect(mocked.reports).toEqual([
    {
      operation: 'write',
      consumed: [
        { table: 'tenants', read_units: 0, write_units: 2 },
        { table: 'tenants', index: 'by_project', read_units: 0, write_units: 2 },
        { table: 'tenants', index: 'by_status', read_units: 0, write_units: 4 },
      ],
    },
    {
      operation: 'query',
      consumed: [{ table: 'tenants', index: 'by_project', read_units: 0.5, write_units: 0 }],
    },
  ]);
});

test('a transaction is one report for all of its tables, and its repetition counts as reads', async () => {
  const index = { CapacityUnits: 2, WriteCapacityUnits: 2 };
  mocked.mock
    .on(TransactWriteItemsCommand)
    .resolvesOnce({
      ConsumedCapacity: [
        // As DynamoDB was seen to answer: of the two parts called Table, a JSON parser keeps the latter.
        tenants({
          CapacityUnits: 8,
          WriteCapacityUnits: 8,
          GlobalSecondaryIndexes: { due: index },
          Table: { CapacityUnits: 6, WriteCapacityUnits: 6 },
        }),
        { TableName: NAMES.directory, CapacityUnits: 2, WriteCapacityUnits: 2 },
      ],
    })
    .resolvesOnce({ ConsumedCapacity: [tenants({ CapacityUnits: 4, ReadCapacityUnits: 4 })] });
  const put = { kind: 'put', item: item('a') } as const;

  await mocked.table.transact([put]);
  await mocked.table.transact([put]);

  expect(mocked.reports).toEqual([
    {
      operation: 'transact',
      consumed: [
        { table: 'tenants', read_units: 0, write_units: 6 },
        { table: 'tenants', index: 'due', read_units: 0, write_units: 2 },
        { table: 'directory', read_units: 0, write_units: 2 },
      ],
    },
    { operation: 'transact', consumed: [{ table: 'tenants', read_units: 4, write_units: 0 }] },
  ]);
});

test('a batch is one report, and each further call for what was left is another', async () => {
  mocked.mock
    .on(BatchGetItemCommand)
    .resolvesOnce({
      ConsumedCapacity: [tenants({ CapacityUnits: 1 }), { TableName: NAMES.directory, CapacityUnits: 3 }],
      UnprocessedKeys: { [NAMES.tenants]: { Keys: [{ pk: { S: 'T#ten_1' }, sk: { S: 'b' } }] } },
    })
    .resolvesOnce({ ConsumedCapacity: [tenants({ CapacityUnits: 2 })] });

  await mocked.table.batchGet([key('a'), key('b'), HOST]);

  expect(mocked.reports).toEqual([
    {
      operation: 'batchGet',
      consumed: [
        { table: 'tenants', read_units: 1, write_units: 0 },
        { table: 'directory', read_units: 3, write_units: 0 },
      ],
    },
    { operation: 'batchGet', consumed: [{ table: 'tenants', read_units: 2, write_units: 0 }] },
  ]);
});

test('a refused request and each of its repetitions are round trips, whose cost nobody told', async () => {
  mocked.mock
    .on(PutItemCommand)
    .rejectsOnce(awsError('ThrottlingException'))
    .rejectsOnce(awsError('ConditionalCheckFailedException'));

  const write = mocked.table.write({ kind: 'put', item: item('a'), condition: { kind: 'absent' } });

  expect(await refusedBy(write)).toEqual([0]);
  expect(mocked.reports).toEqual([
    { operation: 'write', consumed: [] },
    { operation: 'write', consumed: [] },
  ]);
});

test('DynamoDB is asked what a request cost only where somebody listens', async () => {
  const client = new DynamoDBClient({ region: 'eu-central-1' });
  const mock = mockClient(client);
  mock.on(GetItemCommand).resolves({});
  mock.on(TransactWriteItemsCommand).resolves({});
  const table = createDynamoTable(client, NAMES);

  await table.get(key('a'));
  await table.transact([{ kind: 'put', item: item('a') }]);

  expect(mock.calls()).toHaveLength(2);
  for (const call of mock.calls()) expect(call.args[0].input).not.toHaveProperty('ReturnConsumedCapacity');
});
