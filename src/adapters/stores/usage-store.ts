import type { UsageStore } from '../../domain/billing/index.ts';
import type { Clock } from '../../domain/shared/ports.ts';
import type { Table } from '../table/port.ts';
import { scopeToTenant } from '../table/scope.ts';
import { keys } from './keys.ts';
import { writeOnce } from './once.ts';

/** Monthly meters on the Table port. */
export function createUsageStore(table: Table, clock: Clock): UsageStore {
  return {
    async add(tenant_id, month, event_id, amounts) {
      return writeOnce(
        scopeToTenant(table, tenant_id),
        { tenant_id, consumer: 'billing', event_id },
        Math.floor(clock.now().getTime() / 1000),
        [{ kind: 'update', key: keys.usage(tenant_id, month), add: { ...amounts } }],
      );
    },

    async read(tenant_id, month) {
      const item = await scopeToTenant(table, tenant_id).get(keys.usage(tenant_id, month));
      return {
        deployments: Number(item?.attributes['deployments'] ?? 0),
        build_ms: Number(item?.attributes['build_ms'] ?? 0),
      };
    },
  };
}
