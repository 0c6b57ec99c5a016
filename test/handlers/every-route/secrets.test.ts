import { beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { ROUTES } from '../../../src/contracts/http/catalog.ts';
import type { Route } from '../../../src/contracts/http/route.ts';
import { createTestApi, PASSWORD, type TestAnswer, type TestApi } from '../../support/api.ts';
import { tokenIn } from '../../support/identity.ts';
import { expectProblem, expectSuccess, OPERATION_IDS } from '../../support/samples.ts';

const PROJECTS = '/api/v1/projects';
const routes = OPERATION_IDS.map((id): [string, Route] => [id, ROUTES[id]]);

let api: TestApi;
beforeEach(async () => {
  api = await createTestApi();
});

describe('an address', () => {
  /** What a query may have. A cursor is a position, signed and good for nothing without a token. */
  const IN_QUERIES = ['limit', 'cursor', 'deleted', 'project_id', 'status', 'wait', 'days', 'month'];

  test.each(routes)('of %s has ids in its path, and nothing secret in its query', (_id, route) => {
    for (const schema of Object.values(route.parameters?.shape ?? {})) {
      const { pattern, enum: choices } = z.toJSONSchema(schema as z.ZodType);
      expect(pattern?.includes('[0-9a-f]') ?? choices !== undefined).toBe(true);
    }
    for (const name of Object.keys(route.query?.shape ?? {})) expect(IN_QUERIES).toContain(name);
  });

  test('takes no token in place of the header', async () => {
    const { token } = await api.signUp('ada');
    for (const name of ['access_token', 'token', 'authorization']) {
      expectProblem(await api.call('GET', `${PROJECTS}?${name}=${token}`), 'UNAUTHENTICATED');
      expectProblem(
        await api.call('GET', PROJECTS, { headers: { cookie: `${name}=${token}` } }),
        'UNAUTHENTICATED',
      );
    }
  });
});

test('no log has a credential: registering, signing in, refreshing, resetting, inviting, tokens, variables', async () => {
  /** All that must be in no line. */
  const secrets: string[] = [PASSWORD];
  const tell = (...texts: string[]) => secrets.push(...texts);
  const post = (path: string, body: unknown, token?: string) =>
    api.call('POST', `/api/v1/${path}`, { token, body });
  const tokensOf = (answer: TestAnswer) => {
    const { access_token, refresh_token } = answer.json as { access_token: string; refresh_token: string };
    tell(access_token, refresh_token);
    return { access_token, refresh_token };
  };
  const email = 'ada@example.com';

  const ada = await api.signUp('ada');
  tell(ada.token, ada.refresh_token, 'not-the-password', 'first-new-password', 'second-new-password');
  await post('auth/login', { email, password: 'not-the-password' });
  await post('auth/login', { email: 'not-the-password', password: PASSWORD });
  const first = tokensOf(await post('auth/login', { email, password: PASSWORD }));
  const second = tokensOf(await post('auth/refresh', first));
  tokensOf(await post('auth/refresh', { refresh_token: second.refresh_token }));
  api.test_accounts.clock.advance(60_000);
  await post('auth/refresh', { refresh_token: second.refresh_token });
  const change = { current_password: PASSWORD, new_password: 'first-new-password' };
  expectProblem(
    await post('auth/password', { ...change, current_password: 'not-the-password' }, ada.token),
    'INVALID_CREDENTIALS',
  );
  expectSuccess('changePassword', await post('auth/password', change, ada.token));

  await post('auth/password/reset', { email });
  const reset = tokenIn(api.test_accounts.mails.at(-1));
  tell(reset, reset.split('.')[1] ?? '');
  for (const token of [`${reset}x`, reset, reset]) {
    await post('auth/password/reset/confirm', { token, new_password: 'second-new-password' });
  }
  const { access_token } = tokensOf(await post('auth/login', { email, password: 'second-new-password' }));

  const invited = await post('team/invitations', { email: 'bob@example.com', role: 'viewer' }, access_token);
  const { token: invitation } = expectSuccess('createInvitation', invited) as { token: string };
  tell(invitation);
  const bob = { email: 'bob@example.com', password: PASSWORD, name: 'Bob', invitation_token: invitation };
  tokensOf(await post('auth/register', bob));
  await post('auth/register', bob);
  await post('auth/invitations/accept', { token: invitation }, access_token);

  const made = await post('tokens', { name: 'ci' }, access_token);
  const { token } = expectSuccess('createToken', made) as { token: string };
  tell(token);
  await api.call('GET', PROJECTS, { token });
  await api.call('GET', PROJECTS, { token: `${token}x` });
  await api.call('GET', `${PROJECTS}?token=${token}`, { token: access_token });
  await api.call('GET', PROJECTS, {
    headers: { authorization: `Basic ${access_token}`, cookie: `a=${token}` },
  });
  tell('value-of-a-variable');
  const environment = { API_KEY: 'value-of-a-variable' };
  const repository_url = 'https://git.example.com/shop';
  await post('projects', { name: 'shop', repository_url, environment }, token);
  await post('projects', { name: 'shop', repository_url, environment }, token);
  await post('projects', { name: 'shop', repository_url: 'https://me:value-of-a-variable@x.com/a' }, token);

  const fail = () => Promise.reject(new Error('broken', { cause: new Error('deeper') }));
  Object.assign(api.deps.projects.projects, { list: fail });
  expectProblem(await api.call('GET', PROJECTS, { token }), 'INTERNAL');

  const lying = api.test_accounts.memory.rawText();
  const hashes = [...lying.matchAll(/(?:password|secret)_hash\\?":\\?"([^"\\]+)/g)].map(([, hash]) => hash);
  expect(hashes.length).toBeGreaterThan(2);
  const logged = api.logger.text();
  expect(api.logger.lines.length).toBeGreaterThan(25);
  for (const secret of [...secrets, ...hashes]) expect(logged).not.toContain(secret);
});
