import type { ConsumedCapacity } from '@aws-sdk/client-dynamodb';
import type { Table, TableName } from '../table/port.ts';

/** What one call to DynamoDB cost. A call that fails reports nothing, though a refused condition costs a write too. */
export interface ConsumedReport {
  readonly operation: keyof Table;
  readonly table: TableName;
  readonly read_units: number;
  readonly write_units: number;
}

/** The report of one table's share of a call. */
export function toReport(
  operation: keyof Table,
  table: TableName,
  consumed: ConsumedCapacity,
): ConsumedReport {
  const { CapacityUnits = 0, ReadCapacityUnits, WriteCapacityUnits } = consumed;
  // Only transactions tell reads from writes; a transaction that is repeated answers with what reading it cost.
  if (ReadCapacityUnits !== undefined || WriteCapacityUnits !== undefined) {
    return { operation, table, read_units: ReadCapacityUnits ?? 0, write_units: WriteCapacityUnits ?? 0 };
  }
  const is_read = operation === 'get' || operation === 'batchGet' || operation === 'query';
  return {
    operation,
    table,
    read_units: is_read ? CapacityUnits : 0,
    write_units: is_read ? 0 : CapacityUnits,
  };
}
