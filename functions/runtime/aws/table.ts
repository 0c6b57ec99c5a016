import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { AWAITED_CALLS } from '../../../src/adapters/aws/call-limits.ts';
import { createDynamoClients, type DynamoClientFactory } from '../../../src/adapters/dynamodb/client.ts';
import { createDynamoTable, type DynamoTableOptions } from '../../../src/adapters/dynamodb/dynamodb-table.ts';
import { createRoutedTable } from '../../../src/adapters/dynamodb/routed-table.ts';
import { createTenantSessions } from '../../../src/adapters/dynamodb/tenant-sessions.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import type { Table } from '../../../src/adapters/table/port.ts';
import { aws_breakers } from './breakers.ts';
import { awsCaller } from './caller.ts';
import { required } from './environment.ts';

/** For functions whose caller waits: a request makes several calls, and has ten seconds for all of them. */
export const AWAITED: DynamoTableOptions = { max_duration_ms: 3000 };

/** Tables as a function of one tenant at a time may use them: each call with a session of that tenant. */
export function createTenantTable(options: DynamoTableOptions = {}): Table {
  return createRoutedTable({
    tenant: sessionsOf(createDynamoClients(), required('TENANT_ROLE_ARN'), options),
  });
}

/** The tenants' table through the function's own role, for functions that serve no tenant: they look after outboxes, or after what is due. */
export function createOwnTable(options: DynamoTableOptions = {}): Table {
  const names = { directory: '', tenants: required('TENANTS_TABLE') };
  const breaker = aws_breakers.of('dynamodb');
  return createDynamoTable(createDynamoClients()(), names, { ...options, breaker });
}

/** Tables as the functions that also own the directory may use them. */
export function createTwoTable(options: DynamoTableOptions = {}): Table {
  const clients = createDynamoClients();
  return createRoutedTable({
    directory: createTable(clients(), options),
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
    aws: awsCaller(AWAITED_CALLS),
    role_arn,
    clientFor: (credentials) => createTable(clients(credentials), options),
    clock: systemClock,
  });
  return (tenant_id) => sessions.get(tenant_id);
}

function createTable(client: DynamoDBClient, options: DynamoTableOptions): Table {
  const names = { directory: required('DIRECTORY_TABLE'), tenants: required('TENANTS_TABLE') };
  return createDynamoTable(client, names, { ...options, breaker: aws_breakers.of('dynamodb') });
}
