import { beforeAll, expect, test } from 'vitest';
import { createAwsCaller } from '../../../src/adapters/aws/signed-call.ts';
import { createDynamoClients } from '../../../src/adapters/dynamodb/client.ts';
import { createDynamoTable } from '../../../src/adapters/dynamodb/dynamodb-table.ts';
import { createRoutedTable } from '../../../src/adapters/dynamodb/routed-table.ts';
import { createTenantSessions } from '../../../src/adapters/dynamodb/tenant-sessions.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import type { Key, Table } from '../../../src/adapters/table/port.ts';
import { OutOfScopeError } from '../../../src/adapters/table/scope.ts';
import { awsConfig, useTestTables } from '../../support/aws.ts';

const ACCOUNT = process.env['CDK_DEFAULT_ACCOUNT'] ?? '000000000000';

const tables = useTestTables();
let table: Table;
const access_keys: string[] = [];

beforeAll(() => {
  const clientFor = createDynamoClients(awsConfig('DYNAMODB'));
  const sessionsOf = (role: string) =>
    createTenantSessions({
      aws: createAwsCaller(process.env),
      role_arn: `arn:aws:iam::${ACCOUNT}:role/${role}`,
      clock: systemClock,
      clientFor: (credentials) => {
        access_keys.push(credentials.accessKeyId);
        return createDynamoTable(clientFor(credentials), tables().names);
      },
    });
  const [tenants, both] = [sessionsOf('branchline-test-tenant'), sessionsOf('branchline-test-two-table')];
  table = createRoutedTable({
    directory: createDynamoTable(clientFor(), tables().names),
    twoTable: (tenant_id) => both.get(tenant_id),
    tenant: (tenant_id) => tenants.get(tenant_id),
  });
});

const own = (sk: string, tenant_id = 'ten_1'): Key => ({ table: 'tenants', pk: `T#${tenant_id}`, sk });
const host: Key = { table: 'directory', pk: 'HOST#shop', sk: 'HOST' };

test('each tenant’s calls, and those across both tables, go through sessions of their own', async () => {
  await table.write({ kind: 'put', item: { key: own('a'), attributes: { n: 1 } } });
  await table.add(own('a', 'ten_2'), { n: 2 });
  await table.transact([
    { kind: 'put', item: { key: host, attributes: { owner: 'ten_1' } }, condition: { kind: 'absent' } },
    { kind: 'update', key: own('a'), add: { n: 1 } },
  ]);

  expect((await table.get(own('a')))?.attributes).toEqual({ n: 2 });
  expect((await table.get(own('a', 'ten_2')))?.attributes).toEqual({ n: 2 });
  expect((await table.get(host))?.attributes).toEqual({ owner: 'ten_1' });
  expect(new Set(access_keys).size).toBe(3);
  await expect(table.batchGet([own('a'), own('a', 'ten_2')])).rejects.toThrow(OutOfScopeError);
});
