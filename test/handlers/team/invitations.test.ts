import { beforeEach, describe, expect, test } from 'vitest';
import { createTestApi, PASSWORD, type TestAccount, type TestApi } from '../../support/api.ts';
import { expectProblem, expectSuccess, idOf } from '../../support/samples.ts';

const INVITATIONS = '/api/v1/team/invitations';
const DAY_MS = 86_400_000;
const BOB = 'bob@example.com';

let api: TestApi;
let ada: TestAccount;
beforeEach(async () => {
  api = await createTestApi();
  ada = await api.signUp('ada');
});

interface Made {
  readonly id: string;
  readonly token: string;
}

const post = (body: unknown, { token } = ada, headers: Readonly<Record<string, string>> = {}) =>
  api.call('POST', INVITATIONS, { token, body, headers });
const invite = async (email = BOB, role = 'developer', by = ada) =>
  expectSuccess('createInvitation', await post({ email, role }, by)) as Made;
const accept = (who: TestAccount, token: string) =>
  api.call('POST', '/api/v1/auth/invitations/accept', { token: who.token, body: { token } });
const register = (invitation_token: string, email = BOB) =>
  api.call('POST', '/api/v1/auth/register', {
    body: { email, password: PASSWORD, name: 'Bob', invitation_token },
  });
const list = async (who = ada) => {
  const answer = await api.call('GET', INVITATIONS, { token: who.token });
  return (expectSuccess('listInvitations', answer) as { data: Made[] }).data;
};
const login = async () => {
  const body = { email: 'ada@example.com', password: PASSWORD };
  const { json } = await api.call('POST', '/api/v1/auth/login', { body });
  return { ...ada, token: (json as { access_token: string }).access_token };
};

describe('inviting', () => {
  test('answers with a token that is mailed too, and stored nowhere', async () => {
    const made = expectSuccess('createInvitation', await post({ email: ' Bob@Example.com', role: 'admin' }));

    expect(made).toEqual({
      id: expect.any(String),
      email: BOB,
      role: 'admin',
      expires_at: new Date(api.test_accounts.clock.now().getTime() + 7 * DAY_MS).toISOString(),
      token: expect.stringMatching(/^bli_[\w-]+$/),
    });
    const { token } = made as Made;
    expect(api.test_accounts.mails).toEqual([
      { to: BOB, subject: expect.any(String), text: expect.stringContaining(token) },
    ]);
    expect(api.test_accounts.memory.rawText()).not.toContain(token);
    expect(api.logger.text()).not.toContain(token);
    expect(api.test_accounts.memory.events.at(-1)).toMatchObject({
      type: 'branchline.member.invited',
      data: { invitation_id: (made as Made).id, role: 'admin', invited_by: ada.user_id },
    });
  });

  test('answers the same whether or not the address has an account', async () => {
    await api.signUp('bob');
    const known = await post({ email: BOB, role: 'viewer' });
    const unknown = await post({ email: 'cy@example.com', role: 'viewer' });

    const shape = ({ status, json }: typeof known) => [status, Object.keys(json as object)];
    expect(shape(known)).toEqual(shape(unknown));
    expect(api.test_accounts.mails.map(({ subject }) => subject)).toEqual([
      api.test_accounts.mails[0]?.subject,
      api.test_accounts.mails[0]?.subject,
    ]);
  });

  test('again replaces the older invitation: its token is worth nothing any more', async () => {
    const older = await invite();
    const newer = await invite(BOB, 'viewer');

    expect((await list()).map(({ id }) => id)).toEqual([newer.id]);
    expectProblem(await register(older.token), 'INVALID_INVITATION');
    expectSuccess('register', await register(newer.token));
  });

  test('is refused for a member, and for a viewer, a developer and an admin to do', async () => {
    await api.joinTeam(ada, 'bob', 'viewer');
    expectProblem(await post({ email: BOB, role: 'admin' }), 'ALREADY_MEMBER');

    for (const role of ['admin', 'developer', 'viewer'] as const) {
      const member = await api.joinTeam(ada, role, role);
      expectProblem(await post({ email: 'eve@example.com', role: 'owner' }, member), 'FORBIDDEN');
    }
  });

  test.each([
    { email: BOB },
    { role: 'viewer' },
    { email: 'bob', role: 'viewer' },
    { email: BOB, role: 'emperor' },
    { email: BOB, role: ['viewer'] },
    { email: BOB, role: 'owner', project_ids: [] },
    { email: BOB, role: 'viewer', project_ids: ['shop'] },
  ])('is refused as %j', async (body) => {
    expectProblem(await post(body), 'VALIDATION_FAILED');
    expect(api.test_accounts.mails).toEqual([]);
  });

  test('has an end at a hundred open ones, but for those that replace one', async () => {
    for (let count = 0; count < 100; count += 1) await invite(`guest-${count}@example.com`);

    expectProblem(await post({ email: BOB, role: 'viewer' }), 'TOO_MANY_INVITATIONS');
    await invite('guest-5@example.com');
    api.test_accounts.clock.advance(7 * DAY_MS);
    await invite(BOB, 'viewer', await login());
  });

  test('doesn’t keep the answer under an Idempotency-Key', async () => {
    const body = { email: BOB, role: 'viewer' };
    const [one, two] = [
      await post(body, ada, { 'idempotency-key': 'a' }),
      await post(body, ada, { 'idempotency-key': 'a' }),
    ];

    expect(idOf(two)).not.toBe(idOf(one));
  });

  test('whose mail can’t be sent fails, and works when it is done again', async () => {
    const { mailer } = api.deps.invitations;
    const down = { send: () => Promise.reject(new Error('no')) };
    Object.assign(api.deps.invitations, { mailer: down });
    expectProblem(await post({ email: BOB, role: 'viewer' }), 'INTERNAL');
    Object.assign(api.deps.invitations, { mailer });

    const { token } = await invite();
    expectSuccess('register', await register(token));
  });
});

