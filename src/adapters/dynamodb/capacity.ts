import type { Capacity, ConsumedCapacity } from '@aws-sdk/client-dynamodb';
import type { Consumed } from '../table/consumed.ts';
import type { IndexName, Table, TableName } from '../table/port.ts';
import type { TableNames } from './requests.ts';

/** An answer of DynamoDB's that may say what the request cost: of one table, or of each. */
export interface Accounted {
  readonly ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[] | undefined;
}

const READS: readonly (keyof Table)[] = ['get', 'batchGet', 'query'];

/** What one request consumed of each table and index.
 *  @param answer - to a request with `ReturnConsumedCapacity: INDEXES` */
export function readConsumed(operation: keyof Table, names: TableNames, answer: Accounted): Consumed[] {
  const tables = Object.keys(names) as TableName[];
  return [answer.ConsumedCapacity ?? []].flat().flatMap((capacity) => {
    const table = tables.find((name) => names[name] === capacity.TableName);
    return table === undefined ? [] : splitByIndex(operation, table, capacity);
  });
}

function splitByIndex(operation: keyof Table, table: TableName, capacity: ConsumedCapacity): Consumed[] {
  // Only transactions tell reads from writes; one that is repeated answers with what reading its outcome cost.
  const { ReadCapacityUnits = 0, WriteCapacityUnits = 0 } = capacity;
  const is_read = READS.includes(operation) || (ReadCapacityUnits > 0 && WriteCapacityUnits === 0);
  const toPart = (units: number, index?: IndexName): Consumed => ({
    table,
    ...(index === undefined ? {} : { index }),
    read_units: is_read ? units : 0,
    write_units: is_read ? 0 : units,
  });
  const indexes = Object.entries(capacity.GlobalSecondaryIndexes ?? {});
  // By subtraction: DynamoDB writes the table's own part twice into a transaction's answer, once without the kind.
  const own = unitsOf(capacity) - indexes.reduce((sum, [, each]) => sum + unitsOf(each), 0);
  return [toPart(own), ...indexes.map(([name, each]) => toPart(unitsOf(each), name as IndexName))].filter(
    (part) => part.read_units + part.write_units > 0,
  );
}

function unitsOf({ CapacityUnits, ReadCapacityUnits = 0, WriteCapacityUnits = 0 }: Capacity): number {
  return CapacityUnits ?? ReadCapacityUnits + WriteCapacityUnits;
}
