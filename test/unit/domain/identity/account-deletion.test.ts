import { beforeEach, describe, expect, test } from 'vitest';
import { keys } from '../../../../src/adapters/stores/keys.ts';
import { createProjectStore } from '../../../../src/adapters/stores/project-store.ts';
import type { Principal, Role } from '../../../../src/domain/access/index.ts';
import {
  acceptInvitation,
  createTeam,
  invite,
  login,
  type PurgeDependencies,
  purgeAccount,
  register,
  removeMember,
  requestDeletion,
} from '../../../../src/domain/identity/index.ts';
import { createProject, deleteAllProjects } from '../../../../src/domain/projects/index.ts';
import { expectCode } from '../../../support/errors.ts';
import { testSealer } from '../../../support/sealers.ts';
import { createTestTeams, PASSWORD, type TestTeams } from '../../../support/teams.ts';
import { CLIENT } from '../../../support/things.ts';

const DAY_MS = 86_400_000;
const MARGIN_MS = 5 * 60_000;

let teams: TestTeams;
let ada: Principal;
beforeEach(async () => {
  teams = await createTestTeams();
  ada = await teams.signUp('ada');
});

const accounts = () => teams.accounts;
const signIn = (name = 'ada') =>
  login(accounts(), { email: `${name}@example.com`, password: PASSWORD }, CLIENT);

/** Signs somebody up and lets them join a team. */
async function join(name: string, role: Role, by = ada): Promise<Principal> {
  const who = await teams.signUp(name);
  const { token } = await invite(teams.deps, by, { email: who.email, role });
  await acceptInvitation(teams.deps, who, token);
  return who;
}

const projects = () => ({
  projects: createProjectStore(teams.memory.table, testSealer),
  clock: teams.clock,
  ids: teams.deps.ids,
  allow_local_repositories: true,
});
const purge = (who = ada, changes: Partial<PurgeDependencies> = {}) =>
  purgeAccount(
    { ...teams.deps, deleteProjects: (owner) => deleteAllProjects(projects(), owner), ...changes },
    who,
  );
/** Asks for the deletion, and lets the time go by. */
async function expire(who = ada): Promise<void> {
  await requestDeletion(accounts(), who, PASSWORD);
  teams.clock.advance(14 * DAY_MS + MARGIN_MS);
}

describe('asking for the deletion of one’s account', () => {
  test('needs the password', async () => {
    await expectCode(requestDeletion(accounts(), ada, 'wrong'), 'INVALID_CREDENTIALS');
    expect((await teams.deps.users.load(ada.user_id))?.user.deletes_at).toBeNull();
  });

  test('ends what signs the user in, in every team, and has the purge told', async () => {
    const side = await createTeam(teams.deps, ada, { name: 'Side' });
    const session = {
      id: 'ses_00000000-0000-7000-8000-0000000000aa',
      tenant_id: side.id,
      user_id: ada.user_id,
      refresh_token_id: 'tok_00000000-0000-7000-8000-0000000000aa',
      previous_refresh_token_id: null,
      rotated_at: '2026-11-15T12:00:00.000Z',
      ...CLIENT,
      created_at: teams.clock.now().toISOString(),
      expires_at: '2027-12-15T12:00:00.000Z',
    };
    await accounts().store.createSession(session);

    const deletes_at = await requestDeletion(accounts(), ada, PASSWORD);

    expect(Date.parse(deletes_at) - teams.clock.now().getTime()).toBe(14 * DAY_MS);
    for (const [tenant_id, id] of [
      [side.id, session.id],
      [ada.tenant_id, ada.credential.id],
    ] as const) {
      expect(await accounts().store.loadAccess(tenant_id, ada.user_id, id)).toBeUndefined();
    }
  });

  test('goes on where it broke off, and leaves the time as it was', async () => {
    const whole = { ...teams.deps.teams };
    Object.assign(teams.deps.teams, { endCredentials: () => Promise.reject(new Error('no')) });
    await expect(requestDeletion(accounts(), ada, PASSWORD)).rejects.toThrow('no');
    Object.assign(teams.deps.teams, whole);
    const first = (await teams.deps.users.load(ada.user_id))?.user.deletes_at;
    teams.clock.advance(DAY_MS);

    expect(await requestDeletion(accounts(), ada, PASSWORD)).toBe(first);
    const session = await accounts().store.loadAccess(ada.tenant_id, ada.user_id, ada.credential.id);
    expect(session).toBeUndefined();
  });

  test('is refused to the last owner of a team that others are in', async () => {
    const bob = await join('bob', 'admin');

    await expectCode(requestDeletion(accounts(), ada, PASSWORD), 'LAST_OWNER');
    expect(await requestDeletion(accounts(), bob, PASSWORD)).toBeDefined();
  });

  test('is granted to one of two owners', async () => {
    await join('bob', 'owner');

    expect(await requestDeletion(accounts(), ada, PASSWORD)).toBeDefined();
  });
});

