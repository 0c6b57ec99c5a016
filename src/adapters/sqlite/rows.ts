import type { Attributes, IndexEntries, IndexName, Item, TableName } from '../table/port.ts';
import { INDEX_COLUMNS } from './schema.ts';

/** A row of `items` as SQLite returns it. */
export type Row = Readonly<Record<string, unknown>>;

const INDEX_NAMES = Object.keys(INDEX_COLUMNS) as IndexName[];

/** @throws Error when a row isn't one that this adapter wrote */
export function toItem(row: Row): Item {
  const indexes = readIndexes(row);
  return {
    key: { table: text(row, 'tbl') as TableName, pk: text(row, 'pk'), sk: text(row, 'sk') },
    attributes: toAttributes(row),
    ...(Object.keys(indexes).length === 0 ? {} : { indexes }),
    ...(typeof row['expires_at_s'] === 'number' ? { expires_at_s: row['expires_at_s'] } : {}),
  };
}

export function toAttributes(row: Row): Attributes {
  return JSON.parse(text(row, 'attributes')) as Attributes;
}

/** The values of an item's columns, in the order of {@link COLUMNS}. */
export function toParameters(item: Item): (string | number | null)[] {
  return [
    item.key.table,
    item.key.pk,
    item.key.sk,
    JSON.stringify(item.attributes),
    item.expires_at_s ?? null,
    ...INDEX_NAMES.flatMap((name) => [item.indexes?.[name]?.pk ?? null, item.indexes?.[name]?.sk ?? null]),
  ];
}

export const COLUMNS: readonly string[] = [
  'tbl',
  'pk',
  'sk',
  'attributes',
  'expires_at_s',
  ...INDEX_NAMES.flatMap((name) => [INDEX_COLUMNS[name].pk, INDEX_COLUMNS[name].sk]),
];

function readIndexes(row: Row): IndexEntries {
  const entries = INDEX_NAMES.flatMap((name) => {
    const { pk, sk } = INDEX_COLUMNS[name];
    return typeof row[pk] === 'string' ? [[name, { pk: text(row, pk), sk: text(row, sk) }] as const] : [];
  });
  return Object.fromEntries(entries);
}

function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new Error(`Column ${column} of items holds no text`);
  return value;
}
