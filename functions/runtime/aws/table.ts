import process from 'node:process';
import { AWAITED_CALLS } from '../../../src/adapters/aws/call-limits.ts';
import { createAwsCaller } from '../../../src/adapters/aws/signed-call.ts';
import { createDynamoClients, type DynamoClientFactory } from '../../../src/adapters/dynamodb/client.ts';
import { createDynamoTable, type DynamoTableOptions } from '../../../src/adapters/dynamodb/dynamodb-table.ts';
import { createRoutedTable } from '../../../src/adapters/dynamodb/routed-table.ts';
import { createTenantSessions } from '../../../src/adapters/dynamodb/tenant-sessions.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import type { Table } from '../../../src/adapters/table/port.ts';
import { required } from './environment.ts';

/** For functions whose caller waits: a request makes several calls, and has ten seconds for all of them. */
export const AWAITED: DynamoTableOptions = { max_duration_ms: 3000 };

/** Tables as a function of one tenant at a time may use them: each call with a session of that tenant. */
export function createTenantTable(options: DynamoTableOptions = {}): Table {
  return createRoutedTable({
    tenant: sessionsOf(createDynamoClients(), required('TENANT_ROLE_ARN'), options),
  });
}

/** Tables as the functions that also own the directory may use them. */
export function createTwoTable(options: DynamoTableOptions = {}): Table {
  const clients = createDynamoClients();
  return createRoutedTable({
    directory: createDynamoTable(clients(), tableNames(), options),
    twoTable: sessionsOf(clients, required('TWO_TABLE_ROLE_ARN'), options),
    tenant: sessionsOf(clients, required('TENANT_ROLE_ARN'), options),
  });
}

function sessionsOf(
  clients: DynamoClientFactory,
  role_arn: string,
  options: DynamoTableOptions,
): (tenant_id: string) => Promise<Table> {
  const sessions = createTenantSessions({
    aws: createAwsCaller(process.env, AWAITED_CALLS),
    role_arn,
    clientFor: (credentials) => createDynamoTable(clients(credentials), tableNames(), options),
    clock: systemClock,
  });
  return (tenant_id) => sessions.get(tenant_id);
}

function tableNames() {
  return { directory: required('DIRECTORY_TABLE'), tenants: required('TENANTS_TABLE') };
}
