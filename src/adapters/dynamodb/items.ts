import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  type Attributes,
  type IndexEntries,
  type IndexName,
  type Item,
  type Key,
  MAX_ITEM_BYTES,
  type TableName,
} from '../table/port.ts';
import { INDEX_ATTRIBUTES, KEY_ATTRIBUTES, TTL_ATTRIBUTE } from './table.ts';
import { sizeOfItem, toAttributeValue, toValue } from './values.ts';

/** An item as DynamoDB holds it: its attributes beside the adapter's own. */
export type StoredItem = Record<string, AttributeValue>;

const INDEX_NAMES = Object.keys(INDEX_ATTRIBUTES) as IndexName[];

const OWN_NAMES: readonly string[] = [
  ...Object.values(KEY_ATTRIBUTES),
  TTL_ATTRIBUTE,
  ...INDEX_NAMES.flatMap((name) => Object.values(INDEX_ATTRIBUTES[name])),
];
const TAKEN_NAME = new RegExp(`^_*(?:${OWN_NAMES.join('|')})$`);
const MOVED_NAME = new RegExp(`^_+(?:${OWN_NAMES.join('|')})$`);

/** The name under which an entity's attribute is stored: its own, unless the adapter itself uses that one. */
export function toStoredName(name: string): string {
  return TAKEN_NAME.test(name) ? `_${name}` : name;
}

/** An item as it is put. @throws RangeError when it is larger than DynamoDB takes */
export function toStoredItem(item: Item): StoredItem {
  const entries = Object.entries(item.attributes).filter(([, value]) => value !== undefined);
  const stored = {
    ...Object.fromEntries(entries.map(([name, value]) => [toStoredName(name), toAttributeValue(value)])),
    ...toIndexAttributes(item.indexes ?? {}),
    ...(item.expires_at_s === undefined ? {} : { [TTL_ATTRIBUTE]: toAttributeValue(item.expires_at_s) }),
    ...toStoredKey(item.key),
  };
  if (sizeOfItem(stored) > MAX_ITEM_BYTES) {
    throw new RangeError(`An item holds at most ${MAX_ITEM_BYTES} bytes`);
  }
  return stored;
}

/** An item's key as DynamoDB takes it. */
export function toStoredKey({ pk, sk }: Pick<Key, 'pk' | 'sk'>): StoredItem {
  return { [KEY_ATTRIBUTES.pk]: { S: pk }, [KEY_ATTRIBUTES.sk]: { S: sk } };
}

/** An item as it was read, or as a record of the table's stream shows it.
 *  @throws Error when it isn't one that this adapter wrote */
export function toItem(table: TableName, stored: Readonly<StoredItem>): Item {
  const indexes = toIndexEntries(stored);
  const expires_at_s = stored[TTL_ATTRIBUTE]?.N;
  return {
    key: { table, pk: text(stored, KEY_ATTRIBUTES.pk), sk: text(stored, KEY_ATTRIBUTES.sk) },
    attributes: toAttributes(stored),
    ...(Object.keys(indexes).length === 0 ? {} : { indexes }),
    ...(expires_at_s === undefined ? {} : { expires_at_s: Number(expires_at_s) }),
  };
}

/** A stored item's attributes without the adapter's own. */
export function toAttributes(stored: Readonly<StoredItem>): Attributes {
  const entries = Object.entries(stored).filter(([name]) => !OWN_NAMES.includes(name));
  return Object.fromEntries(
    entries.map(([name, value]) => [MOVED_NAME.test(name) ? name.slice(1) : name, toValue(value)]),
  );
}

function toIndexAttributes(indexes: IndexEntries): StoredItem {
  const entries = INDEX_NAMES.flatMap((name) => {
    const entry = indexes[name];
    if (entry === undefined) return [];
    const { pk, sk } = INDEX_ATTRIBUTES[name];
    return [[pk, { S: entry.pk }] as const, [sk, { S: entry.sk }] as const];
  });
  return Object.fromEntries(entries);
}

function toIndexEntries(stored: Readonly<StoredItem>): IndexEntries {
  const entries = INDEX_NAMES.flatMap((name) => {
    const { pk, sk } = INDEX_ATTRIBUTES[name];
    return stored[pk] === undefined ? [] : [[name, { pk: text(stored, pk), sk: text(stored, sk) }] as const];
  });
  return Object.fromEntries(entries);
}

function text(stored: Readonly<StoredItem>, name: string): string {
  const value = stored[name]?.S;
  if (value === undefined) throw new Error(`Attribute ${name} of a stored item holds no text`);
  return value;
}
