import { DatabaseSync } from 'node:sqlite';
import { createSqliteTable, type SqliteTableOptions } from '../../src/adapters/sqlite/table.ts';
import { readOutboxItem } from '../../src/adapters/stores/outbox.ts';
import type { Item, Table } from '../../src/adapters/table/port.ts';
import type { DomainEvent } from '../../src/domain/shared/events.ts';

/** A table in memory, with the database under it and the events that were committed to it. */
export interface MemoryTable {
  readonly database: DatabaseSync;
  readonly table: Table;
  /** In the order of their commits. */
  readonly events: readonly DomainEvent[];
  /** Every row as it lies in the database, as one text: what somebody with the file would see. */
  readonly rawText: () => string;
}

export function createMemoryTable(options: SqliteTableOptions = {}): MemoryTable {
  const database = new DatabaseSync(':memory:');
  const events: DomainEvent[] = [];
  const onPut = (items: readonly Item[]): void => {
    events.push(...items.flatMap((item) => readOutboxItem(item) ?? []));
    options.onPut?.(items);
  };
  return {
    database,
    table: createSqliteTable(database, { onPut }),
    events,
    rawText: () => JSON.stringify(database.prepare('SELECT * FROM items').all()),
  };
}