describe('open invitations', () => {
  test('are listed without their tokens, newest first, to whoever may read the team', async () => {
    const first = await invite();
    const second = await invite('cy@example.com', 'viewer');
    const viewer = await api.joinTeam(ada, 'vic', 'viewer');

    const listed = await list(viewer);
    expect(listed.map(({ id }) => id)).toEqual([second.id, first.id]);
    expect(listed[1]).toEqual({
      id: first.id,
      email: BOB,
      role: 'developer',
      project_ids: null,
      created_at: expect.any(String),
      expires_at: expect.any(String),
    });
    expect(await list(await api.signUp('eve'))).toEqual([]);
  });

  test('are gone from the list after a week, and can’t be taken back then', async () => {
    const { id } = await invite();
    api.test_accounts.clock.advance(7 * DAY_MS);
    const owner = await login();

    expect(await list(owner)).toEqual([]);
    const late = await api.call('DELETE', `${INVITATIONS}/${id}`, { token: owner.token });
    expectProblem(late, 'INVITATION_NOT_FOUND');
  });

  test('may be taken back by an owner', async () => {
    const { id, token } = await invite();
    const viewer = await api.joinTeam(ada, 'vic', 'viewer');
    const remove = (who: TestAccount) => api.call('DELETE', `${INVITATIONS}/${id}`, { token: who.token });

    expectProblem(await remove(viewer), 'FORBIDDEN');
    expectSuccess('deleteInvitation', await remove(ada));

    expectProblem(await remove(ada), 'INVITATION_NOT_FOUND');
    expectProblem(await register(token), 'INVALID_INVITATION');
    expect(await list()).toEqual([]);
  });
});

