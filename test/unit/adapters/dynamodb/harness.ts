import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { createDynamoTable } from '../../../../src/adapters/dynamodb/dynamodb-table.ts';
import type { ConsumedReport } from '../../../../src/adapters/table/consumed.ts';
import type { Item, Key } from '../../../../src/adapters/table/port.ts';

export const NAMES = { directory: 'Directory', tenants: 'Tenants' } as const;
/** What the injected `random` answers, always. */
export const RANDOM = 0.5;

/** A table on a client that sends nothing: what it was told to send, how long it slept, and what it reported. */
export function createMockedTable() {
  const client = new DynamoDBClient({ region: 'eu-central-1' });
  const mock = mockClient(client);
  const sleeps: number[] = [];
  const reports: ConsumedReport[] = [];
  let tokens = 0;
  const table = createDynamoTable(client, NAMES, {
    random: () => RANDOM,
    sleep: async (duration_ms) => sleeps.push(duration_ms),
    onConsumed: (report) => reports.push(report),
    newToken: () => {
      tokens += 1;
      return `token-${tokens}`;
    },
  });
  return {
    client,
    table,
    mock,
    sleeps,
    reports,
    inputs: () => mock.calls().map((call) => call.args[0].input),
    operations: () => mock.calls().map((call) => call.args[0].constructor.name),
  };
}

export type MockedTable = ReturnType<typeof createMockedTable>;

export const key = (sk: string, pk = 'T#ten_1'): Key => ({ table: 'tenants', pk, sk });
export const item = (sk: string, attributes: Item['attributes'] = {}): Item => ({ key: key(sk), attributes });

/** An error as the SDK throws it. */
export function awsError(name: string, fields: object = {}): Error {
  return Object.assign(new Error(name), { name, $fault: 'client', $metadata: {}, ...fields });
}
