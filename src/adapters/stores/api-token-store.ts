import { type ApiTokenStore, apiTokenSchema, memberSchema } from '../../domain/identity/index.ts';
import { ConditionFailedError, type Table } from '../table/port.ts';
import { scopeToTenant } from '../table/scope.ts';
import { toAttributes, toEntity } from './entity.ts';
import { keys } from './keys.ts';
import { outboxWrites } from './outbox.ts';
import { readPage } from './page.ts';

const PREFIX = 'TOKEN#';

/** API tokens on the Table port. */
export function createApiTokenStore(table: Table): ApiTokenStore {
  return {
    async create(token, event) {
      const key = keys.apiToken(token.tenant_id, token.user_id, token.id);
      const expires_at_s = Math.ceil(Date.parse(token.expires_at) / 1000);
      const item = { key, attributes: toAttributes(token), expires_at_s };
      await scopeToTenant(table, token.tenant_id).transact([
        { kind: 'put', item, condition: { kind: 'absent' } },
        ...outboxWrites([event]),
      ]);
    },

    async list(tenant_id, user_id, page) {
      const { items, next } = await readPage(
        table,
        tenant_id,
        (id) => keys.apiToken(tenant_id, user_id, id),
        page,
      );
      return { items: items.map((item) => toEntity(apiTokenSchema, item)), next };
    },

    async load(tenant_id, user_id, id) {
      const items = await scopeToTenant(table, tenant_id).batchGet([
        keys.member(tenant_id, user_id),
        keys.apiToken(tenant_id, user_id, id),
      ]);
      const member = items.find((item) => item.key.sk.startsWith('MEMBER#'));
      const token = items.find((item) => item.key.sk.startsWith(PREFIX));
      if (member === undefined || token === undefined) return undefined;
      return { member: toEntity(memberSchema, member), token: toEntity(apiTokenSchema, token) };
    },

    async touch({ tenant_id, user_id, id }, last_used_at) {
      try {
        await scopeToTenant(table, tenant_id).write({
          kind: 'update',
          key: keys.apiToken(tenant_id, user_id, id),
          set: { last_used_at },
          condition: { kind: 'present' },
        });
      } catch (error) {
        // Revoked since it was read: this request is its last.
        if (!(error instanceof ConditionFailedError)) throw error;
      }
    },

    async remove({ tenant_id, user_id, id }, event) {
      try {
        await scopeToTenant(table, tenant_id).transact([
          { kind: 'delete', key: keys.apiToken(tenant_id, user_id, id), condition: { kind: 'present' } },
          ...outboxWrites([event]),
        ]);
      } catch (error) {
        // Somebody else revoked it, and told of it.
        if (!(error instanceof ConditionFailedError)) throw error;
      }
    },
  };
}
