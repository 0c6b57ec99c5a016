import type { AttributeValue, QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { Item, Query, QueryPosition } from '../table/port.ts';
import { toStoredKey } from './items.ts';
import { INDEX_ATTRIBUTES, KEY_ATTRIBUTES } from './table.ts';

type SortRange = NonNullable<Query['sk']>;

/** A query's parameters but for Limit; undefined when DynamoDB would refuse it because nothing can match. */
export function toQueryInput(query: Query, table_name: string): QueryCommandInput | undefined {
  if (query.sk !== undefined && isEmpty(query.sk)) return undefined;
  const attributes = query.index === undefined ? KEY_ATTRIBUTES : INDEX_ATTRIBUTES[query.index];
  const start = query.after === undefined ? 'from_the_start' : placeOfCursor(query, query.after);
  if (start === 'past_the_end') return undefined;
  const range = rangeCondition(query.sk);
  return {
    TableName: table_name,
    ...(query.index === undefined ? { ConsistentRead: true } : { IndexName: query.index }),
    KeyConditionExpression: `#pk = :pk${range.text}`,
    ExpressionAttributeNames: {
      '#pk': attributes.pk,
      ...(range.text === '' ? {} : { '#sk': attributes.sk }),
    },
    ExpressionAttributeValues: { ':pk': { S: query.pk }, ...range.values },
    ScanIndexForward: query.direction === 'forward',
    ...(start === 'at_the_cursor' && query.after !== undefined
      ? { ExclusiveStartKey: startKey(query, query.after) }
      : {}),
  };
}

/** Where to continue after an item. */
export function positionOf(item: Item, query: Query): QueryPosition {
  const { pk, sk } = item.key;
  if (query.index === undefined) return { pk, sk };
  return { pk, sk, index_sk: item.indexes?.[query.index]?.sk ?? '' };
}

function startKey(query: Query, after: QueryPosition): Record<string, AttributeValue> {
  if (query.index === undefined) return toStoredKey({ pk: query.pk, sk: after.sk });
  const { pk, sk } = INDEX_ATTRIBUTES[query.index];
  return { ...toStoredKey(after), [pk]: { S: query.pk }, [sk]: { S: after.index_sk ?? '' } };
}

/** DynamoDB refuses a start key outside of the range, so one there is turned into all or nothing. */
function placeOfCursor(
  query: Query,
  after: QueryPosition,
): 'from_the_start' | 'at_the_cursor' | 'past_the_end' {
  const sk = query.index === undefined ? after.sk : (after.index_sk ?? '');
  const side = sideOf(sk, query.sk);
  if (side === 'inside') return 'at_the_cursor';
  return (side === 'before') === (query.direction === 'forward') ? 'from_the_start' : 'past_the_end';
}

function sideOf(sk: string, range: SortRange | undefined): 'before' | 'inside' | 'behind' {
  // No sort key is empty: such a cursor is before all there are.
  if (sk === '') return 'before';
  if (range === undefined) return 'inside';
  if ('prefix' in range) {
    if (sk.startsWith(range.prefix)) return 'inside';
    return compareBytes(sk, range.prefix) < 0 ? 'before' : 'behind';
  }
  if (compareBytes(sk, range.from) < 0) return 'before';
  return compareBytes(sk, range.to) > 0 ? 'behind' : 'inside';
}

function isEmpty(range: SortRange): boolean {
  return 'to' in range && (range.to === '' || compareBytes(range.from, range.to) > 0);
}

/** Empty bounds are left out: every sort key is beyond them, and DynamoDB takes no empty string for a key. */
function rangeCondition(range: SortRange | undefined): {
  readonly text: string;
  readonly values: Record<string, AttributeValue>;
} {
  if (range === undefined) return { text: '', values: {} };
  if ('prefix' in range) {
    if (range.prefix === '') return { text: '', values: {} };
    return { text: ' AND begins_with(#sk, :prefix)', values: { ':prefix': { S: range.prefix } } };
  }
  const to = { ':to': { S: range.to } };
  if (range.from === '') return { text: ' AND #sk <= :to', values: to };
  return { text: ' AND #sk BETWEEN :from AND :to', values: { ':from': { S: range.from }, ...to } };
}

/** By UTF-8 bytes, as DynamoDB orders; JavaScript's own order is that of UTF-16 units. */
function compareBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
