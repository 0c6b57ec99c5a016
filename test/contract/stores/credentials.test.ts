import { beforeEach, describe, expect, test } from 'vitest';
import { createCredentialStore } from '../../../src/adapters/stores/credential-store.ts';
import { createIdentityStore } from '../../../src/adapters/stores/identity-store.ts';
import type {
  CredentialStore,
  IdentityStore,
  PasswordReset,
  PasswordResetStore,
  Session,
  User,
} from '../../../src/domain/identity/index.ts';
import { createMemoryTable } from '../../support/tables.ts';
import { testId } from '../../support/test-ids.ts';
import { CLIENT, TENANT, USER } from '../../support/things.ts';

const CREATED_AT = '2026-11-15T12:00:00.000Z';

const ADA: User = {
  id: USER,
  email: 'ada@example.com',
  name: 'Ada',
  password_hash: 'one',
  home_tenant_id: TENANT,
  created_at: CREATED_AT,
  deletes_at: null,
  version: 1,
};

function session(number: number): Session {
  return {
    id: testId('ses', number),
    tenant_id: TENANT,
    user_id: USER,
    refresh_token_id: testId('tok', number),
    previous_refresh_token_id: null,
    rotated_at: CREATED_AT,
    ...CLIENT,
    created_at: CREATED_AT,
    expires_at: '2026-12-15T12:00:00.000Z',
  };
}

let identity: IdentityStore;
let store: CredentialStore & PasswordResetStore;
beforeEach(async () => {
  const { table } = createMemoryTable();
  identity = createIdentityStore(table);
  store = createCredentialStore(table);
  const who = { tenant_id: TENANT, user_id: USER };
  await identity.createAccount({
    user: ADA,
    tenant: { id: TENANT, name: 'team', owner_ids: [USER], created_at: CREATED_AT, version: 1 },
    member: {
      ...who,
      email: ADA.email,
      roles: ['owner'],
      project_ids: null,
      created_at: CREATED_AT,
      version: 1,
    },
    session: session(1),
    events: [],
  });
});

const hasSession = async (number: number) =>
  (await identity.loadAccess(TENANT, USER, testId('ses', number))) !== undefined;

describe('a user', () => {
  test('is found by their id', async () => {
    expect(await store.findUser(USER)).toEqual(ADA);
    expect(await store.findUser(testId('usr', 9))).toBeUndefined();
  });

  test('that somebody read begins a session, but not once they changed', async () => {
    expect(await store.beginSession(ADA, session(2))).toBe(true);
    expect(await hasSession(2)).toBe(true);

    expect(await store.changePassword(ADA, 'two', session(1))).toBe(true);
    expect(await store.beginSession(ADA, session(3))).toBe(false);
    expect(await hasSession(3)).toBe(false);
  });

  test('gets another hash of their password only as they were read', async () => {
    expect(await store.rehash(ADA, 'two')).toBe(true);
    expect(await store.findUser(USER)).toEqual({ ...ADA, password_hash: 'two', version: 2 });

    expect(await store.rehash(ADA, 'three')).toBe(false);
    expect((await store.findUser(USER))?.password_hash).toBe('two');
  });

  test('gets another password only as they were read, and while the session that asks is there', async () => {
    expect(await store.changePassword(ADA, 'two', session(9))).toBe(false);
    expect(await store.findUser(USER)).toEqual(ADA);

    const done = await Promise.all(
      ['two', 'three'].map((hash) => store.changePassword(ADA, hash, session(1))),
    );
    expect(done.filter(Boolean)).toHaveLength(1);
    expect((await store.findUser(USER))?.version).toBe(2);
  });
});

describe('a reset', () => {
  const reset = (secret_hash: string, user_id = USER): PasswordReset => ({
    user_id,
    secret_hash,
    expires_at: '2026-11-15T13:00:00.000Z',
  });

  test('is the latest that was asked for, of users that there are and that there aren’t', async () => {
    for (const user_id of [USER, testId('usr', 9)]) {
      expect(await store.findReset(user_id)).toBeUndefined();
      await store.putReset(reset('one', user_id));
      await store.putReset(reset('two', user_id));
      expect(await store.findReset(user_id)).toEqual(reset('two', user_id));
    }
  });

  test('changes the password once', async () => {
    await store.putReset(reset('one'));
    const done = await Promise.all(
      ['two', 'three'].map((hash) => store.resetPassword(ADA, hash, reset('one'))),
    );

    expect(done.filter(Boolean)).toHaveLength(1);
    expect(await store.findReset(USER)).toBeUndefined();
    const user = await store.findUser(USER);
    expect(user).toMatchObject({ password_hash: done[0] === true ? 'two' : 'three', version: 2 });
    expect(await store.resetPassword({ ...ADA, version: 2 }, 'four', reset('one'))).toBe(false);
  });

  test('that was replaced changes nothing', async () => {
    await store.putReset(reset('one'));
    await store.putReset(reset('two'));

    expect(await store.resetPassword(ADA, 'two', reset('one'))).toBe(false);
    expect(await store.findUser(USER)).toEqual(ADA);
    expect(await store.findReset(USER)).toEqual(reset('two'));
  });

  test('is forgotten when the password changes otherwise', async () => {
    await store.putReset(reset('one'));
    await store.changePassword(ADA, 'two', session(1));

    expect(await store.findReset(USER)).toBeUndefined();
  });
});
