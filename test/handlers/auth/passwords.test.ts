import { beforeEach, describe, expect, test } from 'vitest';
import { keys } from '../../../src/adapters/stores/keys.ts';
import { createTestApi, PASSWORD, type TestAccount, type TestApi } from '../../support/api.ts';
import { expectProblem, expectSuccess } from '../../support/samples.ts';
import { OTHER_TENANT } from '../../support/things.ts';

const NEW_PASSWORD = 'staple incorrect donkey';
const EMAIL = 'ada@example.com';

let api: TestApi;
let ada: TestAccount;
beforeEach(async () => {
  api = await createTestApi();
  ada = await api.signUp('ada');
});

const change = (body: object, token = ada.token) =>
  api.call('POST', '/api/v1/auth/password', { token, body });
const logIn = (password: string) =>
  api.call('POST', '/api/v1/auth/login', { body: { email: EMAIL, password } });
const isAlive = async (token: string) =>
  (await api.call('GET', '/api/v1/projects', { token })).status === 200;
const tokenOf = (answer: { readonly json: unknown }) =>
  (answer.json as { access_token: string }).access_token;

describe('changing the password', () => {
  test('makes the new one good and the old one not', async () => {
    const answer = await change({ current_password: PASSWORD, new_password: NEW_PASSWORD });
    expectSuccess('changePassword', answer);

    expectProblem(await logIn(PASSWORD), 'INVALID_CREDENTIALS');
    expectSuccess('login', await logIn(NEW_PASSWORD));
  });

  test('ends all other sessions of the user, in every team; this one stays, and nobody else’s ends', async () => {
    const bob = await api.signUp('bob');
    const other = tokenOf(await logIn(PASSWORD));
    const elsewhere = await signInElsewhere();
    expect(await isAlive(elsewhere)).toBe(true);
    await change({ current_password: PASSWORD, new_password: NEW_PASSWORD });

    expect(await isAlive(other)).toBe(false);
    expect(await isAlive(elsewhere)).toBe(false);
    expect(await isAlive(ada.token)).toBe(true);
    expect(await isAlive(bob.token)).toBe(true);
  });

  test('needs the current one, and a wrong one changes and ends nothing', async () => {
    const other = tokenOf(await logIn(PASSWORD));
    const wrong = { current_password: 'wrong', new_password: NEW_PASSWORD };
    expectProblem(await change(wrong), 'INVALID_CREDENTIALS');

    expect(await isAlive(other)).toBe(true);
    expectSuccess('login', await logIn(PASSWORD));
  });

  test.each(['password', 'Football', 'TRUSTNO1', EMAIL, 'ADA@Example.com'])(
    'to %s, which anybody would guess, is refused',
    async (new_password) => {
      const answer = await change({ current_password: PASSWORD, new_password });
      const problem = expectProblem(answer, 'PASSWORD_TOO_COMMON');

      expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(['/new_password']);
    },
  );

  test.each(['1234567', 'x'.repeat(257), '\ud800 half a character'])(
    'to %.20j is refused',
    async (new_password) => {
      const answer = await change({ current_password: PASSWORD, new_password });
      const problem = expectProblem(answer, 'VALIDATION_FAILED');

      expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(['/new_password']);
    },
  );

  test.each([
    ' spaces at its ends ',
    'tab\tand\u0001control',
    'Ｗｉｄｅ ｌｅｔｔｅｒｓ',
    'a\u0308ngstlich',
    'x'.repeat(256),
  ])('keeps %.20j exactly as typed', async (new_password) => {
    expectSuccess('changePassword', await change({ current_password: PASSWORD, new_password }));

    expectSuccess('login', await logIn(new_password));
    for (const other of [new_password.trim(), new_password.normalize('NFKC'), new_password.slice(0, 255)]) {
      if (other !== new_password) expectProblem(await logIn(other), 'INVALID_CREDENTIALS');
    }
  });

  test('of two at the same moment is done once', async () => {
    const answers = await Promise.all(
      ['one new password', 'other new password'].map((new_password) =>
        change({ current_password: PASSWORD, new_password }),
      ),
    );

    const codes = answers.map(({ status, json }) => (json as { code?: string } | undefined)?.code ?? status);
    expect(codes.filter((code) => code === 204)).toHaveLength(1);
    // Whether the other came to know of it before or after it read the user.
    expect(['INVALID_CREDENTIALS', 'WRITE_CONFLICT']).toContain(codes.find((code) => code !== 204));
  });

  test('writes neither password anywhere', async () => {
    await change({ current_password: PASSWORD, new_password: NEW_PASSWORD });

    const written = api.logger.text() + api.test_accounts.memory.rawText();
    for (const secret of [PASSWORD, NEW_PASSWORD]) expect(written).not.toContain(secret);
  });

  /** Makes Ada a member of another team, with a session there. @returns its access token */
  async function signInElsewhere(): Promise<string> {
    const { table } = api.test_accounts.memory;
    const member = await api.deps.accounts.store.findMember(ada.tenant_id, ada.user_id);
    if (member === undefined) throw new Error('There is no member');
    const membership = { user_id: ada.user_id, tenant_id: OTHER_TENANT, created_at: member.created_at };
    const key = keys.membership(ada.user_id, OTHER_TENANT);
    await table.write({ kind: 'put', item: { key, attributes: membership } });
    const there = { ...member, tenant_id: OTHER_TENANT };
    await table.write({
      kind: 'put',
      item: { key: keys.member(OTHER_TENANT, ada.user_id), attributes: there },
    });
    const user_key = keys.user(ada.user_id);
    await table.write({ kind: 'update', key: user_key, set: { home_tenant_id: OTHER_TENANT } });
    const token = tokenOf(await logIn(PASSWORD));
    await table.write({ kind: 'update', key: user_key, set: { home_tenant_id: ada.tenant_id } });
    return token;
  }
});

describe('registering', () => {
  test.each(['12345678', 'Password1', 'new@example.com'])('with %s is refused', async (password) => {
    const body = { email: 'new@example.com', password, name: 'New' };
    const answer = await api.call('POST', '/api/v1/auth/register', { body });
    const problem = expectProblem(answer, 'PASSWORD_TOO_COMMON');

    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(['/password']);
  });
});
