import { beforeEach, describe, expect, test } from 'vitest';
import { createIdentityStore } from '../../../src/adapters/stores/identity-store.ts';
import { keys } from '../../../src/adapters/stores/keys.ts';
import { createTeamStore } from '../../../src/adapters/stores/team-store.ts';
import { createUserStore } from '../../../src/adapters/stores/user-store.ts';
import type { Member, NewAccount, TeamStore, UserStore } from '../../../src/domain/identity/index.ts';
import { expectCode } from '../../support/errors.ts';
import { createMemoryTable, type MemoryTable } from '../../support/tables.ts';
import { testId } from '../../support/test-ids.ts';
import { CLIENT, event } from '../../support/things.ts';

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
      previous_refresh_token_id: null,
      rotated_at: CREATED_AT,
      ...CLIENT,
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

  test('that is to be somebody’s home is made only while they are current', async () => {
    const { tenant } = account(2);
    const team = { tenant, member: { ...ada.member, tenant_id: tenant.id }, events: [] };
    const next = { ...ada.user, home_tenant_id: tenant.id, version: 2 };

    const stale = { ...ada.user, version: 7 };
    await expectCode(teams.createTeam(team, { previous: stale, next }), 'WRITE_CONFLICT');
    expect(await teams.findTeam(tenant.id)).toBeUndefined();
    await teams.createTeam(team, { previous: ada.user, next });
    expect((await users.load(ada.user.id))?.user).toEqual(next);
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

describe('the members of a team', () => {
  /** More of Ada's team, without accounts of their own. */
  const more = (number: number): Member => ({
    ...ada.member,
    user_id: testId('usr', number),
    email: `user-${number}@example.com`,
    roles: ['viewer'],
  });
  const add = async (member: Member) =>
    memory.table.write({
      kind: 'put',
      item: { key: keys.member(member.tenant_id, member.user_id), attributes: { ...member } },
    });

  test('are listed in pages, the newest accounts first', async () => {
    for (const number of [2, 3]) await add(more(number));

    const first = await teams.listMembers(ada.tenant.id, { limit: 2 });
    expect(first.items).toEqual([more(3), more(2)]);
    const second = await teams.listMembers(ada.tenant.id, { limit: 2, after: first.next ?? '' });
    expect(second).toEqual({ items: [ada.member], next: undefined });
    expect(await teams.listMembers(testId('ten', 9), { limit: 2 })).toEqual({ items: [], next: undefined });
  });

  test('are known by their addresses, also where there are more than a page', async () => {
    for (let number = 2; number <= 1002; number += 1) await add(more(number));

    expect(await teams.hasMember(ada.tenant.id, ada.user.email)).toBe(true);
    expect(await teams.hasMember(ada.tenant.id, 'user-1002@example.com')).toBe(true);
    expect(await teams.hasMember(ada.tenant.id, 'user-1003@example.com')).toBe(false);
    expect(await teams.hasMember(testId('ten', 9), ada.user.email)).toBe(false);
  });

  test('are replaced and removed while they are current', async () => {
    await add(more(2));
    const next: Member = { ...more(2), roles: ['admin'], version: 2 };
    await teams.replaceMember(more(2), next, undefined, told(1, 'branchline.member.updated'));

    const late = told(2, 'branchline.member.updated');
    await expectCode(teams.replaceMember(more(2), next, undefined, late), 'WRITE_CONFLICT');
    await expectCode(teams.removeMember(more(2), undefined, late), 'WRITE_CONFLICT');
    await teams.removeMember(next, undefined, told(3, 'branchline.member.removed'));

    expect((await teams.listMembers(ada.tenant.id, { limit: 10 })).items).toEqual([ada.member]);
    expect(memory.events.map(({ id }) => id)).toEqual([testId('evt', 1), testId('evt', 3)]);
  });

  test('change only with the owners that they were counted by', async () => {
    await add(more(2));
    const next: Member = { ...more(2), roles: ['owner'], version: 2 };
    const owners = (version: number) => ({
      previous: { ...ada.tenant, version },
      next: { ...ada.tenant, owner_ids: [ada.user.id, next.user_id], version: version + 1 },
    });

    const late = told(1, 'branchline.member.updated');
    await expectCode(teams.replaceMember(more(2), next, owners(7), late), 'WRITE_CONFLICT');
    await expectCode(teams.removeMember(more(2), owners(7), late), 'WRITE_CONFLICT');
    expect((await teams.loadMembership(ada.tenant.id, next.user_id))?.member).toEqual(more(2));

    await teams.replaceMember(more(2), next, owners(1), told(2, 'branchline.member.updated'));
    expect(await teams.loadMembership(ada.tenant.id, next.user_id)).toEqual({
      tenant: owners(1).next,
      member: next,
    });
  });

  test('are out of the directory too once they are removed', async () => {
    await teams.removeMember(ada.member, undefined, told(1, 'branchline.member.removed'));

    expect((await users.load(ada.user.id))?.memberships).toEqual([]);
  });

  test('lose all that is their own, however much it is, and others keep theirs', async () => {
    const identity = createIdentityStore(memory.table);
    const bob = account(2);
    await identity.createAccount(bob);
    for (let number = 1000; number < 1250; number += 1) {
      await identity.createSession({ ...ada.session, id: testId('ses', number) });
    }

    await teams.endCredentials(ada.tenant.id, ada.user.id);
    await teams.endCredentials(ada.tenant.id, testId('usr', 9));

    for (const number of [1, 1000, 1249]) {
      expect(await identity.loadAccess(ada.tenant.id, ada.user.id, testId('ses', number))).toBeUndefined();
    }
    expect(await identity.loadAccess(bob.tenant.id, bob.user.id, bob.session.id)).toBeDefined();
  });

  test('are let into projects that their team has', async () => {
    const id = testId('prj', 1);
    await memory.table.write({
      kind: 'put',
      item: { key: keys.project(ada.tenant.id, id), attributes: {} },
    });

    expect(await teams.hasProjects(ada.tenant.id, [])).toBe(true);
    expect(await teams.hasProjects(ada.tenant.id, [id, id])).toBe(true);
    expect(await teams.hasProjects(ada.tenant.id, [id, testId('prj', 2)])).toBe(false);
    expect(await teams.hasProjects(testId('ten', 2), [id])).toBe(false);
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

describe('the deletion of a user', () => {
  const leaving = () => ({ ...ada.user, deletes_at: '2026-11-29T12:00:00.000Z', version: 2 });
  const due = async () => {
    const shards = [0, 1, 2, 3].map((shard) =>
      memory.table.query({
        table: 'tenants',
        index: 'due',
        pk: `DUE#PURGE#${shard}`,
        direction: 'forward',
        limit: 10,
      }),
    );
    return (await Promise.all(shards)).flatMap(({ items }) => items.map(({ attributes }) => attributes));
  };
  const schedule = () =>
    users.scheduleDeletion(ada.user, leaving(), {
      purge_at: '2026-11-29T12:05:00.000Z',
      event: told(1, 'branchline.user.deletion_requested'),
    });

  test('is due at its time', async () => {
    await schedule();

    expect((await users.load(ada.user.id))?.user).toEqual(leaving());
    expect(await due()).toEqual([
      {
        kind: 'user',
        user_id: ada.user.id,
        tenant_id: ada.tenant.id,
        purge_at: '2026-11-29T12:05:00.000Z',
      },
    ]);
    await expectCode(schedule(), 'WRITE_CONFLICT');
  });

  test('is due no more once it is cancelled', async () => {
    await schedule();
    const kept = { ...ada.user, version: 3 };
    const event = told(2, 'branchline.user.deletion_cancelled');
    await users.cancelDeletion(leaving(), kept, event);

    expect((await users.load(ada.user.id))?.user).toEqual(kept);
    expect(await due()).toEqual([]);
    await expectCode(users.cancelDeletion(leaving(), kept, event), 'WRITE_CONFLICT');
  });

  test('frees their address, and only while they are current', async () => {
    await schedule();
    const event = told(2, 'branchline.user.deleted');
    await expectCode(users.purge(ada.user, event), 'WRITE_CONFLICT');
    await users.purge(leaving(), event);

    expect(await createIdentityStore(memory.table).findUserByEmail(ada.user.email)).toBeUndefined();
    expect(await users.load(ada.user.id)).toBeUndefined();
    expect(await due()).toEqual([]);
  });

  test('takes a team with it, only while team and member are current', async () => {
    const event = told(1, 'branchline.team.deleted');
    const stale = { ...ada.tenant, version: 7 };
    await expectCode(teams.removeTeam(stale, ada.member, event), 'WRITE_CONFLICT');
    await expectCode(teams.removeTeam(ada.tenant, { ...ada.member, version: 7 }, event), 'WRITE_CONFLICT');
    await teams.removeTeam(ada.tenant, ada.member, event);

    expect(await teams.findTeam(ada.tenant.id)).toBeUndefined();
    expect((await users.load(ada.user.id))?.memberships).toEqual([]);
  });
});
