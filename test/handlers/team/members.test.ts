import { beforeEach, describe, expect, test } from 'vitest';
import { keys } from '../../../src/adapters/stores/keys.ts';
import { createTestApi, PASSWORD, type TestAccount, type TestApi } from '../../support/api.ts';
import { expectProblem, expectSuccess, idOf } from '../../support/samples.ts';
import { testId } from '../../support/test-ids.ts';

const MEMBERS = '/api/v1/team/members';

let api: TestApi;
let ada: TestAccount;
beforeEach(async () => {
  api = await createTestApi();
  ada = await api.signUp('ada');
});

const target = ({ user_id }: Pick<TestAccount, 'user_id'>) => `${MEMBERS}/${user_id}`;
const put = (by: TestAccount, whom: TestAccount, body: unknown) =>
  api.call('PUT', target(whom), { token: by.token, body });
const remove = (by: TestAccount, whom: TestAccount) => api.call('DELETE', target(whom), { token: by.token });
const statusOf = async ({ token }: { readonly token: string }, path = '/api/v1/projects') =>
  (await api.call('GET', path, { token })).status;

const createProject = async (name: string) => {
  const body = { name, repository_url: 'https://git.example.com/shop' };
  return idOf(await api.call('POST', '/api/v1/projects', { token: ada.token, body }));
};

describe('the list of members', () => {
  test('names them as they name themselves, with their roles and limits', async () => {
    const project_id = await createProject('shop');
    const bob = await api.joinTeam(ada, 'bob', 'developer', [project_id]);
    await api.call('PUT', '/api/v1/users/me', { token: bob.token, body: { name: 'Bob Roberts' } });

    const answer = await api.call('GET', MEMBERS, { token: ada.token });
    expect(expectSuccess('listMembers', answer)).toEqual({
      data: [
        {
          user_id: bob.user_id,
          email: 'bob@example.com',
          name: 'Bob Roberts',
          roles: ['developer'],
          project_ids: [project_id],
        },
        { user_id: ada.user_id, email: 'ada@example.com', name: 'ada', roles: ['owner'], project_ids: null },
      ],
      next_cursor: null,
    });
  });

  test('comes in pages', async () => {
    for (const name of ['bob', 'cy']) await api.joinTeam(ada, name, 'viewer');

    const first = await api.call('GET', `${MEMBERS}?limit=2`, { token: ada.token });
    const { data, next_cursor } = first.json as { data: { name: string }[]; next_cursor: string };
    expect(data.map(({ name }) => name)).toEqual(['cy', 'bob']);
    expect(first.headers['link']).toContain('rel="next"');
    const second = await api.call('GET', `${MEMBERS}?limit=2&cursor=${next_cursor}`, { token: ada.token });
    expect(second.json).toMatchObject({ data: [{ name: 'ada' }], next_cursor: null });
  });

  test('is for whoever may read the team, and shows nobody of another', async () => {
    const viewer = await api.joinTeam(ada, 'vic', 'viewer');
    const developer = await api.joinTeam(ada, 'dev', 'developer');
    const stranger = await api.signUp('eve');

    expect(await statusOf(viewer, MEMBERS)).toBe(200);
    expectProblem(await api.call('GET', MEMBERS, { token: developer.token }), 'FORBIDDEN');
    const { json } = await api.call('GET', MEMBERS, { token: stranger.token });
    expect(json).toMatchObject({ data: [{ user_id: stranger.user_id }] });
  });
});

