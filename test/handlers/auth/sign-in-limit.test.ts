import { beforeEach, describe, expect, test } from 'vitest';
import { createTestApi, PASSWORD, type TestApi } from '../../support/api.ts';
import { expectProblem, expectSuccess } from '../../support/samples.ts';

let api: TestApi;
beforeEach(async () => {
  api = await createTestApi({ rate_limit: 'default' });
});

const login = (email: string, password: string) =>
  api.call('POST', '/api/v1/auth/login', { body: { email, password } });
const failTimes = async (times: number, email: string) => {
  for (let count = 0; count < times; count += 1) {
    expectProblem(await login(email, 'wrong'), 'INVALID_CREDENTIALS');
  }
};
const linesOf = (message: string) => api.logger.lines.filter((line) => line.message === message);

describe('after ten failures', () => {
  test('an account is refused before its password is looked at, right or wrong, and told when to come back', async () => {
    await api.signUp('ada');
    await failTimes(10, 'ada@example.com');
    const calls = api.test_accounts.passwords.calls.length;
    for (const password of ['wrong', PASSWORD]) {
      const answer = await login('ada@example.com', password);
      expectProblem(answer, 'RATE_LIMITED');
      expect(answer.headers['retry-after']).toBe('900');
    }
    expect(api.test_accounts.passwords.calls).toHaveLength(calls);
    api.test_accounts.clock.advance(900_000);
    expectSuccess('login', await login('ada@example.com', PASSWORD));
  });

  test('an account that there isn’t is refused in the same words', async () => {
    await api.signUp('ada');
    const known: Awaited<ReturnType<typeof login>>[] = [];
    const unknown: typeof known = [];
    for (let count = 0; count < 11; count += 1) {
      known.push(await login(' ADA@example.com', 'wrong'));
      unknown.push(await login('eve@example.com', 'wrong'));
    }
    const shown = (answers: typeof known) =>
      answers.map(({ status, json }) => [status, { ...(json as object), request_id: '' }]);
    expect(known.at(-1)?.status).toBe(429);
    expect(shown(unknown)).toEqual(shown(known));
  });

  test('others sign in as ever', async () => {
    await api.signUp('bob');
    await failTimes(10, 'ada@example.com');
    expectSuccess('login', await login('bob@example.com', PASSWORD));
  });
});

describe('the log', () => {
  test('has who signed in, from where', async () => {
    const { user_id } = await api.signUp('ada');
    const answer = await login('ada@example.com', PASSWORD);
    const line = (request_id: unknown) => ({
      level: 'info',
      message: 'signed in',
      fields: { user_id, ip: expect.any(String), request_id },
    });
    expect(linesOf('signed in')).toEqual([line(expect.any(String)), line(answer.headers['x-request-id'])]);
  });

  test('has who failed to, by a hash, and who was refused', async () => {
    await failTimes(10, 'eve@example.com');
    await login('eve@example.com', 'wrong');
    const failures = linesOf('sign-in failed').map(({ fields }) => fields);
    expect(failures).toHaveLength(11);
    expect(failures[0]).toMatchObject({
      account_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      reason: 'INVALID_CREDENTIALS',
    });
    expect(failures[10]).toMatchObject({ reason: 'RATE_LIMITED' });
    expect(api.logger.text()).not.toContain('eve@');
  });

  test('has what was denied to whom', async () => {
    const viewer = await api.signUp('vic', 'viewer');
    const body = { name: 'app', repository_url: 'https://example.com/a.git' };
    await api.call('POST', '/api/v1/projects', { token: viewer.token, body });
    await api.call('GET', '/api/v1/projects');
    await api.call('POST', '/api/v1/auth/refresh', { body: { refresh_token: 'x' } });
    expect(linesOf('request denied').map(({ fields }) => fields)).toMatchObject([
      {
        reason: 'FORBIDDEN',
        user_id: viewer.user_id,
        tenant: viewer.tenant_id,
        route: 'POST /api/v1/projects',
      },
      { reason: 'UNAUTHENTICATED', user_id: undefined },
      { reason: 'INVALID_REFRESH_TOKEN', route: 'POST /api/v1/auth/refresh' },
    ]);
  });

  test('has every refusal of a credential, and no failed sign-in twice', async () => {
    const ada = await api.signUp('ada');
    const post = (path: string, body: object, token = ada.token) =>
      api.call('POST', `/api/v1/${path}`, { token, body });
    const made = await post('tokens', { name: 'ci', scopes: ['projects:read'] });
    const { token } = made.json as { token: string };
    const new_password = 'staple incorrect donkey';
    await api.call('DELETE', '/api/v1/projects/prj_1', { token });
    await post('auth/password', { current_password: 'wrong', new_password });
    await post('auth/password/reset/confirm', { token: 'x', new_password });
    await post('auth/invitations/accept', { token: 'x' });
    await login('ada@example.com', 'wrong');

    const denied = linesOf('request denied').map(({ fields }) => [fields['reason'], fields['user_id']]);
    expect(denied).toEqual([
      ['MISSING_SCOPE', ada.user_id],
      ['INVALID_CREDENTIALS', ada.user_id],
      ['INVALID_RESET_TOKEN', undefined],
      ['INVALID_INVITATION', ada.user_id],
    ]);
    expect(linesOf('sign-in failed')).toHaveLength(1);
  });
});

describe('whoever has somebody’s access token', () => {
  test('can’t try passwords without end by changing it', async () => {
    const { token } = await api.signUp('ada');
    const change = (current_password: string) =>
      api.call('POST', '/api/v1/auth/password', {
        token,
        body: { current_password, new_password: 'staple incorrect donkey' },
      });
    for (let count = 0; count < 10; count += 1) expectProblem(await change('wrong'), 'INVALID_CREDENTIALS');

    expectProblem(await change(PASSWORD), 'RATE_LIMITED');
    api.test_accounts.clock.advance(900_000 - 1000);
    expectProblem(await change(PASSWORD), 'RATE_LIMITED');
  });
});

describe('resets of a password', () => {
  const ask = (email: string) => api.call('POST', '/api/v1/auth/password/reset', { body: { email } });

  test('are mailed five times in a quarter of an hour, to known and unknown addresses alike', async () => {
    await api.signUp('ada');
    for (const email of ['ada@example.com', 'eve@example.com']) {
      for (let count = 0; count < 5; count += 1) expect((await ask(email)).status).toBe(202);
      const answer = await ask(email);
      expectProblem(answer, 'RATE_LIMITED');
      expect(answer.headers['retry-after']).toBe('900');
    }
    expect(api.test_accounts.mails.filter(({ to }) => to === 'ada@example.com')).toHaveLength(5);
  });

  test('keep nobody from signing in', async () => {
    await api.signUp('ada');
    for (let count = 0; count < 6; count += 1) await ask('ada@example.com');

    expectSuccess('login', await login('ada@example.com', PASSWORD));
  });
});
