import {
  type Member,
  memberSchema,
  type OwnerChange,
  type TeamStore,
  type Tenant,
  tenantSchema,
} from '../../domain/identity/index.ts';
import type { Page, PageRequest } from '../../domain/shared/page.ts';
import { type Key, MAX_TRANSACTION_WRITES, type Table, type Write } from '../table/port.ts';
import { scopeToTenant } from '../table/scope.ts';
import { demandCurrent, versionIs } from './current.ts';
import { toAttributes, toEntity } from './entity.ts';
import { memberItem, membershipItem } from './identity-store.ts';
import { keys, userPk } from './keys.ts';
import { outboxWrites } from './outbox.ts';
import { readPage } from './page.ts';
import { replaceUser } from './user-store.ts';

// A query reads 1 MB at once: several thousand members.
const MEMBERS_AT_ONCE = 1000;

/** Teams and their members on the Table port. The directory knows who is a member of what too, so this takes the
 *  unscoped table. */
export function createTeamStore(table: Table): TeamStore {
  return {
    async createTeam({ tenant, member, events }, home) {
      const writes: Write[] = [
        {
          kind: 'put',
          item: { key: keys.tenant(tenant.id), attributes: toAttributes(tenant) },
          condition: { kind: 'absent' },
        },
        { kind: 'put', item: memberItem(member) },
        { kind: 'put', item: membershipItem(member) },
        ...(home === undefined ? [] : [replaceUser(home.previous, home.next)]),
        ...outboxWrites(events),
      ];
      await demandCurrent(table.transact(writes));
    },

    async findTeam(tenant_id) {
      const item = await scopeToTenant(table, tenant_id).get(keys.tenant(tenant_id));
      return item === undefined ? undefined : toEntity(tenantSchema, item);
    },

    async loadMembership(tenant_id, user_id) {
      const items = await scopeToTenant(table, tenant_id).batchGet([
        keys.tenant(tenant_id),
        keys.member(tenant_id, user_id),
      ]);
      const tenant = items.find(({ key }) => key.sk === 'TENANT');
      const member = items.find(({ key }) => key.sk !== 'TENANT');
      if (tenant === undefined || member === undefined) return undefined;
      return { tenant: toEntity(tenantSchema, tenant), member: toEntity(memberSchema, member) };
    },

    async replaceTeam(previous, next, event) {
      const writes = [replaceTenant(previous, next), ...outboxWrites([event])];
      await demandCurrent(scopeToTenant(table, next.id).transact(writes));
    },

    listMembers: (tenant_id, page) => readMembers(table, tenant_id, page),

    async hasMember(tenant_id, email) {
      let page: Page<Member> | undefined;
      do {
        page = await readMembers(table, tenant_id, { limit: MEMBERS_AT_ONCE, ...positionAfter(page) });
        if (page.items.some((member) => member.email === email)) return true;
      } while (page.next !== undefined);
      return false;
    },

    async replaceMember(previous, next, owners, event) {
      const writes: Write[] = [
        { kind: 'put', item: memberItem(next), condition: versionIs(previous) },
        ...ownerWrites(owners),
        ...outboxWrites([event]),
      ];
      await demandCurrent(scopeToTenant(table, next.tenant_id).transact(writes));
    },

    async removeMember(member, owners, event) {
      const { tenant_id, user_id } = member;
      const writes: Write[] = [
        { kind: 'delete', key: keys.member(tenant_id, user_id), condition: versionIs(member) },
        { kind: 'delete', key: keys.membership(user_id, tenant_id) },
        ...ownerWrites(owners),
        ...outboxWrites([event]),
      ];
      await demandCurrent(table.transact(writes));
    },

    async removeTeam(tenant, { user_id, tenant_id, version }, event) {
      const writes: Write[] = [
        { kind: 'delete', key: keys.tenant(tenant.id), condition: versionIs(tenant) },
        { kind: 'delete', key: keys.member(tenant_id, user_id), condition: versionIs({ version }) },
        { kind: 'delete', key: keys.membership(user_id, tenant_id) },
        ...outboxWrites([event]),
      ];
      await demandCurrent(table.transact(writes));
    },

    async endCredentials(tenant_id, user_id) {
      const scoped = scopeToTenant(table, tenant_id);
      let found: readonly Key[];
      do {
        found = await readKeys(scoped, userPk(tenant_id, user_id));
        await scoped.transact(found.map((key) => ({ kind: 'delete', key })));
      } while (found.length === MAX_TRANSACTION_WRITES);
    },

    async hasProjects(tenant_id, project_ids) {
      const wanted = [...new Set(project_ids)];
      const found = await scopeToTenant(table, tenant_id).batchGet(
        wanted.map((id) => keys.project(tenant_id, id)),
      );
      return found.length === wanted.length;
    },
  };
}

async function readMembers(table: Table, tenant_id: string, page: PageRequest): Promise<Page<Member>> {
  const { items, next } = await readPage(table, tenant_id, (id) => keys.member(tenant_id, id), page);
  return { items: items.map((item) => toEntity(memberSchema, item)), next };
}

function positionAfter(page: Page<unknown> | undefined): Pick<PageRequest, 'after'> {
  return page?.next === undefined ? {} : { after: page.next };
}

function ownerWrites(owners: OwnerChange | undefined): Write[] {
  return owners === undefined ? [] : [replaceTenant(owners.previous, owners.next)];
}

/** The first keys of a partition, as many as one transaction writes. */
async function readKeys(table: Table, pk: string): Promise<Key[]> {
  const { items } = await table.query({
    table: 'tenants',
    pk,
    direction: 'forward',
    limit: MAX_TRANSACTION_WRITES,
  });
  return items.map(({ key }) => key);
}

/** Replaces a team's own item, only while `previous` is current. */
function replaceTenant(previous: Tenant, next: Tenant): Write {
  const item = { key: keys.tenant(next.id), attributes: toAttributes(next) };
  return { kind: 'put', item, condition: versionIs(previous) };
}
