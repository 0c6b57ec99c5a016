import { beforeEach, describe, expect, test } from 'vitest';
import { keys } from '../../../src/adapters/stores/keys.ts';
import { createTestApi, PASSWORD, type TestAccount, type TestApi } from '../../support/api.ts';
import { expectProblem, expectSuccess, idOf } from '../../support/samples.ts';
import { testId } from '../../support/test-ids.ts';

const ME = '/api/v1/users/me';
const DAY_MS = 86_400_000;

let api: TestApi;
let ada: TestAccount;
beforeEach(async () => {
  api = await createTestApi();
  ada = await api.signUp('ada');
});

interface Pair {
  readonly access_token: string;
  readonly refresh_token: string;
}

const makeTeam = async () =>
  idOf(await api.call('POST', '/api/v1/teams', { token: ada.token, body: { name: 'Side' } }));
const send = (tenant_id: string, token = ada.token) =>
  api.call('POST', '/api/v1/auth/switch', { token, body: { tenant_id } });
const switchTo = async (tenant_id: string, token = ada.token) =>
  expectSuccess('switchTenant', await send(tenant_id, token)) as Pair;
const refresh = (refresh_token: string) =>
  api.call('POST', '/api/v1/auth/refresh', { body: { refresh_token } });
const logIn = async (name = 'ada') => {
  const body = { email: `${name}@example.com`, password: PASSWORD };
  const answer = await api.call('POST', '/api/v1/auth/login', { body });
  return expectSuccess('login', answer) as Pair;
};
const whereIs = async (token: string) => {
  const { json } = await api.call('GET', ME, { token });
  return (json as { tenant: { id: string } }).tenant.id;
};

