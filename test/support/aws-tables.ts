import { BatchWriteItemCommand, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { createDynamoTable } from '../../src/adapters/dynamodb/dynamodb-table.ts';
import { toStoredKey } from '../../src/adapters/dynamodb/items.ts';
import { readOutboxItem } from '../../src/adapters/stores/outbox.ts';
import type { Item, Table, Write } from '../../src/adapters/table/port.ts';
import type { DomainEvent } from '../../src/domain/shared/events.ts';
import { createTestTables, type TestTables } from './aws.ts';
import type { MemoryTable } from './tables.ts';

let opening: Promise<TestTables> | undefined;

/** Stands in for `createMemoryTable` of tables.ts, so that suites written for it run on DynamoDB: one pair of tables for
 *  the file, emptied before the next test's first call. */
export function createMemoryTable(): MemoryTable {
  opening ??= createTestTables();
  const events: DomainEvent[] = [];
  const puts: Item[] = [];
  const table = opening.then(async ({ client, names }) => {
    await Promise.all(Object.values(names).map((name) => emptyTable(client, name)));
    return createDynamoTable(client, names);
  });
  const onWritten = (writes: readonly Write[]): void => {
    const items = writes.flatMap((write) => (write.kind === 'put' ? [write.item] : []));
    puts.push(...items);
    events.push(...items.flatMap((item) => readOutboxItem(item) ?? []));
  };
  return {
    table: watched(table, onWritten),
    events,
    rawText: () => JSON.stringify(puts),
    get database(): never {
      throw new Error('There is no SQLite database under a DynamoDB table');
    },
  };
}

/** Deletes the tables; call it after all tests of the file. */
export async function deleteTables(): Promise<void> {
  const tables = await opening;
  opening = undefined;
  await tables?.delete();
}

function watched(opened: Promise<Table>, onWritten: (writes: readonly Write[]) => void): Table {
  // A failure to open is reported by the call that awaits it, which may come later than the failure.
  opened.catch(() => undefined);
  return {
    get: async (key) => (await opened).get(key),
    batchGet: async (keys) => (await opened).batchGet(keys),
    query: async (query) => (await opened).query(query),
    add: async (key, amounts) => (await opened).add(key, amounts),
    async write(write) {
      await (await opened).write(write);
      onWritten([write]);
    },
    async transact(writes) {
      await (await opened).transact(writes);
      onWritten(writes);
    },
  };
}

const BATCH = 25;

async function emptyTable(client: DynamoDBClient, name: string): Promise<void> {
  const scan = new ScanCommand({ TableName: name, ConsistentRead: true });
  const { Items = [], LastEvaluatedKey } = await client.send(scan);
  const keys = Items.map(({ pk, sk }) => toStoredKey({ pk: pk?.S ?? '', sk: sk?.S ?? '' }));
  for (let start = 0; start < keys.length; start += BATCH) {
    const requests = keys.slice(start, start + BATCH).map((Key) => ({ DeleteRequest: { Key } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [name]: requests } }));
  }
  // A scan ends at 1 MB; what it read is gone by now.
  if (LastEvaluatedKey !== undefined) await emptyTable(client, name);
}
