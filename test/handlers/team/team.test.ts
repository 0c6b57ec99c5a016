import { beforeEach, describe, expect, test } from 'vitest';
import { createTestApi, type TestAccount, type TestApi } from '../../support/api.ts';
import { expectProblem, expectSuccess, idOf } from '../../support/samples.ts';

const TEAM = '/api/v1/team';
const TEAMS = '/api/v1/teams';

let api: TestApi;
let account: TestAccount;
beforeEach(async () => {
  api = await createTestApi();
  account = await api.signUp('ada');
});

const send = (
  method: string,
  target: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
) => api.call(method, target, { token: account.token, body, headers });

describe('the team that one is signed in to', () => {
  test('has a name, which its owner changes', async () => {
    const team = expectSuccess('getTeam', await send('GET', TEAM));
    expect(team).toEqual({ id: account.tenant_id, name: "ada's team", created_at: expect.any(String) });

    const renamed = expectSuccess('updateTeam', await send('PUT', TEAM, { name: ' Engines ' }));
    expect(renamed).toEqual({ ...(team as object), name: 'Engines' });
    expect(expectSuccess('getTeam', await send('GET', TEAM))).toEqual(renamed);
    expect(api.test_accounts.memory.events.at(-1)).toMatchObject({
      type: 'branchline.team.updated',
      tenant_id: account.tenant_id,
      entity: { id: account.tenant_id, version: 2 },
      data: { name: 'Engines' },
    });
  });

  test('keeps its name for whoever read an older version', async () => {
    const { etag = '' } = (await send('GET', TEAM)).headers;
    expectSuccess('updateTeam', await send('PUT', TEAM, { name: 'one' }, { 'if-match': etag }));

    expectProblem(await send('PUT', TEAM, { name: 'two' }, { 'if-match': etag }), 'STALE_VERSION');
    expect((await send('GET', TEAM)).json).toMatchObject({ name: 'one' });
  });

  test.each([{}, { name: '' }, { name: 'x'.repeat(101) }, { name: 'x', owner_ids: [] }])(
    'is not renamed by %j',
    async (body) => {
      expectProblem(await send('PUT', TEAM, body), 'VALIDATION_FAILED');
    },
  );
});

describe('a further team', () => {
  test('is its maker’s, and leaves them signed in where they are', async () => {
    const made = await send('POST', TEAMS, { name: 'Side' });
    expect(expectSuccess('createTeam', made)).toEqual({ id: idOf(made), name: 'Side' });

    expect((await send('GET', TEAM)).json).toMatchObject({ id: account.tenant_id });
    expect(api.test_accounts.memory.events.at(-1)).toMatchObject({
      type: 'branchline.team.created',
      tenant_id: idOf(made),
      data: { name: 'Side' },
    });
  });

  test('is made by whoever has no say in their present one, too', async () => {
    const viewer = await api.signUp('vic', 'viewer');

    const made = await api.call('POST', TEAMS, { token: viewer.token, body: { name: 'Own' } });
    expectSuccess('createTeam', made);
    const { json } = await api.call('GET', '/api/v1/users/me', { token: viewer.token });
    expect(json).toMatchObject({ tenants: [{}, { id: idOf(made), roles: ['owner'] }] });
  });

  test('is the last one at a hundred', async () => {
    for (let count = 1; count < 100; count += 1) await send('POST', TEAMS, { name: `team ${count}` });

    expectProblem(await send('POST', TEAMS, { name: 'one more' }), 'TOO_MANY_TEAMS');
    const { json } = await send('GET', '/api/v1/users/me');
    expect((json as { tenants: unknown[] }).tenants).toHaveLength(100);
  });
});
