import { beforeEach, describe, expect, test } from 'vitest';
import { createIdentityStore } from '../../../src/adapters/stores/identity-store.ts';
import { createInvitationStore } from '../../../src/adapters/stores/invitation-store.ts';
import { keys } from '../../../src/adapters/stores/keys.ts';
import { createTeamStore } from '../../../src/adapters/stores/team-store.ts';
import { createUserStore } from '../../../src/adapters/stores/user-store.ts';
import type {
  IdentityStore,
  Invitation,
  InvitationStore,
  Joining,
  Member,
  Session,
  Tenant,
  User,
} from '../../../src/domain/identity/index.ts';
import { expectCode } from '../../support/errors.ts';
import { createMemoryTable, type MemoryTable } from '../../support/tables.ts';
import { testId } from '../../support/test-ids.ts';
import { CLIENT, event, OTHER_TENANT, TENANT, USER } from '../../support/things.ts';

const CREATED_AT = '2026-11-15T12:00:00.000Z';
const EMAIL = 'bob@example.com';
const BOB = testId('usr', 7);

const team: Tenant = { id: TENANT, name: 'team', owner_ids: [USER], created_at: CREATED_AT, version: 1 };
const member: Member = {
  tenant_id: TENANT,
  user_id: BOB,
  email: EMAIL,
  roles: ['viewer'],
  project_ids: null,
  created_at: CREATED_AT,
  version: 1,
};
const user: User = {
  id: BOB,
  email: EMAIL,
  name: 'Bob',
  password_hash: '$argon2id$',
  home_tenant_id: TENANT,
  created_at: CREATED_AT,
  deletes_at: null,
  version: 1,
};
const session: Session = {
  id: testId('ses', 7),
  tenant_id: TENANT,
  user_id: BOB,
  refresh_token_id: testId('tok', 7),
  previous_refresh_token_id: null,
  rotated_at: CREATED_AT,
  ...CLIENT,
  created_at: CREATED_AT,
  expires_at: '2026-12-15T12:00:00.000Z',
};

function invitation(number: number, changes: Partial<Invitation> = {}): Invitation {
  return {
    id: testId('inv', number),
    tenant_id: TENANT,
    email: EMAIL,
    role: 'viewer',
    project_ids: null,
    secret_hash: `hash ${number}`,
    invited_by: USER,
    created_at: CREATED_AT,
    expires_at: '2026-11-22T12:00:00.000Z',
    ...changes,
  };
}

const told = (number: number) => event('branchline.member.invited', { id: testId('evt', number), data: {} });

function joining(changes: Partial<Joining> = {}): Joining {
  return { invitation: invitation(1), member, owners: undefined, events: [told(90)], ...changes };
}

let memory: MemoryTable;
let store: InvitationStore;
let identity: IdentityStore;
beforeEach(async () => {
  memory = createMemoryTable();
  store = createInvitationStore(memory.table);
  identity = createIdentityStore(memory.table);
  const item = { key: keys.tenant(TENANT), attributes: { ...team } };
  await memory.table.write({ kind: 'put', item });
});

const ids = async (tenant_id = TENANT) =>
  (await store.list(tenant_id, { limit: 10 })).items.map(({ id }) => id);

describe('an invitation', () => {
  test('is found by its team and id, and in its team’s list, newest first', async () => {
    const other = invitation(2, { email: 'cy@example.com', project_ids: [testId('prj', 1)] });
    await store.put(invitation(1), told(1));
    await store.put(other, told(2));

    expect(await store.find(TENANT, other.id)).toEqual(other);
    expect(await store.find(OTHER_TENANT, other.id)).toBeUndefined();
    const first = await store.list(TENANT, { limit: 1 });
    expect(first.items).toEqual([other]);
    const second = await store.list(TENANT, { limit: 1, after: first.next ?? '' });
    expect(second).toEqual({ items: [invitation(1)], next: undefined });
    expect(await ids(OTHER_TENANT)).toEqual([]);
    expect(memory.events).toEqual([told(1), told(2)]);
  });

  test('takes the place of an older one of its address in its team, and of no other', async () => {
    await store.put(invitation(1), told(1));
    await store.put(invitation(2, { email: 'cy@example.com' }), told(2));
    await store.put(invitation(3), told(3));
    await store.put(invitation(4, { tenant_id: OTHER_TENANT }), { ...told(4), tenant_id: OTHER_TENANT });

    expect(await ids()).toEqual([testId('inv', 3), testId('inv', 2)]);
    expect(await ids(OTHER_TENANT)).toEqual([testId('inv', 4)]);
  });

  test('made twice for one address at the same moment is one', async () => {
    const outcomes = await Promise.allSettled([
      store.put(invitation(1), told(1)),
      store.put(invitation(2), told(2)),
    ]);

    const refused = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(refused).toEqual([expect.objectContaining({ code: 'WRITE_CONFLICT' })]);
    expect(await ids()).toHaveLength(1);
  });

  test('that is withdrawn is gone, and its address free for another', async () => {
    await store.put(invitation(1), told(1));
    await store.withdraw(invitation(1), told(2));
    await store.withdraw(invitation(1), told(3));

    expect(await store.find(TENANT, invitation(1).id)).toBeUndefined();
    expect(memory.events).toEqual([told(1), told(2)]);
    await store.put(invitation(4), told(4));
    expect(await ids()).toEqual([testId('inv', 4)]);
  });

  test('that replaced another is not ended by what still knows the other', async () => {
    await store.put(invitation(1), told(1));
    await store.put(invitation(2), told(2));

    await store.withdraw(invitation(1), told(3));
    await expectCode(store.accept(joining()), 'INVALID_INVITATION');

    expect(await ids()).toEqual([testId('inv', 2)]);
  });
});

