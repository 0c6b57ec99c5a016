import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { AppError } from '../../domain/shared/errors.ts';
import {
  type Attributes,
  type CheckWrite,
  ConditionFailedError,
  type Item,
  type Key,
  MAX_BATCH_KEYS,
  MAX_ITEM_BYTES,
  MAX_TRANSACTION_WRITES,
  type Query,
  type QueryResult,
  type Table,
  type Write,
} from '../table/port.ts';
import { holds } from './condition.ts';
import { buildQuery } from './query.ts';
import { COLUMNS, type Row, toItem, toParameters } from './rows.ts';
import { createTableSchema } from './schema.ts';

export interface SqliteTableOptions {
  /** Told of every item that a committed write put: the laptop's counterpart of a DynamoDB stream. */
  readonly onPut?: (items: readonly Item[]) => void;
}

/** The Table port on SQLite. One process owns the database, and every call runs to its end before the next. */
export function createSqliteTable(database: DatabaseSync, options: SqliteTableOptions = {}): Table {
  createTableSchema(database);
  return new SqliteTable(database, options.onPut ?? (() => undefined));
}

class SqliteTable implements Table {
  readonly #database: DatabaseSync;
  readonly #onPut: (items: readonly Item[]) => void;
  readonly #select: StatementSync;
  readonly #upsert: StatementSync;
  readonly #delete: StatementSync;
  readonly #queries = new Map<string, StatementSync>();

  constructor(database: DatabaseSync, onPut: (items: readonly Item[]) => void) {
    this.#database = database;
    this.#onPut = onPut;
    const marks = COLUMNS.map(() => '?').join(', ');
    this.#select = database.prepare('SELECT * FROM items WHERE tbl = ? AND pk = ? AND sk = ?');
    this.#upsert = database.prepare(`INSERT OR REPLACE INTO items (${COLUMNS.join(', ')}) VALUES (${marks})`);
    this.#delete = database.prepare('DELETE FROM items WHERE tbl = ? AND pk = ? AND sk = ?');
  }

  async get(key: Key): Promise<Item | undefined> {
    return this.#read(key);
  }

  async batchGet(keys: readonly Key[]): Promise<Item[]> {
    const different = new Map(keys.map((key) => [identityOf(key), key]));
    if (different.size > MAX_BATCH_KEYS) throw new RangeError(`At most ${MAX_BATCH_KEYS} keys in a batch`);
    return [...different.values()].flatMap((key) => this.#read(key) ?? []);
  }

  async query(query: Query): Promise<QueryResult> {
    const { sql, parameters } = buildQuery(query);
    let statement = this.#queries.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#queries.set(sql, statement);
    }
    const rows: Row[] = statement.all(...parameters);
    const items = rows.slice(0, query.limit).map(toItem);
    const last = rows.length > query.limit ? items.at(-1) : undefined;
    return { items, last: last === undefined ? undefined : positionOf(last, query) };
  }

  async write(write: Exclude<Write, CheckWrite>): Promise<void> {
    this.#commit([write]);
  }

  async add(key: Key, amounts: Record<string, number>): Promise<Attributes> {
    this.#commit([{ kind: 'update', key, add: amounts }]);
    return this.#read(key)?.attributes ?? {};
  }

  async transact(writes: readonly Write[]): Promise<void> {
    if (writes.length > MAX_TRANSACTION_WRITES) {
      throw new RangeError(`At most ${MAX_TRANSACTION_WRITES} writes in a transaction`);
    }
    const keys = writes.map((write) => identityOf(write.kind === 'put' ? write.item.key : write.key));
    if (new Set(keys).size !== keys.length) throw new RangeError('A transaction touches each item once');
    this.#commit(writes);
  }

  #read(key: Key): Item | undefined {
    const row: Row | undefined = this.#select.get(key.table, key.pk, key.sk);
    return row === undefined ? undefined : toItem(row);
  }

  #commit(writes: readonly Write[]): void {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      this.#demandConditions(writes);
      for (const write of writes) this.#apply(write);
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw translate(error);
    }
    const put = writes.flatMap((write) => (write.kind === 'put' ? [write.item] : []));
    if (put.length > 0) this.#onPut(put);
  }

  #demandConditions(writes: readonly Write[]): void {
    const failed = writes.flatMap((write, position) => {
      if (write.condition === undefined) return [];
      const stored = this.#read(write.kind === 'put' ? write.item.key : write.key);
      return holds(write.condition, stored?.attributes) ? [] : [position];
    });
    if (failed.length > 0) throw new ConditionFailedError(failed);
  }

  #apply(write: Write): void {
    switch (write.kind) {
      case 'put':
        this.#store(write.item);
        return;
      case 'delete':
        this.#delete.run(write.key.table, write.key.pk, write.key.sk);
        return;
      case 'check':
        return;
      case 'update': {
        const stored = this.#read(write.key) ?? { key: write.key, attributes: {} };
        this.#store({
          ...stored,
          attributes: { ...stored.attributes, ...write.set, ...sums(stored, write.add) },
        });
      }
    }
  }

  #store(item: Item): void {
    const parameters = toParameters(item);
    if (Buffer.byteLength(String(parameters[3])) > MAX_ITEM_BYTES) {
      throw new RangeError(`An item holds at most ${MAX_ITEM_BYTES} bytes`);
    }
    this.#upsert.run(...parameters);
  }
}

/** The same text for the same item, in whatever order a key's fields were written. */
function identityOf({ table, pk, sk }: Key): string {
  return JSON.stringify([table, pk, sk]);
}

function sums(stored: Item, add: Record<string, number> | undefined): Attributes {
  const entries = Object.entries(add ?? {}).map(([name, amount]) => {
    const current = stored.attributes[name] ?? 0;
    if (typeof current !== 'number') throw new TypeError(`Attribute ${name} is no number`);
    return [name, current + amount] as const;
  });
  return Object.fromEntries(entries);
}

function positionOf(item: Item, query: Query): NonNullable<QueryResult['last']> {
  const { pk, sk } = item.key;
  if (query.index === undefined) return { pk, sk };
  return { pk, sk, index_sk: item.indexes?.[query.index]?.sk ?? '' };
}

const SQLITE_FULL = 13;

function translate(error: unknown): unknown {
  const full = error instanceof Error && 'errcode' in error && error.errcode === SQLITE_FULL;
  return full ? new AppError('STORAGE_FULL', { cause: error }) : error;
}
