import {
  type CredentialStore,
  type PasswordResetStore,
  passwordResetSchema,
  type User,
  userSchema,
} from '../../domain/identity/index.ts';
import { ConditionFailedError, type Key, type Table, type UpdateWrite, type Write } from '../table/port.ts';
import { versionIs } from './current.ts';
import { toAttributes, toEntity } from './entity.ts';
import { keys } from './keys.ts';
import { sessionItem } from './session-store.ts';

/** What users sign in with, on the Table port. Users lie in the directory, which is written only in one transaction with
 *  something of a team: hence the checks of what is there anyway. Resets alone are written by themselves, since an unknown
 *  address has no team. */
export function createCredentialStore(table: Table): CredentialStore & PasswordResetStore {
  return {
    async findUser(user_id) {
      const item = await table.get(keys.user(user_id));
      return item === undefined ? undefined : toEntity(userSchema, item);
    },

    beginSession: (user, session) =>
      isWritten(table, [
        { kind: 'check', key: keys.user(user.id), condition: versionIs(user) },
        { kind: 'put', item: sessionItem(session), condition: { kind: 'absent' } },
      ]),

    rehash: (user, password_hash) =>
      isWritten(table, [setPassword(user, password_hash), isThere(keys.tenant(user.home_tenant_id))]),

    changePassword: (user, password_hash, { tenant_id, id }) =>
      isWritten(table, [
        setPassword(user, password_hash),
        { kind: 'delete', key: keys.passwordReset(user.id) },
        isThere(keys.session(tenant_id, user.id, id)),
      ]),

    async putReset(reset) {
      await table.write({
        kind: 'put',
        item: {
          key: keys.passwordReset(reset.user_id),
          attributes: toAttributes(reset),
          expires_at_s: Math.ceil(Date.parse(reset.expires_at) / 1000),
        },
      });
    },

    async findReset(user_id) {
      const item = await table.get(keys.passwordReset(user_id));
      return item === undefined ? undefined : toEntity(passwordResetSchema, item);
    },

    resetPassword: (user, password_hash, { secret_hash }) =>
      isWritten(table, [
        setPassword(user, password_hash),
        {
          kind: 'delete',
          key: keys.passwordReset(user.id),
          condition: { kind: 'equals', attribute: 'secret_hash', value: secret_hash },
        },
        isThere(keys.tenant(user.home_tenant_id)),
      ]),
  };
}

function setPassword(user: User, password_hash: string): UpdateWrite {
  return {
    kind: 'update',
    key: keys.user(user.id),
    set: { password_hash },
    add: { version: 1 },
    condition: versionIs(user),
  };
}

function isThere(key: Key): Write {
  return { kind: 'check', key, condition: { kind: 'present' } };
}

/** @returns false when a condition did not hold */
async function isWritten(table: Table, writes: readonly Write[]): Promise<boolean> {
  try {
    await table.transact(writes);
    return true;
  } catch (error) {
    if (error instanceof ConditionFailedError) return false;
    throw error;
  }
}
