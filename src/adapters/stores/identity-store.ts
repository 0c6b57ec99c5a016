import {
  type IdentityStore,
  type Member,
  memberSchema,
  type NewAccount,
  NOBODY_ID,
  sessionSchema,
  type User,
  userSchema,
} from '../../domain/identity/index.ts';
import { AppError } from '../../domain/shared/errors.ts';
import { ConditionFailedError, type Item, type PutWrite, type Table } from '../table/port.ts';
import { readText, toAttributes, toEntity } from './entity.ts';
import { keys } from './keys.ts';
import { outboxWrites } from './outbox.ts';
import { sessionItem } from './session-store.ts';

/** Accounts on the Table port. Spans both tables, so it takes the unscoped one. */
export function createIdentityStore(table: Table): IdentityStore {
  return {
    async createAccount(account) {
      try {
        await table.transact(accountWrites(account));
      } catch (error) {
        if (error instanceof ConditionFailedError) throw new AppError('EMAIL_TAKEN', { cause: error });
        throw error;
      }
    },

    async findUserByEmail(email) {
      const claim = await table.get(keys.email(email));
      const user_id = claim === undefined ? NOBODY_ID : readText(claim, 'user_id');
      const item = await table.get(keys.user(user_id));
      return item === undefined ? undefined : toEntity(userSchema, item);
    },

    async findMember(tenant_id, user_id) {
      const item = await table.get(keys.member(tenant_id, user_id));
      return item === undefined ? undefined : toEntity(memberSchema, item);
    },

    async createSession(session) {
      await table.write({ kind: 'put', item: sessionItem(session), condition: { kind: 'absent' } });
    },

    async rotateSession(session, expected_token_id) {
      try {
        await table.write({
          kind: 'put',
          item: sessionItem(session),
          condition: { kind: 'equals', attribute: 'refresh_token_id', value: expected_token_id },
        });
        return true;
      } catch (error) {
        if (error instanceof ConditionFailedError) return false;
        throw error;
      }
    },

    async deleteSession(session) {
      await table.write({
        kind: 'delete',
        key: keys.session(session.tenant_id, session.user_id, session.id),
      });
    },

    async loadAccess(tenant_id, user_id, session_id) {
      const items = await table.batchGet([
        keys.member(tenant_id, user_id),
        keys.session(tenant_id, user_id, session_id),
      ]);
      const member = items.find((item) => item.key.sk.startsWith('MEMBER#'));
      const session = items.find((item) => item.key.sk.startsWith('SESSION#'));
      if (member === undefined || session === undefined) return undefined;
      return { member: toEntity(memberSchema, member), session: toEntity(sessionSchema, session) };
    },
  };
}

function accountWrites({ user, tenant, member, session, events }: NewAccount) {
  return [
    emailClaim(user),
    { kind: 'put', item: userItem(user) },
    { kind: 'put', item: { key: keys.tenant(tenant.id), attributes: toAttributes(tenant) } },
    { kind: 'put', item: memberItem(member) },
    { kind: 'put', item: membershipItem(member) },
    { kind: 'put', item: sessionItem(session) },
    ...outboxWrites(events),
  ] as const;
}

/** Takes an address for a user, only while nobody has it. */
export function emailClaim(user: User): PutWrite {
  const item = { key: keys.email(user.email), attributes: { user_id: user.id } };
  return { kind: 'put', item, condition: { kind: 'absent' } };
}

export function userItem(user: User): Item {
  return { key: keys.user(user.id), attributes: toAttributes(user) };
}

export function memberItem(member: Member): Item {
  return { key: keys.member(member.tenant_id, member.user_id), attributes: toAttributes(member) };
}

export function membershipItem({ user_id, tenant_id, created_at }: Member): Item {
  return { key: keys.membership(user_id, tenant_id), attributes: { user_id, tenant_id, created_at } };
}