test('all invitations of a team end together, however many, and no other team’s', async () => {
  for (let number = 1; number <= 120; number += 1) {
    await store.put(invitation(number, { email: `user-${number}@example.com` }), told(number));
  }
  const other = invitation(200, { tenant_id: OTHER_TENANT });
  await store.put(other, { ...told(200), tenant_id: OTHER_TENANT });

  await store.withdrawAll(TENANT);
  await store.withdrawAll(TENANT);

  expect(await ids()).toEqual([]);
  expect(await ids(OTHER_TENANT)).toEqual([other.id]);
  await store.put(invitation(300, { email: 'user-1@example.com' }), told(300));
  expect(await ids()).toEqual([testId('inv', 300)]);
});

describe('accepting', () => {
  beforeEach(() => store.put(invitation(1), told(1)));

  test('makes a member and ends the invitation', async () => {
    await store.accept(joining());

    expect(await createTeamStore(memory.table).loadMembership(TENANT, BOB)).toEqual({ tenant: team, member });
    expect(await ids()).toEqual([]);
    expect(memory.events.at(-1)).toEqual(told(90));
    await store.put(invitation(2), told(2));
    expect(await ids()).toEqual([testId('inv', 2)]);
  });

  test('works once, also when it happens twice at the same moment', async () => {
    const outcomes = await Promise.allSettled([
      store.accept(joining()),
      store.accept(joining({ member: { ...member, user_id: testId('usr', 8) }, events: [told(91)] })),
    ]);

    const refused = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(refused).toEqual([expect.objectContaining({ code: 'INVALID_INVITATION' })]);
  });

  test('is refused with another secret, and leaves the invitation as it is', async () => {
    const forged = joining({ invitation: invitation(1, { secret_hash: 'guessed' }) });

    await expectCode(store.accept(forged), 'INVALID_INVITATION');
    expect(await ids()).toEqual([testId('inv', 1)]);
  });

  test('is refused for a member, and leaves both as they are', async () => {
    const there: Member = { ...member, roles: ['admin'] };
    await memory.table.write({
      kind: 'put',
      item: { key: keys.member(TENANT, BOB), attributes: { ...there } },
    });

    await expectCode(store.accept(joining()), 'ALREADY_MEMBER');
    expect((await createTeamStore(memory.table).loadMembership(TENANT, BOB))?.member).toEqual(there);
    expect(await ids()).toEqual([testId('inv', 1)]);
  });

  test('counts a further owner among the owners, as they are now', async () => {
    const next = { ...team, owner_ids: [USER, BOB], version: 2 };
    const owner = joining({ member: { ...member, roles: ['owner'] }, owners: { previous: team, next } });
    const stale = { ...owner, owners: { previous: { ...team, version: 7 }, next } };

    await expectCode(store.accept(stale), 'WRITE_CONFLICT');
    await store.accept(owner);

    expect((await createTeamStore(memory.table).findTeam(TENANT))?.owner_ids).toEqual([USER, BOB]);
  });

  test('lets nobody into a team that is gone', async () => {
    await memory.table.write({ kind: 'delete', key: keys.tenant(TENANT) });

    await expectCode(store.accept(joining()), 'WRITE_CONFLICT');
    expect(await identity.findMember(TENANT, BOB)).toBeUndefined();
  });
});

describe('accepting with a new account', () => {
  beforeEach(() => store.put(invitation(1), told(1)));

  test('makes the account, the member and the first session together', async () => {
    await store.acceptAsNew(joining(), { user, session });

    expect(await identity.findUserByEmail(EMAIL)).toEqual(user);
    expect(await identity.loadAccess(TENANT, BOB, session.id)).toEqual({ member, session });
    const found = await createUserStore(memory.table).load(BOB);
    expect(found?.memberships.map(({ tenant_id }) => tenant_id)).toEqual([TENANT]);
    expect(await ids()).toEqual([]);
  });

  test('is refused for an address that has an account, and leaves the invitation to it', async () => {
    await store.acceptAsNew(joining(), { user, session });
    await store.put(invitation(2), told(2));
    const second = { ...user, id: testId('usr', 8) };
    const other = joining({
      invitation: invitation(2),
      member: { ...member, user_id: second.id },
      events: [told(91)],
    });

    const account = { user: second, session: { ...session, user_id: second.id } };
    await expectCode(store.acceptAsNew(other, account), 'EMAIL_TAKEN');
    expect(await ids()).toEqual([testId('inv', 2)]);
    expect(await identity.findUserByEmail(EMAIL)).toEqual(user);
  });

  test('is refused once the invitation is used, and leaves nothing of the account', async () => {
    await store.withdraw(invitation(1), told(2));

    await expectCode(store.acceptAsNew(joining(), { user, session }), 'INVALID_INVITATION');
    expect(await identity.findUserByEmail(EMAIL)).toBeUndefined();
    expect(await createUserStore(memory.table).load(BOB)).toBeUndefined();
  });
});
