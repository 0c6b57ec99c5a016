import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  DeleteTableCommand,
  type DynamoDBClient,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from 'vitest';
import { createDynamoClients } from '../../src/adapters/dynamodb/client.ts';
import type { TableNames } from '../../src/adapters/dynamodb/requests.ts';
import {
  INDEX_ATTRIBUTES,
  KEY_ATTRIBUTES,
  TABLES,
  TTL_ATTRIBUTE,
} from '../../src/adapters/dynamodb/table.ts';
import type { TableName } from '../../src/adapters/table/port.ts';

type Service = 'DYNAMODB' | 'LAMBDA';

/** Where the tests' AWS is, from the variables that the AWS SDKs read.
 *  @throws Error that names what to set: these tests fail without an endpoint, they are never skipped */
export function awsConfig(service: Service): { readonly endpoint: string; readonly region: string } {
  const own_name = `AWS_ENDPOINT_URL_${service}`;
  const endpoint = process.env[own_name] ?? process.env['AWS_ENDPOINT_URL'];
  const region = process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'];
  if (endpoint === undefined || endpoint === '') {
    throw new Error(
      `Set AWS_ENDPOINT_URL or ${own_name} to the AWS endpoint that these tests may make and delete things on; ` +
        'docs/testing.md tells how to start a local one',
    );
  }
  if (region === undefined || region === '') throw new Error('Set AWS_REGION to the region of the endpoint');
  return { endpoint, region };
}

/** A client as the platform makes it, for the tests' endpoint. */
export function createTestDynamo(): DynamoDBClient {
  return createDynamoClients(awsConfig('DYNAMODB'))();
}

/** Both tables under names of their own, as the declaration says. */
export interface TestTables {
  readonly client: DynamoDBClient;
  readonly names: TableNames;
  delete(): Promise<void>;
}

const MAX_WAIT_S = 120;

export async function createTestTables(): Promise<TestTables> {
  const client = createTestDynamo();
  const suffix = randomUUID().slice(0, 8);
  const names = {
    directory: `branchline-test-${suffix}-directory`,
    tenants: `branchline-test-${suffix}-tenants`,
  };
  await Promise.all([createTable(client, 'directory', names), createTable(client, 'tenants', names)]);
  return {
    client,
    names,
    async delete() {
      for (const TableName of Object.values(names)) await client.send(new DeleteTableCommand({ TableName }));
      client.destroy();
    },
  };
}

/** Tables for all tests of a file, deleted after the last one. @returns how a running test gets them */
export function useTestTables(): () => TestTables {
  let opened: TestTables | undefined;
  beforeAll(async () => {
    opened = await createTestTables();
  });
  afterAll(() => opened?.delete());
  return () => {
    if (opened === undefined) throw new Error('The tables are there only while tests run');
    return opened;
  };
}

async function createTable(client: DynamoDBClient, table: TableName, names: TableNames): Promise<void> {
  const { indexes, stream } = TABLES[table];
  const attributes = [KEY_ATTRIBUTES, ...indexes.map((name) => INDEX_ATTRIBUTES[name])].flatMap(
    Object.values,
  );
  const indexList = indexes.map((name) => ({
    IndexName: name,
    KeySchema: keySchema(INDEX_ATTRIBUTES[name]),
    Projection: { ProjectionType: 'ALL' } as const,
  }));
  const TableName = names[table];
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: keySchema(KEY_ATTRIBUTES),
      AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      ...(indexList.length === 0 ? {} : { GlobalSecondaryIndexes: indexList }),
      ...(stream === undefined
        ? {}
        : { StreamSpecification: { StreamEnabled: true, StreamViewType: stream } }),
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: MAX_WAIT_S, minDelay: 1 }, { TableName });
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName,
      TimeToLiveSpecification: { AttributeName: TTL_ATTRIBUTE, Enabled: true },
    }),
  );
}

function keySchema({ pk, sk }: { readonly pk: string; readonly sk: string }) {
  return [
    { AttributeName: pk, KeyType: 'HASH' as const },
    { AttributeName: sk, KeyType: 'RANGE' as const },
  ];
}
