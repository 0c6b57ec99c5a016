import { SignJWT } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { ROUTES } from '../../../src/contracts/http/catalog.ts';
import { errorsOf, type Route } from '../../../src/contracts/http/route.ts';
import { createTestApi, type TestApi } from '../../support/api.ts';
import { createTestKey } from '../../support/identity.ts';
import { createSamples, createThings, expectProblem, NOWHERE, OPERATION_IDS } from '../../support/samples.ts';

let api: TestApi;
beforeEach(async () => {
  api = await createTestApi();
});

const route = (operation_id: (typeof OPERATION_IDS)[number]): Route => ROUTES[operation_id];
const PROTECTED = OPERATION_IDS.filter((id) => route(id).access !== 'public');
const PUBLIC = OPERATION_IDS.filter((id) => route(id).access === 'public');

test('every part of the API but signing in and describing itself is protected', () => {
  expect(PUBLIC).toEqual([
    'register',
    'login',
    'refresh',
    'requestPasswordReset',
    'confirmPasswordReset',
    'getHealth',
    'getOpenApi',
    'getKeys',
    'getErrorPage',
  ]);
});

describe.each(PROTECTED)('%s', (operation_id) => {
  const { method } = route(operation_id);

  test('answers 401 without a good token, before it looks at anything else', async () => {
    const { target } = createSamples(NOWHERE)[operation_id];
    const { token } = await api.signUp('ada');
    const foreign = await createTestKey('one');
    const forged = await new SignJWT({ sub: 'usr_1' })
      .setProtectedHeader({ alg: 'EdDSA', kid: 'one', typ: 'at+jwt' })
      .sign(foreign.private_key);
    const headers: Readonly<Record<string, string>>[] = [
      {},
      { authorization: '' },
      { authorization: 'Bearer' },
      { authorization: 'Bearer ' },
      { authorization: token },
      { authorization: `Basic ${token}` },
      { authorization: `Bearer ${token} more` },
      { authorization: `Bearer ${token}x` },
      { authorization: `Bearer ${forged}` },
    ];
    for (const each of headers) {
      const answer = await api.call(method, target, { headers: each, raw_body: 'no JSON' });
      expectProblem(answer, 'UNAUTHENTICATED');
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
    }
  });

  test('answers 401 to a token that has expired, and to one whose session has ended', async () => {
    const { target } = createSamples(NOWHERE)[operation_id];
    const account = await api.signUp('ada');
    const session = await api.deps.accounts.tokens.verifyAccess(account.token);
    api.test_accounts.clock.advance(900_000);
    expectProblem(await api.call(method, target, { token: account.token }), 'UNAUTHENTICATED');

    const other = await api.signUp('bob');
    const claims = await api.deps.accounts.tokens.verifyAccess(other.token);
    expect(session).toBeDefined();
    await api.deps.accounts.store.deleteSession({ ...other, id: String(claims?.sid) });
    expectProblem(await api.call(method, target, { token: other.token }), 'UNAUTHENTICATED');
  });
});

describe.each(OPERATION_IDS)('%s', (operation_id) => {
  test('promises none of its errors twice', () => {
    const codes = errorsOf(route(operation_id));

    expect(new Set(codes).size).toBe(codes.length);
  });
});

describe('another tenant’s things', () => {
  const with_id = PROTECTED.filter((id) => route(id).unknown_id !== undefined);

  test.each(with_id)(
    'are not found by %s, and nor is what doesn’t exist or can’t be an id',
    async (operation_id) => {
      const { method, unknown_id = 'INTERNAL' } = route(operation_id);
      const owner = await api.signUp('ada');
      const stranger = await api.signUp('eve');
      const things = await createThings(api, owner, operation_id === 'cancelDeployment');
      const before = api.test_accounts.memory.rawText();

      const foreign = createSamples(things)[operation_id];
      const answer = await api.call(method, foreign.target, { token: stranger.token, body: foreign.body });
      const problem = expectProblem(answer, unknown_id);
      const unknown = createSamples(NOWHERE)[operation_id];
      const other = expectProblem(
        await api.call(method, unknown.target, { token: stranger.token, body: unknown.body }),
        unknown_id,
      );

      // Nothing tells the two apart.
      expect({ ...problem, request_id: '', instance: '' }).toEqual({
        ...other,
        request_id: '',
        instance: '',
      });
      expect(api.test_accounts.memory.rawText()).toBe(before);
      for (const id of ['x', '%00', '%', '..', things.project_id.toUpperCase(), `${things.project_id}%23`]) {
        const target = unknown.target.replace(/(prj|dpl|key|usr|inv|ses)_[0-9a-f-]+/, id);
        expectProblem(await api.call(method, target, { token: owner.token, body: unknown.body }), unknown_id);
      }
    },
  );

  test('are in no list, and can’t be named in a body or a filter', async () => {
    const owner = await api.signUp('ada');
    const { token } = await api.signUp('eve');
    const { project_id } = await createThings(api, owner);

    for (const target of ['/api/v1/projects', '/api/v1/deployments']) {
      expect((await api.call('GET', target, { token })).json).toEqual({ data: [], next_cursor: null });
    }
    expectProblem(
      await api.call('POST', '/api/v1/deployments', { token, body: { project_id } }),
      'PROJECT_NOT_FOUND',
    );
    const filtered = await api.call('GET', `/api/v1/deployments?project_id=${project_id}`, { token });
    expectProblem(filtered, 'PROJECT_NOT_FOUND');
  });
});
