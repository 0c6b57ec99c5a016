import type { DomainEvent } from '../../domain/shared/events.ts';
import type { Item, PutWrite } from '../table/port.ts';
import { toAttributes } from './entity.ts';
import { keys } from './keys.ts';

/** The writes that put events next to the change they tell of: same transaction, so neither is lost alone. */
export function outboxWrites(events: readonly DomainEvent[]): PutWrite[] {
  return events.map((event) => ({
    kind: 'put',
    item: { key: keys.outbox(event.tenant_id, event.id), attributes: toAttributes(event) },
  }));
}

/** The event of an outbox item; undefined for any other item. */
export function readOutboxItem(item: Item): DomainEvent | undefined {
  if (!item.key.pk.endsWith('#OUTBOX')) return undefined;
  return item.attributes as unknown as DomainEvent;
}
