import type { DatabaseSync } from 'node:sqlite';

/** A database as it was at a moment. */
export interface Snapshot {
  /** Makes the database what it was. @returns whether anything had been written to it since */
  restore(): boolean;
}

export function takeSnapshot(database: DatabaseSync): Snapshot {
  const changes = database.prepare('SELECT total_changes() AS count');
  const count = (): unknown => changes.get()?.['count'];
  database.exec('CREATE TEMP TABLE as_it_was AS SELECT * FROM items');
  let seen = count();
  return {
    restore() {
      if (count() === seen) return false;
      database.exec('DELETE FROM items; INSERT INTO items SELECT * FROM as_it_was');
      seen = count();
      return true;
    },
  };
}