describe('changing a member', () => {
  test('counts at once, and is told of', async () => {
    const bob = await api.joinTeam(ada, 'bob', 'viewer');
    const body = { name: 'shop', repository_url: 'https://git.example.com/shop' };
    const create = () => api.call('POST', '/api/v1/projects', { token: bob.token, body });
    expectProblem(await create(), 'FORBIDDEN');

    const changed = expectSuccess(
      'updateMember',
      await put(ada, bob, { roles: ['viewer', 'admin', 'admin'] }),
    );

    expect(changed).toMatchObject({ user_id: bob.user_id, name: 'bob', roles: ['admin', 'viewer'] });
    expect(api.test_accounts.memory.events.at(-1)).toMatchObject({
      type: 'branchline.member.updated',
      tenant_id: ada.tenant_id,
      entity: { id: expect.stringContaining(`${ada.tenant_id}/${bob.user_id}/`), version: 2 },
      data: { user_id: bob.user_id, roles: ['admin', 'viewer'], project_ids: null, changed_by: ada.user_id },
    });
    expectSuccess('createProject', await create());
  });

  test('limits them to projects, keeps the limit where it isn’t named, and lifts it', async () => {
    const [shop, other] = [await createProject('shop'), await createProject('other')];
    const bob = await api.joinTeam(ada, 'bob', 'admin');
    const sees = (id: string) => statusOf(bob, `/api/v1/projects/${id}`);

    const limited = await put(ada, bob, { roles: ['admin'], project_ids: [shop, shop] });
    expect(expectSuccess('updateMember', limited)).toMatchObject({ project_ids: [shop] });
    expect([await sees(shop), await sees(other)]).toEqual([200, 404]);
    expect(await statusOf(bob, MEMBERS)).toBe(403);

    const kept = expectSuccess('updateMember', await put(ada, bob, { roles: ['viewer'] }));
    expect(kept).toMatchObject({ roles: ['viewer'], project_ids: [shop] });

    await put(ada, bob, { roles: ['viewer'], project_ids: null });
    expect([await sees(shop), await sees(other)]).toEqual([200, 200]);
  });

  test('to an owner lifts every limit, and owners can’t be given one', async () => {
    const shop = await createProject('shop');
    const bob = await api.joinTeam(ada, 'bob', 'viewer', [shop]);

    const refused = await put(ada, bob, { roles: ['owner'], project_ids: [shop] });
    expect(expectProblem(refused, 'VALIDATION_FAILED').errors).toEqual([
      { pointer: '/project_ids', detail: expect.any(String) },
    ]);
    const promoted = expectSuccess('updateMember', await put(ada, bob, { roles: ['owner'] }));
    expect(promoted).toMatchObject({ roles: ['owner'], project_ids: null });
    expect(await statusOf(bob, MEMBERS)).toBe(200);
  });

  test('is refused for a project of nobody’s, or another team’s', async () => {
    const eve = await api.signUp('eve');
    const body = { name: 'shop', repository_url: 'https://git.example.com/shop' };
    const foreign = idOf(await api.call('POST', '/api/v1/projects', { token: eve.token, body }));
    const bob = await api.joinTeam(ada, 'bob', 'viewer');

    for (const id of [foreign, testId('prj', 0xffff)]) {
      const answer = await put(ada, bob, { roles: ['viewer'], project_ids: [id] });
      expectProblem(answer, 'PROJECT_NOT_FOUND');
    }
  });

  test.each([
    {},
    { roles: [] },
    { roles: ['emperor'] },
    { roles: ['viewer'], project_ids: 'all' },
    { roles: ['viewer'], project_ids: Array.from({ length: 101 }, (_, number) => testId('prj', number)) },
    { roles: ['viewer'], email: 'eve@example.com' },
  ])('is refused as %.60j', async (body) => {
    expectProblem(await put(ada, ada, body), 'VALIDATION_FAILED');
  });

  test('is an owner’s to do', async () => {
    for (const role of ['admin', 'developer', 'viewer'] as const) {
      const member = await api.joinTeam(ada, role, role);
      expectProblem(await put(member, member, { roles: ['owner'] }), 'FORBIDDEN');
      expectProblem(await put(member, ada, { roles: ['viewer'] }), 'FORBIDDEN');
    }
  });

  test('never leaves the team without an owner', async () => {
    await api.joinTeam(ada, 'bob', 'admin');

    expectProblem(await put(ada, ada, { roles: ['admin'] }), 'LAST_OWNER');
    expectSuccess('updateMember', await put(ada, ada, { roles: ['owner', 'viewer'] }));
  });
});

