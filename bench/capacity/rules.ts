import { type StoredItem, toStoredItem } from '../../src/adapters/dynamodb/items.ts';
import { INDEX_ATTRIBUTES } from '../../src/adapters/dynamodb/table.ts';
import { sizeOfItem } from '../../src/adapters/dynamodb/values.ts';
import type { Consumed } from '../../src/adapters/table/consumed.ts';
import type { IndexName, Item, Key, TableName } from '../../src/adapters/table/port.ts';

/**
 * What DynamoDB charges, by its documentation:
 * - units: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 * - sizes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 * - transactions: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
 * - indexes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
 */

const READ_BYTES = 4096;
const WRITE_BYTES = 1024;
/** A page of a query ends here, whatever its limit. */
export const PAGE_BYTES = 1024 * 1024;
/** "One to prepare and one to commit": of the tables, not of their indexes, which follow a transaction afterwards. */
const TRANSACTION_FACTOR = 2;

const INDEX_NAMES = Object.keys(INDEX_ATTRIBUTES) as IndexName[];

/** Units that were consumed under one partition key, of the table's or of an index's own. */
export interface Counted extends Consumed {
  readonly pk: string;
}

/** Bytes that an item takes; 0 for one that isn't there. */
export function bytesOf(item: Item | undefined): number {
  if (item === undefined) return 0;
  return sizeOfItem(toStoredItem(item), numberBytes);
}

/** Units of one read of so many bytes. What isn't there costs as much as the smallest item.
 *  @param consistency - an index is read eventually, at half the price; the tables always strongly */
export function readUnits(bytes: number, consistency: 'strong' | 'eventual'): number {
  const units = Math.max(1, Math.ceil(bytes / READ_BYTES));
  return consistency === 'strong' ? units : units / 2;
}

/** What one write consumes in its table and in each index: the larger of the item before and after counts.
 *  @param after - undefined where the write deletes */
export function writeUnits(
  key: Key,
  before: Item | undefined,
  after: Item | undefined,
  in_transaction: boolean,
): Counted[] {
  const indexes = INDEX_NAMES.flatMap((index) => indexUnits(key.table, index, before, after));
  return [...unwrittenUnits(key, before, after, in_transaction), ...indexes];
}

/** What a write consumes whose condition did not hold, or a check that writes nothing: as much of the table as if it had
 *  been done, and nothing of any index. */
export function unwrittenUnits(
  { table, pk }: Key,
  before: Item | undefined,
  after: Item | undefined,
  in_transaction: boolean,
): Counted[] {
  const units = unitsOf(Math.max(bytesOf(before), bytesOf(after)));
  return [{ table, pk, read_units: 0, write_units: units * (in_transaction ? TRANSACTION_FACTOR : 1) }];
}

/** An index holds the whole item. A new place costs a put, an old one a delete, and a change of place both. */
function indexUnits(
  table: TableName,
  index: IndexName,
  before: Item | undefined,
  after: Item | undefined,
): Counted[] {
  const [from, to] = [before?.indexes?.[index], after?.indexes?.[index]];
  const write = (pk: string, bytes: number): Counted => ({
    table,
    index,
    pk,
    read_units: 0,
    write_units: unitsOf(bytes),
  });
  const stays = from !== undefined && to !== undefined && from.pk === to.pk && from.sk === to.sk;
  if (!stays) {
    return [
      ...(from === undefined ? [] : [write(from.pk, bytesOf(before))]),
      ...(to === undefined ? [] : [write(to.pk, bytesOf(after))]),
    ];
  }
  return isSame(before, after) ? [] : [write(to.pk, Math.max(bytesOf(before), bytesOf(after)))];
}

function unitsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / WRITE_BYTES));
}

function isSame(before: Item | undefined, after: Item | undefined): boolean {
  const [one, other] = [before, after].map((item) => (item === undefined ? {} : toStoredItem(item)));
  return sorted(one) === sorted(other);
}

function sorted(stored: StoredItem = {}): string {
  return JSON.stringify(Object.entries(stored).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A byte for each two significant digits, and one more. */
function numberBytes(text: string): number {
  const digits = text
    .replace(/e.*$/i, '')
    .replace(/[-.]/g, '')
    .replace(/^0+|0+$/g, '');
  return Math.ceil(digits.length / 2) + 1;
}
