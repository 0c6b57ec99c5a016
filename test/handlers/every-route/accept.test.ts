import { beforeEach, describe, expect, test } from 'vitest';
import { ROUTES } from '../../../src/contracts/http/catalog.ts';
import { errorsOf, mediaTypeOf, type Route } from '../../../src/contracts/http/route.ts';
import { createTestApi, type TestAccount, type TestApi } from '../../support/api.ts';
import {
  createSamples,
  createThings,
  expectProblem,
  expectSuccess,
  OPERATION_IDS,
} from '../../support/samples.ts';

const route = (operation_id: (typeof OPERATION_IDS)[number]): Route => ROUTES[operation_id];
const WITH_ANSWER = OPERATION_IDS.filter((id) => mediaTypeOf(route(id)) !== undefined);
const READING = WITH_ANSWER.filter((id) => route(id).method === 'GET');

let api: TestApi;
let account: TestAccount;
let samples: ReturnType<typeof createSamples>;
beforeEach(async () => {
  api = await createTestApi();
  account = await api.signUp('ada');
  samples = createSamples(await createThings(api, account));
});

const ask = (operation_id: (typeof OPERATION_IDS)[number], accept: string) => {
  const { target, body } = samples[operation_id];
  return api.call(route(operation_id).method, target, { token: account.token, body, headers: { accept } });
};

test.each(WITH_ANSWER)(
  '%s is refused to a client that takes none of its answers, and does nothing',
  async (id) => {
    const before = api.test_accounts.memory.rawText();
    for (const accept of ['text/html', 'image/*', '*/*;q=0', 'application/xml, text/plain;q=0.5', 'x']) {
      expectProblem(await ask(id, accept), 'NOT_ACCEPTABLE');
    }
    expect(api.test_accounts.memory.rawText()).toBe(before);
    expect(errorsOf(route(id))).toContain('NOT_ACCEPTABLE');
  },
);

describe.each(READING)('%s', (operation_id) => {
  const media_type = String(mediaTypeOf(route(operation_id)));
  const [type] = media_type.split('/');

  test.each([
    media_type,
    media_type.toUpperCase(),
    `${media_type}; charset=utf-8`,
    `${media_type};q=0.1`,
    `${type}/*`,
    '*/*',
    'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    `image/png, ${media_type}`,
    '',
  ])('is answered to a client that takes %j', async (accept) => {
    expectSuccess(operation_id, await ask(operation_id, accept));
  });

  test('is refused where its type is ruled out by name, though others are welcome', async () => {
    expectProblem(await ask(operation_id, `${media_type};q=0, */*`), 'NOT_ACCEPTABLE');
  });
});

test('a refusal names what there is', async () => {
  const problem = expectProblem(await ask('getErrorPage', 'application/json'), 'NOT_ACCEPTABLE');
  expect(problem.detail).toContain('text/markdown');
});

test('who isn’t signed in hears of that first, and problems are sent whatever is accepted', async () => {
  const headers = { accept: 'text/html' };
  expectProblem(await api.call('GET', '/api/v1/projects', { headers }), 'UNAUTHENTICATED');
  expectProblem(await api.call('GET', '/nothing', { headers }), 'ROUTE_NOT_FOUND');
});

test('what answers without a body is there for every client', async () => {
  expect((await ask('deleteProject', 'text/html')).status).toBe(204);
});
