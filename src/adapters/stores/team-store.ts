import { memberSchema, type TeamStore, type Tenant, tenantSchema } from '../../domain/identity/index.ts';
import type { Table, Write } from '../table/port.ts';
import { demandCurrent, versionIs } from './current.ts';
import { toAttributes, toEntity } from './entity.ts';
import { memberItem, membershipItem } from './identity-store.ts';
import { keys } from './keys.ts';
import { outboxWrites } from './outbox.ts';

/** Teams and their members on the Table port. The directory knows who is a member of what, so this takes the unscoped
 *  table. */
export function createTeamStore(table: Table): TeamStore {
  return {
    async createTeam({ tenant, member, events }) {
      await table.transact([
        {
          kind: 'put',
          item: { key: keys.tenant(tenant.id), attributes: toAttributes(tenant) },
          condition: { kind: 'absent' },
        },
        { kind: 'put', item: memberItem(member) },
        { kind: 'put', item: membershipItem(member) },
        ...outboxWrites(events),
      ]);
    },

    async findTeam(tenant_id) {
      const item = await table.get(keys.tenant(tenant_id));
      return item === undefined ? undefined : toEntity(tenantSchema, item);
    },

    async loadMembership(tenant_id, user_id) {
      const items = await table.batchGet([keys.tenant(tenant_id), keys.member(tenant_id, user_id)]);
      const tenant = items.find(({ key }) => key.sk === 'TENANT');
      const member = items.find(({ key }) => key.sk !== 'TENANT');
      if (tenant === undefined || member === undefined) return undefined;
      return { tenant: toEntity(tenantSchema, tenant), member: toEntity(memberSchema, member) };
    },

    async replaceTeam(previous, next, event) {
      await demandCurrent(table.transact([replaceTenant(previous, next), ...outboxWrites([event])]));
    },
  };
}

/** Replaces a team's own item, only while `previous` is current. */
function replaceTenant(previous: Tenant, next: Tenant): Write {
  const item = { key: keys.tenant(next.id), attributes: toAttributes(next) };
  return { kind: 'put', item, condition: versionIs(previous) };
}
