import { beforeEach, expect, test } from 'vitest';
import { createIdentityStore } from '../../../src/adapters/stores/identity-store.ts';
import type { IdentityStore, NewAccount, Session } from '../../../src/domain/identity/index.ts';
import { expectCode } from '../../support/errors.ts';
import { createMemoryTable, type MemoryTable } from '../../support/tables.ts';
import { testId } from '../../support/test-ids.ts';
import { CLIENT, event } from '../../support/things.ts';

const CREATED_AT = '2026-11-15T12:00:00.000Z';

function account(number: number, email: string): NewAccount {
  const user_id = testId('usr', number);
  const tenant = {
    id: testId('ten', number),
    name: 'team',
    owner_ids: [user_id],
    created_at: CREATED_AT,
    version: 1,
  };
  const who = { tenant_id: tenant.id, user_id };
  return {
    tenant,
    user: {
      id: user_id,
      email,
      name: 'Ada',
      password_hash: '$argon2id$',
      home_tenant_id: tenant.id,
      created_at: CREATED_AT,
      deletes_at: null,
      version: 1,
    },
    member: {
      ...who,
      email,
      roles: ['owner'],
      project_ids: null,
      created_at: CREATED_AT,
      version: 1,
    },
    session: session(number, testId('tok', 1)),
    events: [
      event('branchline.user.created', {
        id: testId('evt', number),
        tenant_id: tenant.id,
        data: { user_id },
      }),
    ],
  };
}

function session(number: number, refresh_token_id: string): Session {
  return {
    id: testId('ses', number),
    tenant_id: testId('ten', number),
    user_id: testId('usr', number),
    refresh_token_id,
    previous_refresh_token_id: null,
    rotated_at: CREATED_AT,
    ...CLIENT,
    created_at: CREATED_AT,
    expires_at: '2026-12-15T12:00:00.000Z',
  };
}

let memory: MemoryTable;
let store: IdentityStore;
beforeEach(() => {
  memory = createMemoryTable();
  store = createIdentityStore(memory.table);
});

const access = (number: number, session_number = number) =>
  store.loadAccess(testId('ten', number), testId('usr', number), testId('ses', session_number));

test('an account can be found by its address, with its member and first session', async () => {
  const ada = account(1, 'ada@example.com');
  await store.createAccount(ada);

  expect(await store.findUserByEmail('ada@example.com')).toEqual(ada.user);
  expect(await store.findMember(ada.tenant.id, ada.user.id)).toEqual(ada.member);
  expect(await access(1)).toEqual({ member: ada.member, session: ada.session });
  expect(memory.events).toEqual(ada.events);
});

test('a taken address is refused, and nothing of the second account is left', async () => {
  const ada = account(1, 'ada@example.com');
  await store.createAccount(ada);

  await expectCode(store.createAccount(account(2, 'ada@example.com')), 'EMAIL_TAKEN');

  expect(await store.findUserByEmail('ada@example.com')).toEqual(ada.user);
  expect(await store.findMember(testId('ten', 2), testId('usr', 2))).toBeUndefined();
  expect(await access(2)).toBeUndefined();
  expect(memory.events).toEqual(ada.events);
});

test('of two accounts made with one address at the same time, one is made', async () => {
  const outcomes = await Promise.allSettled([
    store.createAccount(account(1, 'ada@example.com')),
    store.createAccount(account(2, 'ada@example.com')),
  ]);

  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('an unknown address, user or session is simply not there', async () => {
  await store.createAccount(account(1, 'ada@example.com'));

  expect(await store.findUserByEmail('eve@example.com')).toBeUndefined();
  expect(await store.findMember(testId('ten', 1), testId('usr', 9))).toBeUndefined();
  expect(await access(1, 9)).toBeUndefined();
});

test('a session belongs to its tenant and user: no other id opens it', async () => {
  await store.createAccount(account(1, 'ada@example.com'));
  await store.createAccount(account(2, 'bob@example.com'));

  expect(await store.loadAccess(testId('ten', 2), testId('usr', 2), testId('ses', 1))).toBeUndefined();
  expect(await store.loadAccess(testId('ten', 2), testId('usr', 1), testId('ses', 1))).toBeUndefined();
});

test('a further session is kept beside the first', async () => {
  await store.createAccount(account(1, 'ada@example.com'));
  const second = { ...session(1, testId('tok', 5)), id: testId('ses', 5) };
  await store.createSession(second);

  expect((await access(1, 5))?.session).toEqual(second);
  expect((await access(1))?.session.refresh_token_id).toBe(testId('tok', 1));
});

test('only the current refresh token rotates a session, and only once', async () => {
  await store.createAccount(account(1, 'ada@example.com'));

  expect(await store.rotateSession(session(1, testId('tok', 2)), testId('tok', 9))).toBe(false);
  expect(await store.rotateSession(session(1, testId('tok', 2)), testId('tok', 1))).toBe(true);
  expect(await store.rotateSession(session(1, testId('tok', 3)), testId('tok', 1))).toBe(false);
  expect((await access(1))?.session.refresh_token_id).toBe(testId('tok', 2));
});

test('of two rotations by the same token at the same time, one is done', async () => {
  await store.createAccount(account(1, 'ada@example.com'));

  const done = await Promise.all(
    [2, 3].map((number) => store.rotateSession(session(1, testId('tok', number)), testId('tok', 1))),
  );

  expect(done.filter(Boolean)).toHaveLength(1);
});

test('an ended session can not be loaded and does not come back by rotation', async () => {
  await store.createAccount(account(1, 'ada@example.com'));
  await store.deleteSession(session(1, testId('tok', 1)));

  expect(await access(1)).toBeUndefined();
  expect(await store.rotateSession(session(1, testId('tok', 2)), testId('tok', 1))).toBe(false);
  expect(await access(1)).toBeUndefined();
});