describe('removing a member', () => {
  test('ends their sessions and API tokens at once, and is told of', async () => {
    const bob = await api.joinTeam(ada, 'bob', 'admin');
    const made = await api.call('POST', '/api/v1/tokens', { token: bob.token, body: { name: 'ci' } });
    const { token } = made.json as { token: string };
    expect([await statusOf(bob), await statusOf({ token })]).toEqual([200, 200]);

    expectSuccess('removeMember', await remove(ada, bob));

    expect([await statusOf(bob), await statusOf({ token })]).toEqual([401, 401]);
    const { refresh_token } = bob;
    const refreshed = await api.call('POST', '/api/v1/auth/refresh', { body: { refresh_token } });
    expectProblem(refreshed, 'INVALID_REFRESH_TOKEN');
    expect(api.test_accounts.memory.events.at(-1)).toMatchObject({
      type: 'branchline.member.removed',
      tenant_id: ada.tenant_id,
      data: { user_id: bob.user_id, removed_by: ada.user_id },
    });
    expectProblem(await remove(ada, bob), 'MEMBER_NOT_FOUND');
  });

  test.each([0, 1000])('ends them for good: invited again %i ms later, they stay dead', async (pause_ms) => {
    const bob = await api.joinTeam(ada, 'bob', 'admin');
    const made = await api.call('POST', '/api/v1/tokens', { token: bob.token, body: { name: 'ci' } });
    const { token } = made.json as { token: string };
    expectSuccess('removeMember', await remove(ada, bob));
    api.test_accounts.clock.advance(pause_ms);

    const signIn = async () => {
      const body = { email: 'bob@example.com', password: PASSWORD };
      return expectSuccess('login', await api.call('POST', '/api/v1/auth/login', { body })) as {
        access_token: string;
      };
    };
    const { access_token } = await signIn();
    const invitation = await api.call('POST', '/api/v1/team/invitations', {
      token: ada.token,
      body: { email: 'bob@example.com', role: 'admin' },
    });
    const accepted = await api.call('POST', '/api/v1/auth/invitations/accept', {
      token: access_token,
      body: { token: (invitation.json as { token: string }).token },
    });
    expectSuccess('acceptInvitation', accepted);

    const members = await api.call('GET', MEMBERS, { token: ada.token });
    expect(JSON.stringify(members.json)).toContain(bob.user_id);
    expect([await statusOf(bob), await statusOf({ token })]).toEqual([401, 401]);
    const { refresh_token } = bob;
    const refreshed = await api.call('POST', '/api/v1/auth/refresh', { body: { refresh_token } });
    expectProblem(refreshed, 'INVALID_REFRESH_TOKEN');
  });

  test('leaves nothing good that it could miss: a credential older than its membership is dead', async () => {
    const bob = await api.joinTeam(ada, 'bob', 'admin');
    const made = await api.call('POST', '/api/v1/tokens', { token: bob.token, body: { name: 'ci' } });
    const { token } = made.json as { token: string };
    api.test_accounts.clock.advance(1000);
    const created_at = api.test_accounts.clock.now().toISOString();
    const key = keys.member(bob.tenant_id, bob.user_id);
    await api.test_accounts.memory.table.write({ kind: 'update', key, set: { created_at } });

    expect([await statusOf(bob), await statusOf({ token })]).toEqual([401, 401]);
  });

  test('is an owner’s to do, and nobody else learns who is a member', async () => {
    const bob = await api.joinTeam(ada, 'bob', 'viewer');
    const nobody = { ...bob, user_id: testId('usr', 0xffff) };
    for (const role of ['admin', 'developer', 'viewer'] as const) {
      const member = await api.joinTeam(ada, role, role);
      expectProblem(await remove(member, bob), 'FORBIDDEN');
      expectProblem(await remove(member, nobody), 'FORBIDDEN');
    }
    expect(await statusOf(bob)).toBe(200);
  });

  test.each(['owner', 'admin', 'developer', 'viewer'] as const)('as %s, one may leave', async (role) => {
    const bob = await api.joinTeam(ada, 'bob', role);

    expectSuccess('removeMember', await remove(bob, bob));

    expect(await statusOf(bob)).toBe(401);
    const { json } = await api.call('GET', MEMBERS, { token: ada.token });
    expect(json).toMatchObject({ data: [{ user_id: ada.user_id }] });
  });

  test('as somebody limited to projects, one may leave', async () => {
    const bob = await api.joinTeam(ada, 'bob', 'developer', [await createProject('shop')]);

    expectSuccess('removeMember', await remove(bob, bob));
  });

  test('the last owner can’t leave', async () => {
    await api.joinTeam(ada, 'bob', 'admin');

    expectProblem(await remove(ada, ada), 'LAST_OWNER');
    expect(await statusOf(ada)).toBe(200);
  });

  test('an API token can’t do it, whatever it may', async () => {
    const bob = await api.joinTeam(ada, 'bob', 'viewer');
    const body = { name: 'ci', scopes: ['team:delete', 'team:update'] };
    const made = await api.call('POST', '/api/v1/tokens', { token: ada.token, body });
    const { token } = made.json as { token: string };

    expectProblem(await remove({ ...ada, token }, bob), 'MISSING_SCOPE');
    expectSuccess('updateMember', await put({ ...ada, token }, bob, { roles: ['developer'] }));
  });
});
