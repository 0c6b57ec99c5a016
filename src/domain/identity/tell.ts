import type * as z from 'zod';
import type { DomainEvent } from '../shared/events.ts';
import type { Clock, IdGenerator } from '../shared/ports.ts';
import type { IDENTITY_EVENTS } from './events.ts';
import type { Member } from './model.ts';

type IdentityEvents = typeof IDENTITY_EVENTS;

/** An event of this module that happens now.
 *  @param tenant_id - whose outbox it goes to
 *  @param entity - what changed, and its version after the change */
export function tell<T extends keyof IdentityEvents>(
  deps: { readonly clock: Clock; readonly ids: IdGenerator },
  type: T,
  tenant_id: string,
  entity: DomainEvent['entity'],
  data: z.infer<IdentityEvents[T]>,
): DomainEvent {
  return {
    id: deps.ids.next('evt'),
    type,
    schema_version: 1,
    tenant_id,
    entity,
    occurred_at: deps.clock.now().toISOString(),
    data,
  };
}

/** A membership as events name it: whoever joins anew is another one, whose versions begin again. */
export function membership(member: Member, version = member.version): DomainEvent['entity'] {
  return { id: `${member.tenant_id}/${member.user_id}/${member.created_at}`, version };
}