describe('switching', () => {
  test('ends the session in the one team and begins one in the other', async () => {
    const side = await makeTeam();
    const pair = await switchTo(side);

    expect(await whereIs(pair.access_token)).toBe(side);
    expectProblem(await api.call('GET', ME, { token: ada.token }), 'UNAUTHENTICATED');
    expectProblem(await refresh(ada.refresh_token), 'INVALID_REFRESH_TOKEN');

    const renewed = expectSuccess('refresh', await refresh(pair.refresh_token)) as Pair;
    expect(await whereIs(renewed.access_token)).toBe(side);
    const back = await switchTo(ada.tenant_id, renewed.access_token);
    expect(await whereIs(back.access_token)).toBe(ada.tenant_id);
  });

  test('leaves other sessions of the user alone', async () => {
    const other = await logIn();
    await switchTo(await makeTeam());

    expect(await whereIs(other.access_token)).toBe(ada.tenant_id);
  });

  test('shows what is in that team, and nothing of the first', async () => {
    const body = { name: 'shop', repository_url: 'https://git.example.com/shop' };
    await api.call('POST', '/api/v1/projects', { token: ada.token, body });
    const { access_token } = await switchTo(await makeTeam());

    const { json } = await api.call('GET', '/api/v1/projects', { token: access_token });
    expect(json).toEqual({ data: [], next_cursor: null });
  });

  test('to a team of somebody else’s is refused as to one that there isn’t', async () => {
    const eve = await api.signUp('eve');
    const foreign = expectProblem(await send(eve.tenant_id), 'TENANT_NOT_FOUND');
    const unknown = expectProblem(await send(testId('ten', 0xffff)), 'TENANT_NOT_FOUND');

    expect({ ...foreign, request_id: '' }).toEqual({ ...unknown, request_id: '' });
    expect(await whereIs(ada.token)).toBe(ada.tenant_id);
  });

  test('to a team that one was removed from is refused', async () => {
    const bob = await api.signUp('bob');
    const body = { email: 'bob@example.com', role: 'viewer' };
    const made = await api.call('POST', '/api/v1/team/invitations', { token: ada.token, body });
    const { token } = made.json as { token: string };
    await api.call('POST', '/api/v1/auth/invitations/accept', { token: bob.token, body: { token } });
    await api.call('DELETE', `/api/v1/team/members/${bob.user_id}`, { token: ada.token });

    expectProblem(await send(ada.tenant_id, bob.token), 'TENANT_NOT_FOUND');
  });

  test('hands out no token unless both have happened, and ends nothing before', async () => {
    const side = await makeTeam();
    const { store, credentials } = api.deps.accounts;
    const whole = { store: { ...store }, credentials: { ...credentials } };
    const fail = () => Promise.reject(new Error('no'));

    Object.assign(credentials, { beginSession: fail });
    expectProblem(await send(side), 'INTERNAL');
    expect(await whereIs(ada.token)).toBe(ada.tenant_id);
    Object.assign(credentials, whole.credentials);
    Object.assign(store, { deleteSession: fail });
    expectProblem(await send(side), 'INTERNAL');
    Object.assign(store, whole.store);
    expect(await whereIs((await switchTo(side)).access_token)).toBe(side);
  });

  test('begins no session once another has ended them all in the same moment', async () => {
    const side = await makeTeam();
    const { credentials, sessions } = api.deps.accounts;
    const whole = { ...credentials };
    const endFirst: typeof credentials.beginSession = async (user, session) => {
      Object.assign(credentials, whole);
      await sessions.endSessions(user.id);
      const key = keys.user(user.id);
      await api.test_accounts.memory.table.write({ kind: 'update', key, add: { version: 1 } });
      return credentials.beginSession(user, session);
    };
    Object.assign(credentials, { beginSession: endFirst });

    expectProblem(await send(side), 'UNAUTHENTICATED');
    expect((await sessions.listSessions(ada.user_id, { limit: 10 })).items).toEqual([]);
  });

  test('prolongs nothing: the session ends when the first would have', async () => {
    const side = await makeTeam();
    let pair: Pair = { access_token: ada.token, refresh_token: ada.refresh_token };
    for (let day = 0; day < 29; day += 1) {
      api.test_accounts.clock.advance(DAY_MS);
      pair = expectSuccess('refresh', await refresh(pair.refresh_token)) as Pair;
      pair = await switchTo(day % 2 === 0 ? side : ada.tenant_id, pair.access_token);
    }
    api.test_accounts.clock.advance(DAY_MS);

    expectProblem(await refresh(pair.refresh_token), 'INVALID_REFRESH_TOKEN');
  });

  test('is for sessions: no API token does it, and its answer is kept under no Idempotency-Key', async () => {
    const made = await api.call('POST', '/api/v1/tokens', { token: ada.token, body: { name: 'ci' } });
    expectProblem(await send(ada.tenant_id, (made.json as { token: string }).token), 'MISSING_SCOPE');

    const headers = { 'idempotency-key': 'one' };
    const body = { tenant_id: ada.tenant_id };
    const first = await api.call('POST', '/api/v1/auth/switch', { token: ada.token, body, headers });
    const { access_token } = expectSuccess('switchTenant', first) as Pair;
    const second = await api.call('POST', '/api/v1/auth/switch', { token: access_token, body, headers });
    expect((expectSuccess('switchTenant', second) as Pair).access_token).not.toBe(access_token);
  });
});

describe('signing in', () => {
  test('enters another team once one is removed from one’s home', async () => {
    const bob = await api.joinTeam(ada, 'bob', 'viewer');
    const own = await api.call('POST', '/api/v1/teams', { token: bob.token, body: { name: 'Own' } });
    await api.call('DELETE', `/api/v1/team/members/${bob.user_id}`, { token: ada.token });

    expect(await whereIs((await logIn('bob')).access_token)).toBe(idOf(own));
  });

  test('makes a team of one’s own where one is in none any more', async () => {
    const bob = await api.joinTeam(ada, 'bob', 'viewer');
    await api.call('DELETE', `/api/v1/team/members/${bob.user_id}`, { token: ada.token });

    const { access_token } = await logIn('bob');
    const { json } = await api.call('GET', ME, { token: access_token });
    expect(json).toMatchObject({ tenant: { name: "bob's team" }, roles: ['owner'], tenants: [{}] });
  });
});