describe('signing in meanwhile', () => {
  test('keeps the account, and answers as ever', async () => {
    const before = await signIn();
    await requestDeletion(accounts(), ada, PASSWORD);
    const after = await signIn();

    expect(after.user).toEqual(before.user);
    expect([before.is_kept, after.is_kept, (await signIn()).is_kept]).toEqual([false, true, false]);
    teams.clock.advance(20 * DAY_MS);
    await purge();
    expect(await signIn()).toBeDefined();
  });

  test('twice at the same moment keeps it too', async () => {
    await requestDeletion(accounts(), ada, PASSWORD);

    await Promise.all([signIn(), signIn()]);

    expect((await teams.deps.users.load(ada.user_id))?.user.deletes_at).toBeNull();
  });

  test('with a wrong password keeps nothing', async () => {
    await requestDeletion(accounts(), ada, PASSWORD);

    await expectCode(
      login(accounts(), { email: ada.email, password: 'wrong' }, CLIENT),
      'INVALID_CREDENTIALS',
    );
    expect((await teams.deps.users.load(ada.user_id))?.user.deletes_at).not.toBeNull();
  });

  test('with a password that changes in that moment lets nobody in by the old one', async () => {
    await requestDeletion(accounts(), ada, PASSWORD);
    const { table } = teams.memory;
    const load: TestTeams['deps']['users']['load'] = async (user_id) => {
      const password_hash = await accounts().passwords.hash('another one');
      const key = keys.user(user_id);
      await table.write({ kind: 'update', key, set: { password_hash }, add: { version: 1 } });
      return teams.deps.users.load(user_id);
    };
    const racing = { ...accounts(), users: { ...accounts().users, load } };

    const old = { email: ada.email, password: PASSWORD };
    await expectCode(login(racing, old, CLIENT), 'INVALID_CREDENTIALS');
    expect((await accounts().sessions.listSessions(ada.user_id, { limit: 10 })).items).toEqual([]);
  });

  test('is over with the last moment, whether or not the purge has come', async () => {
    await requestDeletion(accounts(), ada, PASSWORD);
    teams.clock.advance(14 * DAY_MS - 1);
    await signIn();

    await requestDeletion(accounts(), ada, PASSWORD);
    teams.clock.advance(14 * DAY_MS);
    await expectCode(signIn(), 'INVALID_CREDENTIALS');
  });
});

