import { beforeEach, describe, expect, test } from 'vitest';
import { createIdentityStore } from '../../../src/adapters/stores/identity-store.ts';
import { createTeamStore } from '../../../src/adapters/stores/team-store.ts';
import { createUserStore } from '../../../src/adapters/stores/user-store.ts';
import type { Member, NewAccount, TeamStore, UserStore } from '../../../src/domain/identity/index.ts';
import { expectCode } from '../../support/errors.ts';
import { createMemoryTable, type MemoryTable } from '../../support/tables.ts';
import { testId } from '../../support/test-ids.ts';
import { event } from '../../support/things.ts';

const CREATED_AT = '2026-11-15T12:00:00.000Z';

/** A user, their team and their membership of it, all of one number. */
function account(number: number): NewAccount {
  const [user_id, tenant_id] = [testId('usr', number), testId('ten', number)];
  const email = `user-${number}@example.com`;
  const since = { created_at: CREATED_AT, version: 1 };
  return {
    tenant: { id: tenant_id, name: `team ${number}`, owner_ids: [user_id], ...since },
    user: {
      id: user_id,
      email,
      name: `User ${number}`,
      password_hash: '$argon2id$',
      home_tenant_id: tenant_id,
      deletes_at: null,
      ...since,
    },
    member: { tenant_id, user_id, email, roles: ['owner'], project_ids: null, ...since },
    session: {
      id: testId('ses', number),
      tenant_id,
      user_id,
      refresh_token_id: testId('tok', number),
      created_at: CREATED_AT,
      expires_at: '2026-12-15T12:00:00.000Z',
    },
    events: [],
  };
}

const told = (number: number, type: string) =>
  event(type, { id: testId('evt', number), tenant_id: testId('ten', 1), data: {} });

let memory: MemoryTable;
let teams: TeamStore;
let users: UserStore;
let ada: NewAccount;
beforeEach(async () => {
  memory = createMemoryTable();
  teams = createTeamStore(memory.table);
  users = createUserStore(memory.table);
  ada = account(1);
  await createIdentityStore(memory.table).createAccount(ada);
});

describe('a team', () => {
  test('is found by its id, and with one of its members', async () => {
    expect(await teams.findTeam(ada.tenant.id)).toEqual(ada.tenant);
    expect(await teams.loadMembership(ada.tenant.id, ada.user.id)).toEqual({
      tenant: ada.tenant,
      member: ada.member,
    });
  });

  test('is not there for whoever is no member', async () => {
    expect(await teams.findTeam(testId('ten', 9))).toBeUndefined();
    expect(await teams.loadMembership(ada.tenant.id, testId('usr', 9))).toBeUndefined();
    expect(await teams.loadMembership(testId('ten', 9), ada.user.id)).toBeUndefined();
  });

  test('that a user makes is one more of theirs', async () => {
    const { tenant } = account(2);
    const member: Member = { ...ada.member, tenant_id: tenant.id };
    await teams.createTeam({ tenant, member, events: [told(1, 'branchline.team.created')] });

    expect(await teams.loadMembership(tenant.id, ada.user.id)).toEqual({ tenant, member });
    const found = await users.load(ada.user.id);
    expect(found?.memberships.map(({ tenant_id }) => tenant_id)).toEqual([ada.tenant.id, tenant.id]);
    expect(memory.events.map(({ type }) => type)).toEqual(['branchline.team.created']);
  });

  test('is replaced while it is current, and else stays as somebody else made it', async () => {
    const next = { ...ada.tenant, name: 'one', version: 2 };
    await teams.replaceTeam(ada.tenant, next, told(1, 'branchline.team.updated'));

    const late = { ...ada.tenant, name: 'two', version: 2 };
    const replacing = teams.replaceTeam(ada.tenant, late, told(2, 'branchline.team.updated'));
    await expectCode(replacing, 'WRITE_CONFLICT');

    expect(await teams.findTeam(ada.tenant.id)).toEqual(next);
    expect(memory.events).toHaveLength(1);
  });
});

describe('a user', () => {
  test('is loaded with their memberships', async () => {
    const { user_id, tenant_id } = ada.member;

    expect(await users.load(user_id)).toEqual({
      user: ada.user,
      memberships: [{ user_id, tenant_id, created_at: CREATED_AT }],
    });
    expect(await users.load(testId('usr', 9))).toBeUndefined();
  });

  test('is loaded with more memberships than one batch has', async () => {
    for (let number = 2; number <= 250; number += 1) {
      const { tenant } = account(number);
      await teams.createTeam({ tenant, member: { ...ada.member, tenant_id: tenant.id }, events: [] });
    }

    expect((await users.load(ada.user.id))?.memberships).toHaveLength(250);
  });

  test('is found with others, whoever doesn’t exist left out', async () => {
    const bob = account(2);
    await createIdentityStore(memory.table).createAccount(bob);
    const nobody = Array.from({ length: 150 }, (_, number) => testId('usr', 1000 + number));

    const found = await users.findAll([ada.user.id, ...nobody, bob.user.id]);

    expect([...found.values()]).toEqual([ada.user, bob.user]);
    expect(await users.findAll([])).toEqual(new Map());
  });

  test('is replaced while they are current, with an event in a team’s outbox', async () => {
    const next = { ...ada.user, name: 'Ada Lovelace', version: 2 };
    await users.replace(ada.user, next, told(1, 'branchline.user.updated'));

    const late = { ...ada.user, name: 'Eve', version: 2 };
    await expectCode(users.replace(ada.user, late, told(2, 'branchline.user.updated')), 'WRITE_CONFLICT');

    expect((await users.load(ada.user.id))?.user).toEqual(next);
    expect(memory.events).toHaveLength(1);
  });
});
