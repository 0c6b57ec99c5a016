import type { DatabaseSync } from 'node:sqlite';
import type { IndexName } from '../table/port.ts';

/** The indexes, each with the columns that hold an item's place in it. */
export const INDEX_COLUMNS: Readonly<Record<IndexName, { readonly pk: string; readonly sk: string }>> = {
  by_project: { pk: 'by_project_pk', sk: 'by_project_sk' },
  by_tenant: { pk: 'by_tenant_pk', sk: 'by_tenant_sk' },
  by_status: { pk: 'by_status_pk', sk: 'by_status_sk' },
  due: { pk: 'due_pk', sk: 'due_sk' },
};

/** Creates what is missing. Text compares byte by byte (BINARY), as DynamoDB's sort keys do. */
export function createTableSchema(database: DatabaseSync): void {
  const columns = Object.values(INDEX_COLUMNS).flatMap(({ pk, sk }) => [`${pk} TEXT`, `${sk} TEXT`]);
  database.exec(`
    CREATE TABLE IF NOT EXISTS items (
      tbl TEXT NOT NULL, pk TEXT NOT NULL, sk TEXT NOT NULL,
      attributes TEXT NOT NULL, expires_at_s INTEGER, ${columns.join(', ')},
      PRIMARY KEY (tbl, pk, sk)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS items_expiry ON items (expires_at_s) WHERE expires_at_s IS NOT NULL;
  `);
  for (const [name, { pk, sk }] of Object.entries(INDEX_COLUMNS)) {
    database.exec(
      `CREATE INDEX IF NOT EXISTS items_${name} ON items (tbl, ${pk}, ${sk}, pk, sk) WHERE ${pk} IS NOT NULL`,
    );
  }
}
