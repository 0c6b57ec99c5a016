import type { Principal } from '../access/index.ts';
import { demandAccess } from '../access/index.ts';
import type { DomainEvent, EventConsumer } from '../shared/events.ts';
import type { Clock } from '../shared/ports.ts';
import { toUsageLines, type UsageLine, type UsageTotals } from './model.ts';

export interface UsageStore {
  /** Adds to a month, once per event. @returns false when this event was counted before */
  add(tenant_id: string, month: string, event_id: string, amounts: UsageTotals): Promise<boolean>;
  read(tenant_id: string, month: string): Promise<UsageTotals>;
}

/** Meters every deployment that ended, whatever its end. */
export function createBillingConsumer(store: UsageStore): EventConsumer {
  return {
    async handle(event) {
      await store.add(event.tenant_id, event.occurred_at.slice(0, 7), event.id, amountsOf(event));
    },
  };
}

/** A month's usage of the principal's tenant; the current month where none is given. */
export async function readUsage(
  deps: { readonly usage: UsageStore; readonly clock: Clock },
  principal: Principal,
  month: string = deps.clock.now().toISOString().slice(0, 7),
): Promise<UsageLine[]> {
  demandAccess(principal, { resource: 'usage', action: 'read' }, { owner_ids: [] });
  return toUsageLines(await deps.usage.read(principal.tenant_id, month));
}

function amountsOf(event: DomainEvent): UsageTotals {
  const build_ms = event.data['build_duration_ms'];
  return { deployments: 1, build_ms: typeof build_ms === 'number' ? build_ms : 0 };
}
