import { beforeEach, describe, expect, test } from 'vitest';
import { createTestApi, PASSWORD, type TestApi } from '../../support/api.ts';
import { expectProblem, expectSuccess } from '../../support/samples.ts';

const ADA = { email: 'ada@example.com', password: PASSWORD, name: 'Ada' };

let api: TestApi;
beforeEach(async () => {
  api = await createTestApi();
});

const post = (what: string, body: unknown) => api.call('POST', `/api/v1/auth/${what}`, { body });

describe('registering', () => {
  test('answers with the account and tokens that work', async () => {
    const answer = await post('register', { ...ADA, email: ' Ada@Example.com ', name: '  Ada ' });
    const account = expectSuccess('register', answer);

    expect(account).toMatchObject({
      user: { email: 'ada@example.com', name: 'Ada' },
      expires_in: 900,
      token_type: 'Bearer',
    });
    const { access_token } = account as { access_token: string };
    expect((await api.call('GET', '/api/v1/projects', { token: access_token })).status).toBe(200);
  });

  test('a known address is refused, in whatever case it is written', async () => {
    await post('register', ADA);

    expectProblem(await post('register', { ...ADA, email: 'ADA@example.com' }), 'EMAIL_TAKEN');
  });

  test.each([
    ['email', 'no address'],
    ['email', `${'a'.repeat(250)}@example.com`],
    ['password', '1234567'],
    ['password', 'x'.repeat(257)],
    ['name', ''],
    ['name', ' \u0000 '],
    ['name', 'x'.repeat(101)],
  ])('is refused for the %s %j', async (field, value) => {
    const problem = expectProblem(await post('register', { ...ADA, [field]: value }), 'VALIDATION_FAILED');

    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual([`/${field}`]);
  });
});

describe('signing in', () => {
  test('answers with the user and tokens that work', async () => {
    await post('register', ADA);
    const answer = expectSuccess('login', await post('login', { email: ADA.email, password: PASSWORD }));

    const { access_token } = answer as { access_token: string };
    expect((await api.call('GET', '/api/v1/projects', { token: access_token })).status).toBe(200);
  });

  test('an unknown address can’t be told from a wrong password', async () => {
    await post('register', ADA);
    const wrong = expectProblem(
      await post('login', { email: ADA.email, password: 'wrong' }),
      'INVALID_CREDENTIALS',
    );
    const unknown = expectProblem(
      await post('login', { email: 'eve@example.com', password: 'wrong' }),
      'INVALID_CREDENTIALS',
    );

    expect({ ...unknown, request_id: '' }).toEqual({ ...wrong, request_id: '' });
  });
});

describe('refreshing', () => {
  test('gives a new pair; using its token again after the grace ends the session', async () => {
    const { token, refresh_token } = await api.signUp('ada');
    const pair = expectSuccess('refresh', await post('refresh', { refresh_token }));
    expect(await post('refresh', { refresh_token })).toMatchObject({
      status: 200,
      json: { refresh_token: (pair as { refresh_token: string }).refresh_token },
    });
    api.test_accounts.clock.advance(30_000);
    expectProblem(await post('refresh', { refresh_token }), 'INVALID_REFRESH_TOKEN');

    const { refresh_token: next } = pair as { refresh_token: string };
    expectProblem(await post('refresh', { refresh_token: next }), 'INVALID_REFRESH_TOKEN');
    expectProblem(await api.call('GET', '/api/v1/projects', { token }), 'UNAUTHENTICATED');
  });

  test.each(['x', 'a.b.c', 'x'.repeat(4096)])('refuses the token %.10s', async (refresh_token) => {
    expectProblem(await post('refresh', { refresh_token }), 'INVALID_REFRESH_TOKEN');
  });

  test('does not take an access token', async () => {
    const { token } = await api.signUp('ada');

    expectProblem(await post('refresh', { refresh_token: token }), 'INVALID_REFRESH_TOKEN');
  });
});

test('no password and no token gets into a log line, whatever the outcome', async () => {
  const account = await api.signUp('ada');
  await post('login', { email: ADA.email, password: 'wrong-password-text' });
  await post('login', { email: ADA.email, password: PASSWORD, extra: 'extra-secret-text' });
  await post('refresh', { refresh_token: account.refresh_token });
  await post('refresh', { refresh_token: account.refresh_token });
  await api.call('GET', '/api/v1/projects?cursor=cursor-secret-text', { token: account.token });
  await api.call('GET', '/api/v1/projects', { token: `${account.token}x` });

  const logged = api.logger.text();
  expect(api.logger.lines.length).toBeGreaterThanOrEqual(7);
  const secrets = [PASSWORD, 'wrong-password-text', 'extra-secret-text', 'cursor-secret-text'];
  for (const secret of [...secrets, account.token, account.refresh_token])
    expect(logged).not.toContain(secret);
});
