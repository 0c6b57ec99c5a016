import process from 'node:process';
import { AWAITED_CALLS } from '../../../src/adapters/aws/call-limits.ts';
import { createAwsCaller } from '../../../src/adapters/aws/signed-call.ts';
import { createDynamoClients, type DynamoClientFactory } from '../../../src/adapters/dynamodb/client.ts';
import { createDynamoTable } from '../../../src/adapters/dynamodb/dynamodb-table.ts';
import { createRoutedTable } from '../../../src/adapters/dynamodb/routed-table.ts';
import { createTenantSessions } from '../../../src/adapters/dynamodb/tenant-sessions.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import type { Table } from '../../../src/adapters/table/port.ts';
import { required } from './environment.ts';

/** Tables as a function of one tenant at a time may use them: each call with a session of that tenant. */
export function createTenantTable(): Table {
  return createRoutedTable({ tenant: sessionsOf(createDynamoClients(), required('TENANT_ROLE_ARN')) });
}

/** Tables as the functions that also own the directory may use them. */
export function createTwoTable(): Table {
  const clients = createDynamoClients();
  return createRoutedTable({
    directory: createDynamoTable(clients(), tableNames()),
    twoTable: sessionsOf(clients, required('TWO_TABLE_ROLE_ARN')),
    tenant: sessionsOf(clients, required('TENANT_ROLE_ARN')),
  });
}

function sessionsOf(clients: DynamoClientFactory, role_arn: string): (tenant_id: string) => Promise<Table> {
  const sessions = createTenantSessions({
    aws: createAwsCaller(process.env, AWAITED_CALLS),
    role_arn,
    clientFor: (credentials) => createDynamoTable(clients(credentials), tableNames()),
    clock: systemClock,
  });
  return (tenant_id) => sessions.get(tenant_id);
}

function tableNames() {
  return { directory: required('DIRECTORY_TABLE'), tenants: required('TENANTS_TABLE') };
}
