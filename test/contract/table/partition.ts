import {
  type Attributes,
  ConditionFailedError,
  type Item,
  type Key,
  type Table,
} from '../../../src/adapters/table/port.ts';

/** What an adapter's test hands to the suite. */
export interface OpenTable {
  readonly table: Table;
  close(): Promise<void>;
}

/** A partition of the table that no other test touches: one table serves the whole suite. */
export interface Partition {
  readonly table: Table;
  readonly pk: string;
  readonly key: (sk: string) => Key;
  item(sk: string, attributes?: Attributes): Item;
  put(sk: string, attributes?: Attributes): Promise<void>;
  /** Attributes of the item; undefined when it isn't there. */
  read(sk: string): Promise<Attributes | undefined>;
}

export type NextPartition = () => Partition;

let count = 0;

/** @param open - answers the table; it is open only while tests run */
export function partitions(open: () => Table): NextPartition {
  return () => {
    count += 1;
    const table = open();
    const pk = `T#ten_${count}`;
    const key = (sk: string): Key => ({ table: 'tenants', pk, sk });
    const item = (sk: string, attributes: Attributes = {}): Item => ({ key: key(sk), attributes });
    return {
      table,
      pk,
      key,
      item,
      put: (sk, attributes) => table.write({ kind: 'put', item: item(sk, attributes) }),
      read: async (sk) => (await table.get(key(sk)))?.attributes,
    };
  };
}

/** The positions of the writes that were refused; undefined when the work was done.
 *  @throws whatever else it failed with */
export async function refusedBy(work: Promise<unknown>): Promise<readonly number[] | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof ConditionFailedError) return error.failed;
    throw error;
  }
}
