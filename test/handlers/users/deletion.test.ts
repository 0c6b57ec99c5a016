import { beforeEach, describe, expect, test } from 'vitest';
import { createTestApi, PASSWORD, type TestAccount, type TestApi } from '../../support/api.ts';
import { expectProblem, expectSuccess } from '../../support/samples.ts';

const DAY_MS = 86_400_000;

let api: TestApi;
let ada: TestAccount;
beforeEach(async () => {
  api = await createTestApi();
  ada = await api.signUp('ada');
});

const ask = (
  token = ada.token,
  password: unknown = PASSWORD,
  headers: Readonly<Record<string, string>> = {},
) => api.call('POST', '/api/v1/users/me/deletion', { token, body: { password }, headers });
const statusOf = async (token: string) => (await api.call('GET', '/api/v1/users/me', { token })).status;
const logIn = () =>
  api.call('POST', '/api/v1/auth/login', { body: { email: 'ada@example.com', password: PASSWORD } });

describe('deleting one’s account', () => {
  test('is promised for two weeks from now, and ends sessions and API tokens at once', async () => {
    const made = await api.call('POST', '/api/v1/tokens', { token: ada.token, body: { name: 'ci' } });
    const { token } = made.json as { token: string };
    const session = (expectSuccess('login', await logIn()) as { access_token: string }).access_token;

    const deletes_at = new Date(api.test_accounts.clock.now().getTime() + 14 * DAY_MS).toISOString();
    expect(expectSuccess('requestDeletion', await ask())).toEqual({ deletes_at });

    for (const each of [ada.token, session]) expect(await statusOf(each)).toBe(401);
    expectProblem(await api.call('GET', '/api/v1/projects', { token }), 'UNAUTHENTICATED');
    expect(api.logger.text()).toContain('an account is to be deleted');
    expect(api.logger.text()).not.toContain(PASSWORD);
  });

  test('is called off by signing in, which answers as ever', async () => {
    const before = expectSuccess('login', await logIn());
    await ask();
    const after = expectSuccess('login', await logIn()) as { access_token: string };

    expect(Object.keys(after)).toEqual(Object.keys(before as object));
    expect(api.logger.text()).toContain('an account is kept');
    expect(await statusOf(after.access_token)).toBe(200);
  });

  test('leaves nothing to sign in to after the two weeks, and says so as of a wrong password', async () => {
    await ask();
    api.test_accounts.clock.advance(14 * DAY_MS);

    expectProblem(await logIn(), 'INVALID_CREDENTIALS');
  });

  test('needs the password, and takes no API token', async () => {
    const made = await api.call('POST', '/api/v1/tokens', { token: ada.token, body: { name: 'ci' } });

    expectProblem(await ask(ada.token, 'wrong'), 'INVALID_CREDENTIALS');
    expectProblem(await ask((made.json as { token: string }).token), 'MISSING_SCOPE');
    for (const password of ['', 5, null]) {
      expectProblem(await ask(ada.token, password), 'VALIDATION_FAILED');
    }
    expect(await statusOf(ada.token)).toBe(200);
  });

  test('lets nobody guess the password without an end', async () => {
    api = await createTestApi({ rate_limit: 'default' });
    ada = await api.signUp('ada');
    for (let count = 0; count < 10; count += 1) await ask(ada.token, 'wrong');

    expectProblem(await ask(), 'RATE_LIMITED');
  });

  test('keeps no trace of the password under an Idempotency-Key', async () => {
    await ask(ada.token, PASSWORD, { 'idempotency-key': 'one' });

    expect(api.test_accounts.memory.rawText()).not.toContain('IDEMPOTENCY');
  });

  test('is refused to the last owner of a team that others are in, which is named', async () => {
    await api.joinTeam(ada, 'bob', 'admin');

    expect(expectProblem(await ask(), 'LAST_OWNER').detail).toContain('ada');
    expect(await statusOf(ada.token)).toBe(200);
  });
});
