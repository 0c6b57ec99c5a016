import { beforeEach, describe, expect, test } from 'vitest';
import { createTestApi, type TestAccount, type TestApi } from '../../support/api.ts';
import { expectProblem, expectSuccess, idOf } from '../../support/samples.ts';

const ME = '/api/v1/users/me';

let api: TestApi;
let account: TestAccount;
beforeEach(async () => {
  api = await createTestApi();
  account = await api.signUp('ada');
});

const send = (method: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) =>
  api.call(method, ME, { token: account.token, body, headers });

test('whoever asks is told who they are, and what they are in which team', async () => {
  const made = await api.call('POST', '/api/v1/teams', { token: account.token, body: { name: 'Side' } });
  const side = { id: idOf(made), name: 'Side', roles: ['owner'] };
  const home = { id: account.tenant_id, name: "ada's team" };

  expect(expectSuccess('getMe', await send('GET'))).toEqual({
    id: account.user_id,
    email: 'ada@example.com',
    name: 'ada',
    created_at: expect.any(String),
    tenant: home,
    roles: ['owner'],
    project_ids: null,
    tenants: [{ ...home, roles: ['owner'] }, side],
  });
});

test('the password’s hash is in no answer', async () => {
  expect((await send('GET')).text).not.toContain('hash');
  expect((await send('PUT', { name: 'Ada' })).text).not.toContain('hash');
});

test('what the reader has already is not sent again, until something changes', async () => {
  const { etag = '' } = (await send('GET')).headers;
  expect((await send('GET', undefined, { 'if-none-match': etag })).status).toBe(304);

  await api.call('POST', '/api/v1/teams', { token: account.token, body: { name: 'Side' } });

  expect((await send('GET', undefined, { 'if-none-match': etag })).status).toBe(200);
});

describe('changing one’s name', () => {
  test('shows at once, and is told of', async () => {
    const changed = expectSuccess('updateMe', await send('PUT', { name: ' Ada Lovelace ' }));

    expect(changed).toMatchObject({ name: 'Ada Lovelace', email: 'ada@example.com' });
    expect(expectSuccess('getMe', await send('GET'))).toEqual(changed);
    expect(api.test_accounts.memory.events.at(-1)).toMatchObject({
      type: 'branchline.user.updated',
      tenant_id: account.tenant_id,
      entity: { id: account.user_id, version: 2 },
      data: { user_id: account.user_id },
    });
  });

  test('is refused for a version that has passed, and goes with the one that was read', async () => {
    const { etag = '' } = (await send('GET')).headers;

    expectSuccess('updateMe', await send('PUT', { name: 'one' }, { 'if-match': etag }));
    expectProblem(await send('PUT', { name: 'two' }, { 'if-match': etag }), 'STALE_VERSION');
    expect((await send('GET')).json).toMatchObject({ name: 'one' });
  });

  test.each([{ email: 'eve@example.com' }, { name: 'Ada', email: 'eve@example.com' }, { name: ' ' }, {}])(
    'is refused as %j',
    async (body) => {
      expectProblem(await send('PUT', body), 'VALIDATION_FAILED');
    },
  );

  test('leaves signing in as it was', async () => {
    await send('PUT', { name: 'Ada' });
    const body = { email: 'ada@example.com', password: 'correct horse battery' };

    const signed_in = expectSuccess('login', await api.call('POST', '/api/v1/auth/login', { body }));
    expect(signed_in).toMatchObject({ user: { id: account.user_id, name: 'Ada' } });
  });
});
