import { LRUCache } from 'lru-cache';
import type { Clock } from '../../domain/shared/ports.ts';
import type { Table } from '../table/port.ts';
import { scopeToTenant } from '../table/scope.ts';
import { keys } from './keys.ts';

/** Whether the shared cache may be believed. A write that can't reach the cache says so in the table, which everybody can
 *  reach, and waits until all have heard (docs/adr/0022). */
export interface CacheTrust {
  isTrusted(tenant_id: string): Promise<boolean>;
  /** Returns once no instance believes what the cache holds of the tenant. */
  withdraw(tenant_id: string): Promise<void>;
}

export interface CacheTrustOptions {
  readonly clock: Clock;
  /** Milliseconds of a monotonic clock. */
  readonly monotonic_ms: () => number;
  readonly wait: (duration_ms: number) => Promise<void>;
}

/** How long an instance believes what it read of a tenant's trust. */
export const TRUST_MS = 2000;
// For clocks that don't run alike.
const MARGIN_MS = 250;
// The five minutes of a value, a request that began before, and clocks that differ by minutes.
const DOUBT_MS = 600_000;
const TENANTS = 10_000;

/** The trust of each tenant, as an item of its own says. */
export function createCacheTrust(table: Table, options: CacheTrustOptions): CacheTrust {
  const { clock, monotonic_ms, wait } = options;
  const known = new LRUCache<string, { readonly read_ms: number; readonly trusted: boolean }>({
    max: TENANTS,
  });
  const withdrawn = new LRUCache<string, number>({ max: TENANTS });
  const isNewer = (since_ms: number | undefined, duration_ms: number) =>
    since_ms !== undefined && monotonic_ms() - since_ms < duration_ms;

  return {
    async isTrusted(tenant_id) {
      const last = known.get(tenant_id);
      if (last !== undefined && isNewer(last.read_ms, TRUST_MS)) return last.trusted;
      // From before the read: whatever is written after that moment may have been missed.
      const read_ms = monotonic_ms();
      const item = await scopeToTenant(table, tenant_id).get(keys.cacheDoubt(tenant_id));
      const ends_ms = item?.attributes['ends_ms'];
      const trusted = typeof ends_ms !== 'number' || ends_ms <= clock.now().getTime();
      known.set(tenant_id, { read_ms, trusted });
      return trusted;
    },

    async withdraw(tenant_id) {
      // Everybody has heard, and no value from before will outlive the doubt.
      if (isNewer(withdrawn.get(tenant_id), DOUBT_MS / 2)) return;
      const ends_ms = clock.now().getTime() + DOUBT_MS;
      const begun_ms = monotonic_ms();
      await scopeToTenant(table, tenant_id).write({
        kind: 'put',
        item: {
          key: keys.cacheDoubt(tenant_id),
          attributes: { ends_ms },
          expires_at_s: Math.ceil(ends_ms / 1000),
        },
      });
      await wait(TRUST_MS + MARGIN_MS);
      withdrawn.set(tenant_id, begun_ms);
    },
  };
}
