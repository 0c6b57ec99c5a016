import { beforeEach, describe, expect, test } from 'vitest';
import type { Table } from '../../../src/adapters/table/port.ts';
import { AppError } from '../../../src/domain/shared/errors.ts';
import type { Mailer } from '../../../src/domain/shared/mail.ts';
import { createTestApi, PASSWORD, type TestAccount, type TestApi } from '../../support/api.ts';
import { tokenIn } from '../../support/identity.ts';
import { expectProblem, expectSuccess } from '../../support/samples.ts';
import { createMemoryTable } from '../../support/tables.ts';

const RESET = '/api/v1/auth/password/reset';
const EMAIL = 'ada@example.com';
const NEW_PASSWORD = 'staple incorrect donkey';
const HOUR_MS = 3_600_000;

let api: TestApi;
let ada: TestAccount;
/** The table's operations that were called, in order. */
let calls: string[];
beforeEach(async () => {
  calls = [];
  const memory = createMemoryTable();
  const { table: real } = memory;
  const note = <A extends unknown[], R>(name: string, call: (...input: A) => R) => {
    return (...input: A): R => {
      calls.push(name);
      return call(...input);
    };
  };
  const table: Table = {
    get: note('get', (key) => real.get(key)),
    batchGet: note('batchGet', (batch) => real.batchGet(batch)),
    query: note('query', (query) => real.query(query)),
    write: note('write', (write) => real.write(write)),
    add: note('add', (key, amounts) => real.add(key, amounts)),
    transact: note('transact', (writes) => real.transact(writes)),
  };
  api = await createTestApi({ memory: { ...memory, table } });
  ada = await api.signUp('ada');
});

const ask = (email = EMAIL) => api.call('POST', RESET, { body: { email } });
const confirm = (token: string, new_password = NEW_PASSWORD) =>
  api.call('POST', `${RESET}/confirm`, { body: { token, new_password } });
const logIn = (password: string) =>
  api.call('POST', '/api/v1/auth/login', { body: { email: EMAIL, password } });
const mails = () => api.test_accounts.mails;

async function askForToken(): Promise<string> {
  expectSuccess('requestPasswordReset', await ask());
  return tokenIn(mails().at(-1));
}

describe('asking for a reset', () => {
  test('mails the user a token, and keeps nothing of it that could be used', async () => {
    const token = await askForToken();

    expect(mails()).toEqual([expect.objectContaining({ to: EMAIL, text: expect.stringContaining(token) })]);
    const [, secret = ''] = token.split('.');
    expect(api.test_accounts.memory.rawText()).not.toContain(secret);
    expect(api.logger.text()).not.toContain(secret);
  });

  test('takes the address in whatever case', async () => {
    await ask(' ADA@Example.com ');

    expect(mails().map(({ to }) => to)).toEqual([EMAIL]);
  });

  test('tells by nothing whether the address is known: not by the answer, nor by what is done', async () => {
    const known = await watch(() => ask());
    const unknown = await watch(() => ask('eve@example.com'));

    const { 'x-request-id': _one, ...headers } = known.answer.headers;
    const { 'x-request-id': _other, ...other_headers } = unknown.answer.headers;
    expect({ ...unknown.answer, headers: other_headers }).toEqual({ ...known.answer, headers });
    expect(unknown.answer.status).toBe(202);
    expect(unknown.calls).toEqual(known.calls);
    expect(known.calls).toEqual(['get', 'get', 'write']);
    const length = mails()[0]?.text.length;
    expect(mails().map(({ to, text }) => ({ to, length: text.length }))).toEqual([
      { to: EMAIL, length },
      { to: null, length },
    ]);
  });

  /** Runs a request, and notes what it asks of the table. */
  async function watch(run: () => ReturnType<typeof ask>) {
    const before = calls.length;
    return { answer: await run(), calls: calls.slice(before) };
  }

  test('fails alike for both where no mail can be handed over', async () => {
    const mailer: Mailer = { send: () => Promise.reject(new AppError('SERVICE_UNAVAILABLE')) };
    const accounts = api.deps.accounts as { mailer: Mailer };
    const before = accounts.mailer;
    accounts.mailer = mailer;
    try {
      for (const email of [EMAIL, 'eve@example.com']) expectProblem(await ask(email), 'SERVICE_UNAVAILABLE');
    } finally {
      accounts.mailer = before;
    }
  });

  test.each(['', 'no address', 5, null])('is refused for %j', async (email) => {
    expectProblem(await api.call('POST', RESET, { body: { email } }), 'VALIDATION_FAILED');
  });
});

