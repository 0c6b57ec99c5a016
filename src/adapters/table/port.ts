/** The two tables there are: `directory` for what is unique across tenants, `tenants` for everything else. */
export type TableName = 'directory' | 'tenants';

/** Index attributes an item may carry, besides its key. Each index leads with the tenant, except `due`: sharded and
 *  ordered by time, it tells the few schedules that serve all tenants what waits for them. */
export type IndexName = 'by_project' | 'by_tenant' | 'by_status' | 'due';

/** How a partition key of the `due` index begins. */
export const DUE_PREFIX = 'DUE#';

export type Value = string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value };

/** An item's attributes without its key. */
export type Attributes = { readonly [name: string]: Value };

export interface Key {
  readonly table: TableName;
  readonly pk: string;
  readonly sk: string;
}

/** Where an item shows up in an index. */
export type IndexEntries = { readonly [I in IndexName]?: { readonly pk: string; readonly sk: string } };

export interface Item {
  readonly key: Key;
  readonly attributes: Attributes;
  readonly indexes?: IndexEntries;
  /** Seconds since 1970, after which the item may vanish at any time; readers that care compare it themselves. */
  readonly expires_at_s?: number;
}

/** What must hold of the stored item for a write to happen. */
export type Condition =
  | { readonly kind: 'absent' }
  | { readonly kind: 'present' }
  | { readonly kind: 'equals'; readonly attribute: string; readonly value: string | number | boolean }
  | { readonly kind: 'in'; readonly attribute: string; readonly values: readonly (string | number)[] }
  /** True where the attribute is missing, or is less than the value. */
  | { readonly kind: 'absent_or_less'; readonly attribute: string; readonly value: string | number }
  | { readonly kind: 'any'; readonly of: readonly Condition[] };

export interface PutWrite {
  readonly kind: 'put';
  readonly item: Item;
  readonly condition?: Condition;
}

/** Changes attributes of an item, making it when it isn't there (unless the condition says otherwise). */
export interface UpdateWrite {
  readonly kind: 'update';
  readonly key: Key;
  readonly set?: Attributes;
  /** Added to numbers; a missing attribute counts as 0. */
  readonly add?: { readonly [name: string]: number };
  readonly condition?: Condition;
}

export interface DeleteWrite {
  readonly kind: 'delete';
  readonly key: Key;
  readonly condition?: Condition;
}

/** Demands something of an item that the transaction doesn't write. */
export interface CheckWrite {
  readonly kind: 'check';
  readonly key: Key;
  readonly condition: Condition;
}

export type Write = PutWrite | UpdateWrite | DeleteWrite | CheckWrite;

export interface Query {
  readonly table: TableName;
  readonly index?: IndexName;
  readonly pk: string;
  /** Sort keys that begin so, or lie between the two (inclusive). All of the partition when left out. */
  readonly sk?: { readonly prefix: string } | { readonly from: string; readonly to: string };
  readonly direction: 'forward' | 'backward';
  readonly limit: number;
  /** Continue after this item: as {@link QueryResult.last} returned it. */
  readonly after?: QueryPosition;
}

/** A place in a query's order. For an index it needs the item's own key too. */
export interface QueryPosition {
  readonly pk: string;
  readonly sk: string;
  readonly index_sk?: string;
}

export interface QueryResult {
  readonly items: readonly Item[];
  /** Where to continue; undefined when there is nothing more. */
  readonly last: QueryPosition | undefined;
}

/** A write's condition did not hold. `failed` has the positions of the writes whose condition was refused. */
export class ConditionFailedError extends Error {
  readonly failed: readonly number[];

  constructor(failed: readonly number[]) {
    super(`The condition of write ${failed.join(', ')} did not hold`);
    this.name = 'ConditionFailed';
    this.failed = failed;
  }
}

export const MAX_TRANSACTION_WRITES = 100;
export const MAX_BATCH_KEYS = 100;
/** DynamoDB's limit on an item, names and values together. */
export const MAX_ITEM_BYTES = 400 * 1024;

/** One item collection, as narrow as DynamoDB and SQLite both serve it. Every read is strongly consistent, except
 *  through an index. The contract suite in test/contract/table runs against every adapter. */
export interface Table {
  get(key: Key): Promise<Item | undefined>;
  /** Items that exist, each once, in no order; at most {@link MAX_BATCH_KEYS} different keys. @throws RangeError */
  batchGet(keys: readonly Key[]): Promise<Item[]>;
  query(query: Query): Promise<QueryResult>;
  /** One conditional write. @throws ConditionFailedError, AppError STORAGE_FULL */
  write(write: Exclude<Write, CheckWrite>): Promise<void>;
  /** Adds to numbers of one item at once. @returns its attributes afterwards */
  add(key: Key, amounts: { readonly [name: string]: number }): Promise<Attributes>;
  /** All or nothing; each item at most once. @throws ConditionFailedError, AppError STORAGE_FULL */
  transact(writes: readonly Write[]): Promise<void>;
}