describe('accepting', () => {
  test('adds the team to those of the user, who stays where they are', async () => {
    const bob = await api.signUp('bob');
    const { token } = await invite();

    const answer = expectSuccess('acceptInvitation', await accept(bob, token));

    const team = { id: ada.tenant_id, name: "ada's team" };
    expect(answer).toEqual({ tenant: team, roles: ['developer'] });
    const { json } = await api.call('GET', '/api/v1/users/me', { token: bob.token });
    expect(json).toMatchObject({
      tenant: { id: bob.tenant_id },
      roles: ['owner'],
      tenants: expect.arrayContaining([{ ...team, roles: ['developer'] }]),
    });
    expect(await list()).toEqual([]);
    expect(api.test_accounts.memory.events.at(-1)).toMatchObject({
      type: 'branchline.member.joined',
      tenant_id: ada.tenant_id,
      data: { user_id: bob.user_id, roles: ['developer'], project_ids: null, invited_by: ada.user_id },
    });
  });

  test('works once', async () => {
    const bob = await api.signUp('bob');
    const { token } = await invite();
    const answers = await Promise.all([accept(bob, token), accept(bob, token), accept(bob, token)]);

    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expectProblem(await accept(bob, token), 'INVALID_INVITATION');
  });

  test('is refused alike to another address, after its week, and for what is no token', async () => {
    const [bob, eve] = [await api.signUp('bob'), await api.signUp('eve')];
    const { token } = await invite();
    const other = expectProblem(await accept(eve, token), 'INVALID_INVITATION');

    for (const wrong of ['x', 'bli_', `${token}x`, token.slice(0, -1), token.replace('bli_', 'blt_')]) {
      const problem = expectProblem(await accept(bob, wrong), 'INVALID_INVITATION');
      expect({ ...problem, request_id: '' }).toEqual({ ...other, request_id: '' });
    }
    api.test_accounts.clock.advance(7 * DAY_MS);
    const body = { email: BOB, password: PASSWORD };
    const { json } = await api.call('POST', '/api/v1/auth/login', { body });
    const later = { ...bob, token: (json as { access_token: string }).access_token };
    expectProblem(await accept(later, token), 'INVALID_INVITATION');
  });

  test('is refused to a forged token that names the right invitation', async () => {
    const bob = await api.signUp('bob');
    const { id, token } = await invite();
    const forged = api.deps.invitations.codec.create([ada.tenant_id, id]);

    expectProblem(await accept(bob, forged.text), 'INVALID_INVITATION');
    expectSuccess('acceptInvitation', await accept(bob, token));
  });

  test('takes no API token', async () => {
    const bob = await api.signUp('bob');
    const made = await api.call('POST', '/api/v1/tokens', { token: bob.token, body: { name: 'ci' } });
    const { token } = await invite();

    const answer = await accept({ ...bob, token: (made.json as { token: string }).token }, token);
    expectProblem(answer, 'MISSING_SCOPE');
  });

  test('of a limited invitation lets into its projects alone', async () => {
    const project = { name: 'shop', repository_url: 'https://git.example.com/shop' };
    const create = async (name: string) =>
      idOf(await api.call('POST', '/api/v1/projects', { token: ada.token, body: { ...project, name } }));
    const [shop, other] = [await create('shop'), await create('other')];
    const bob = await api.joinTeam(ada, 'bob', 'developer', [shop]);

    const statusOf = async (id: string) =>
      (await api.call('GET', `/api/v1/projects/${id}`, { token: bob.token })).status;
    expect([await statusOf(shop), await statusOf(other)]).toEqual([200, 404]);
  });

  test('as an owner makes one more of them', async () => {
    const bob = await api.joinTeam(ada, 'bob', 'owner');

    const leaving = await api.call('DELETE', `/api/v1/team/members/${ada.user_id}`, { token: ada.token });
    expectSuccess('removeMember', leaving);
    const { json } = await api.call('GET', '/api/v1/team/members', { token: bob.token });
    expect(json).toMatchObject({ data: [{ user_id: bob.user_id, roles: ['owner'] }] });
  });
});

describe('registering by invitation', () => {
  test('makes an account in the inviter’s team, and no team', async () => {
    const { token } = await invite();
    const answer = expectSuccess('register', await register(token));

    expect(answer).toMatchObject({
      user: { email: BOB, name: 'Bob' },
      tenant: { id: ada.tenant_id, name: "ada's team" },
    });
    const { access_token } = answer as { access_token: string };
    const { json } = await api.call('GET', '/api/v1/users/me', { token: access_token });
    expect(json).toMatchObject({
      tenant: { id: ada.tenant_id },
      tenants: [{ id: ada.tenant_id, roles: ['developer'] }],
    });
    const types = api.test_accounts.memory.events.slice(-2).map(({ type }) => type);
    expect(types).toEqual(['branchline.user.created', 'branchline.member.joined']);
  });

  test('lets them log in to that team later', async () => {
    const { token } = await invite();
    await register(token);

    const body = { email: BOB, password: PASSWORD };
    const { json } = await api.call('POST', '/api/v1/auth/login', { body });
    const { access_token } = json as { access_token: string };
    const me = await api.call('GET', '/api/v1/users/me', { token: access_token });
    expect(me.json).toMatchObject({ tenant: { id: ada.tenant_id } });
  });

  test('needs the invited address, a token that is still good, and an address without an account', async () => {
    const { token } = await invite();
    expectProblem(await register(token, 'eve@example.com'), 'INVALID_INVITATION');
    expectProblem(await register('bli_x'), 'INVALID_INVITATION');
    await api.signUp('bob');
    expectProblem(await register(token), 'EMAIL_TAKEN');
    expect(await list()).toHaveLength(1);
    api.test_accounts.clock.advance(7 * DAY_MS);
    expectProblem(await register(token), 'INVALID_INVITATION');
  });

  test('hashes no password for a token that is worth nothing', async () => {
    const before = api.test_accounts.passwords.calls.length;
    await register('bli_x');

    expect(api.test_accounts.passwords.calls).toHaveLength(before);
  });

  test('twice at the same moment makes one account', async () => {
    const { token } = await invite();
    const answers = await Promise.all([register(token), register(token)]);

    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  });
});