describe('resetting the password', () => {
  test('makes the new one good and the old one not, and ends all sessions', async () => {
    const token = await askForToken();
    const body = { refresh_token: ada.refresh_token };
    expectSuccess('confirmPasswordReset', await confirm(token));

    expectProblem(await logIn(PASSWORD), 'INVALID_CREDENTIALS');
    expectSuccess('login', await logIn(NEW_PASSWORD));
    expectProblem(await api.call('GET', '/api/v1/projects', { token: ada.token }), 'UNAUTHENTICATED');
    expectProblem(await api.call('POST', '/api/v1/auth/refresh', { body }), 'INVALID_REFRESH_TOKEN');
  });

  test('leaves other users as they are', async () => {
    const bob = await api.signUp('bob');
    await confirm(await askForToken());

    expect((await api.call('GET', '/api/v1/projects', { token: bob.token })).status).toBe(200);
  });

  test('can be done once with a token, also when two try at the same moment', async () => {
    const token = await askForToken();
    const answers = await Promise.all([confirm(token), confirm(token, 'another donkey staple')]);
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);

    expectProblem(await confirm(token), 'INVALID_RESET_TOKEN');
  });

  test('can be done for an hour', async () => {
    const token = await askForToken();
    api.test_accounts.clock.advance(HOUR_MS);
    expectProblem(await confirm(token), 'INVALID_RESET_TOKEN');

    const other = await askForToken();
    api.test_accounts.clock.advance(HOUR_MS - 1);
    expectSuccess('confirmPasswordReset', await confirm(other));
  });

  test('needs the latest token that was asked for', async () => {
    const first = await askForToken();
    const second = await askForToken();

    expectProblem(await confirm(first), 'INVALID_RESET_TOKEN');
    expectSuccess('confirmPasswordReset', await confirm(second));
  });

  test('is no longer possible once the password was changed', async () => {
    const token = await askForToken();
    const body = { current_password: PASSWORD, new_password: NEW_PASSWORD };
    await api.call('POST', '/api/v1/auth/password', { token: ada.token, body });

    expectProblem(await confirm(token, 'another donkey staple'), 'INVALID_RESET_TOKEN');
    expectSuccess('login', await logIn(NEW_PASSWORD));
  });

  test('with a bad new password leaves the token good', async () => {
    const token = await askForToken();
    expectProblem(await confirm(token, 'short'), 'VALIDATION_FAILED');
    expectProblem(await confirm(token, 'password1'), 'PASSWORD_TOO_COMMON');
    expectProblem(await confirm(token, EMAIL), 'PASSWORD_TOO_COMMON');

    expectSuccess('confirmPasswordReset', await confirm(token));
  });

  test('takes no other token: not another user’s, a changed one, nobody’s, or text', async () => {
    await api.signUp('bob');
    const token = await askForToken();
    const [id = '', secret = ''] = token.split('.');
    await ask('bob@example.com');
    const [bob_id = '', bob_secret = ''] = tokenIn(mails().at(-1)).split('.');
    await ask('eve@example.com');
    const nobodys = tokenIn(mails().at(-1));
    const changed = secret.startsWith('A') ? `B${secret.slice(1)}` : `A${secret.slice(1)}`;
    const others = [`${id}.${bob_secret}`, `${bob_id}.${secret}`, `${id}.${changed}`, `${id}.`, secret, 'x'];

    for (const other of [...others, nobodys, ` ${token}`, token.toUpperCase(), `${token}x`]) {
      expectProblem(await confirm(other), 'INVALID_RESET_TOKEN');
    }
    expectSuccess('login', await logIn(PASSWORD));
  });
});
