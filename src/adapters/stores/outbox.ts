import type { DomainEvent } from '../../domain/shared/events.ts';
import { DUE_PARTITIONS } from '../dynamodb/table.ts';
import type { Attributes, Item, PutWrite, Table } from '../table/port.ts';
import { toAttributes } from './entity.ts';
import { keys } from './keys.ts';

/** The writes that put events next to the change they tell of: same transaction, so neither is lost alone. */
export function outboxWrites(events: readonly DomainEvent[]): PutWrite[] {
  return events.map((event) => ({
    kind: 'put',
    item: {
      key: keys.outbox(event.tenant_id, event.id),
      attributes: toAttributes(event),
      indexes: { due: { pk: duePk(shardOf(event.id)), sk: `${event.occurred_at}#${event.id}` } },
    },
  }));
}

/** Shards of the outbox in the `due` index: one partition takes 1,000 writes a second. */
const SHARDS = 4;

/** An item of an outbox: an event, or whatever else lies there. */
export interface OverdueItem {
  readonly pk: string;
  readonly sk: string;
  readonly body: Attributes;
}

/** What is still in an outbox and was put there before an instant, oldest first within each shard: whoever should have
 *  published it has failed to. Events, and whatever else lies there.
 *  @param before - ISO 8601
 *  @param limit - at most so many of each shard */
export async function readOverdueItems(table: Table, before: string, limit: number): Promise<OverdueItem[]> {
  const overdue: OverdueItem[] = [];
  for (let shard = 0; shard < SHARDS; shard += 1) {
    const { items } = await table.query({
      table: 'tenants',
      index: 'due',
      pk: duePk(shard),
      sk: { from: '', to: before },
      direction: 'forward',
      limit,
    });
    overdue.push(...items.map(({ key: { pk, sk }, attributes }) => ({ pk, sk, body: attributes })));
  }
  return overdue;
}

function duePk(shard: number): string {
  return `${DUE_PARTITIONS.outbox}${shard}`;
}

// The last digits of a UUIDv7 are random.
function shardOf(event_id: string): number {
  return Number.parseInt(event_id.slice(-4), 16) % SHARDS;
}

/** The event of an outbox item; undefined for any other item. */
export function readOutboxItem(item: Item): DomainEvent | undefined {
  if (!item.key.pk.endsWith('#OUTBOX')) return undefined;
  return item.attributes as unknown as DomainEvent;
}