describe('the purge', () => {
  test('leaves nothing of the account, and its address is free', async () => {
    await expire();
    await purge();

    expect(await teams.deps.users.load(ada.user_id)).toBeUndefined();
    expect(await teams.read(ada.tenant_id)).toEqual({ tenant: undefined, members: [] });
    const rows = teams.memory.database.prepare('SELECT * FROM items').all();
    const left = rows.filter((row) => JSON.stringify(row).includes(ada.user_id));
    expect(left.every((row) => JSON.stringify(row).includes('#OUTBOX'))).toBe(true);
    expect(teams.memory.events.slice(-2).map(({ type }) => type)).toEqual([
      'branchline.team.deleted',
      'branchline.user.deleted',
    ]);
    await register(accounts(), { email: ada.email, password: PASSWORD, name: 'New' }, CLIENT);
  });

  test('touches nothing before its time, nor a second time', async () => {
    await requestDeletion(accounts(), ada, PASSWORD);
    teams.clock.advance(14 * DAY_MS + MARGIN_MS - 1);
    expect(await purge()).toBe(false);
    expect(await teams.deps.users.load(ada.user_id)).toBeDefined();

    teams.clock.advance(1);
    expect(await purge()).toBe(true);
    const events = teams.memory.events.length;
    expect(await purge()).toBe(false);
    expect(teams.memory.events).toHaveLength(events);
  });

  test('deletes the projects of a team that nobody else is in', async () => {
    const input = { name: 'shop', repository_url: 'https://git.example.com/shop' };
    const project = await createProject(projects(), ada, input);
    await expire();
    await purge();

    expect(await projects().projects.find(ada.tenant_id, project.id)).toBeUndefined();
    const told = teams.memory.events.filter(({ type }) => type === 'branchline.project.deleted');
    expect(told.map(({ entity }) => entity.id)).toEqual([project.id]);
  });

  test('goes on where it broke off', async () => {
    await createTeam(teams.deps, ada, { name: 'Side' });
    await expire();
    await expect(purge(ada, { deleteProjects: () => Promise.reject(new Error('no')) })).rejects.toThrow('no');
    expect(await teams.deps.users.load(ada.user_id)).toBeDefined();

    await purge();
    expect(await teams.deps.users.load(ada.user_id)).toBeUndefined();
  });

  test('leaves a team to its other members, with its projects', async () => {
    const bob = await join('bob', 'owner');
    const input = { name: 'shop', repository_url: 'https://git.example.com/shop' };
    const project = await createProject(projects(), ada, input);
    await expire();
    await purge();

    const { tenant, members } = await teams.read(ada.tenant_id);
    expect(tenant?.owner_ids).toEqual([bob.user_id]);
    expect(members.map(({ user_id }) => user_id)).toEqual([bob.user_id]);
    expect(await projects().projects.find(ada.tenant_id, project.id)).toBeDefined();
  });

  test('makes the strongest of those who are left an owner, where the others have gone', async () => {
    const bob = await join('bob', 'owner');
    await join('cy', 'viewer');
    teams.clock.advance(1000);
    const dan = await join('dan', 'admin');
    teams.clock.advance(1000);
    await join('eve', 'admin');
    await requestDeletion(accounts(), ada, PASSWORD);
    const now = await teams.principalIn(ada.tenant_id, bob);
    await removeMember(teams.deps, now ?? bob, bob.user_id);
    teams.clock.advance(15 * DAY_MS);
    await purge();

    const { tenant, members } = await teams.read(ada.tenant_id);
    expect(tenant?.owner_ids).toEqual([dan.user_id]);
    expect(members.find(({ user_id }) => user_id === dan.user_id)?.roles).toEqual(['owner', 'admin']);
    expect(members).toHaveLength(3);
  });

  test('lets nobody into a team that goes: its invitations end', async () => {
    const bob = await teams.signUp('bob');
    await expire();
    const { token } = await invite(teams.deps, ada, { email: bob.email, role: 'viewer' });
    await purge();

    await expectCode(acceptInvitation(teams.deps, bob, token), 'INVALID_INVITATION');
    expect((await teams.read(ada.tenant_id)).members).toEqual([]);
  });

  test('leaves the team to whoever joins at the last moment', async () => {
    const bob = await teams.signUp('bob');
    await expire();
    const { token } = await invite(teams.deps, ada, { email: bob.email, role: 'viewer' });
    const withdrawAll = async (tenant_id: string) => {
      await acceptInvitation(teams.deps, bob, token);
      await teams.deps.invitations.withdrawAll(tenant_id);
    };
    await purge(ada, { invitations: { withdrawAll } });

    const { tenant, members } = await teams.read(ada.tenant_id);
    expect(tenant?.owner_ids).toEqual([bob.user_id]);
    expect(members.map(({ roles }) => roles)).toEqual([['owner', 'viewer']]);
  });
});
