import { beforeEach, describe, expect, test } from 'vitest';
import { createTestApi, PASSWORD, type TestAccount, type TestApi } from '../../support/api.ts';
import { createCredentials, expectProblem, expectSuccess } from '../../support/samples.ts';

const PATH = '/api/v1/auth/sessions';
const PROJECTS = '/api/v1/projects';
const DAY_MS = 86_400_000;

let api: TestApi;
let ada: TestAccount;
beforeEach(async () => {
  api = await createTestApi();
  ada = await api.signUp('ada');
});

interface ListedSession {
  readonly id: string;
  readonly current: boolean;
}
interface List {
  readonly data: readonly ListedSession[];
  readonly next_cursor: string | null;
}

const list = async (token = ada.token, query = '') =>
  expectSuccess('listSessions', await api.call('GET', `${PATH}${query}`, { token })) as List;

async function logIn(user_agent = 'test') {
  api.test_accounts.clock.advance(1000);
  const body = { email: 'ada@example.com', password: PASSWORD };
  const answer = await api.call('POST', '/api/v1/auth/login', {
    body,
    headers: { 'user-agent': user_agent },
  });
  return expectSuccess('login', answer) as { access_token: string; refresh_token: string };
}

const expectDead = async (token: string) =>
  expectProblem(await api.call('GET', PROJECTS, { token }), 'UNAUTHENTICATED');

describe('logging out', () => {
  test('kills both tokens of the session at once, and no other session', async () => {
    const other = await logIn();
    expectSuccess('logout', await api.call('POST', '/api/v1/auth/logout', { token: ada.token }));

    await expectDead(ada.token);
    const body = { refresh_token: ada.refresh_token };
    expectProblem(await api.call('POST', '/api/v1/auth/refresh', { body }), 'INVALID_REFRESH_TOKEN');
    expectProblem(await api.call('POST', '/api/v1/auth/logout', { token: ada.token }), 'UNAUTHENTICATED');
    expect((await api.call('GET', PROJECTS, { token: other.access_token })).status).toBe(200);
  });
});

describe('listing sessions', () => {
  test('shows where each began and when it was last used, newest first', async () => {
    const { access_token, refresh_token } = await logIn('curl/8.0');
    api.test_accounts.clock.advance(60_000);
    await api.call('POST', '/api/v1/auth/refresh', { body: { refresh_token } });

    const { session_id } = await createCredentials(api, ada);
    expect(await list()).toEqual({
      data: [
        {
          id: expect.stringMatching(/^ses_/),
          tenant_id: ada.tenant_id,
          created_at: '2026-11-15T12:00:01.000Z',
          last_used_at: '2026-11-15T12:01:01.000Z',
          expires_at: '2026-12-15T12:00:01.000Z',
          user_agent: 'curl/8.0',
          ip: expect.any(String),
          current: false,
        },
        expect.objectContaining({ id: session_id, user_agent: 'test', current: true }),
      ],
      next_cursor: null,
    });
    expect((await list(access_token)).data.map(({ current }) => current)).toEqual([true, false]);
  });

  test('goes on page by page, and the cursor is good for nobody else', async () => {
    for (let count = 0; count < 4; count += 1) await logIn();
    const all = (await list()).data.map(({ id }) => id);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: List = await list(ada.token, `?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`);
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(all).toHaveLength(5);
    expect(seen).toEqual(all);

    const { next_cursor } = await list(ada.token, '?limit=2');
    const bob = await api.signUp('bob');
    const stolen = await api.call('GET', `${PATH}?cursor=${next_cursor}`, { token: bob.token });
    expectProblem(stolen, 'INVALID_CURSOR');
  });

  test('leaves out what has ended: logged out, idle for a week, or past its absolute end', async () => {
    await logIn();
    const gone = await logIn();
    await api.call('POST', '/api/v1/auth/logout', { token: gone.access_token });
    expect((await list()).data).toHaveLength(2);

    api.test_accounts.clock.advance(7 * DAY_MS);
    const { access_token } = await logIn();
    expect((await list(access_token)).data).toHaveLength(1);
  });

  test('shows a user agent of whatever length and content as short and harmless text', async () => {
    const { access_token } = await logIn(`\u0001 x${'y'.repeat(1000)}`);

    const [session] = (await list(access_token)).data as unknown as { user_agent: string }[];
    expect(session?.user_agent).toMatch(/^xy{255}$/);
  });
});

describe('ending a session', () => {
  test('kills its tokens and is done once', async () => {
    const stolen = await logIn();
    const [{ id } = { id: '' }] = (await list()).data;
    expectSuccess('endSession', await api.call('DELETE', `${PATH}/${id}`, { token: ada.token }));

    await expectDead(stolen.access_token);
    const body = { refresh_token: stolen.refresh_token };
    expectProblem(await api.call('POST', '/api/v1/auth/refresh', { body }), 'INVALID_REFRESH_TOKEN');
    const again = await api.call('DELETE', `${PATH}/${id}`, { token: ada.token });
    expectProblem(again, 'SESSION_NOT_FOUND');
  });

  test('may be of the one that asks', async () => {
    const { session_id } = await createCredentials(api, ada);
    const answer = await api.call('DELETE', `${PATH}/${session_id}`, { token: ada.token });
    expectSuccess('endSession', answer);

    await expectDead(ada.token);
  });

  test('never is of another user’s', async () => {
    const { session_id } = await createCredentials(api, ada);
    const { token } = await api.signUp('bob');
    expectProblem(await api.call('DELETE', `${PATH}/${session_id}`, { token }), 'SESSION_NOT_FOUND');

    expect((await list()).data).toHaveLength(1);
  });
});
