import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestBreakers, stopDate, TEST_BREAKER } from '../../../../support/breakers.ts';
import { createSourceHarness, KEY, type SourceHarness } from './harness.ts';

const { max_failures, open_timeout_ms } = TEST_BREAKER;
const date = stopDate();

let harness: SourceHarness;
let made: ReturnType<typeof createTestBreakers>;
beforeEach(async () => {
  harness = await createSourceHarness({ 'package.json': '{"name":"app"}' });
  made = createTestBreakers();
});
afterEach(() => harness.close());

const fetch = (repository_url = harness.url, signal?: AbortSignal) =>
  harness
    .provider({ breakers: made.breakers })
    .fetch(KEY, { repository_url, branch: null, commit: null, ...(signal === undefined ? {} : { signal }) });

async function failTimes(times: number, url?: string): Promise<void> {
  for (let failure = 0; failure < times; failure += 1) await expect(fetch(url)).rejects.toThrow();
}

/** Has the server answer every request with this. */
function answerAll(status: number): void {
  harness.server.intercept((_request, response) => {
    response.writeHead(status).end();
    return true;
  });
}

it.each([429, 502, 503, 504])(
  'a server that answers %i again and again is left alone for a while, and then is asked again',
  async (status) => {
    answerAll(status);
    await failTimes(max_failures);
    const requests = harness.server.requests.length;
    await expect(fetch()).rejects.toMatchObject({
      reason: 'repository_not_found',
      message: expect.stringContaining('is asked again in 10 s.'),
    });
    expect(harness.server.requests).toHaveLength(requests);
    expect(made.changes).toMatchObject([{ name: `127.0.0.1:${harness.server.port}`, state: 'open' }]);
    harness.server.intercept(() => false);
    date.advance(open_timeout_ms);
    await expect(fetch()).resolves.toMatchObject({ commit: { sha: harness.repository.sha } });
  },
);

it('one that can’t be reached has its circuit opened, and others are read on', async () => {
  await failTimes(max_failures, 'https://127.0.0.1:1/x');
  expect(made.changes).toMatchObject([{ name: '127.0.0.1:1', state: 'open' }]);
  await expect(fetch()).resolves.toMatchObject({ commit: { sha: harness.repository.sha } });
});

it.each([401, 404, 500])('one that answers %i for a repository is well', async (status) => {
  answerAll(status);
  await failTimes(max_failures + 1);
  expect(made.changes).toEqual([]);
});

it('one that a deployment stopped waiting for is not taken for silent', async () => {
  for (let times = 0; times <= max_failures; times += 1) {
    const ender = new AbortController();
    harness.server.intercept(() => {
      ender.abort(new Error('cancelled'));
      return true;
    });
    await expect(fetch(harness.url, ender.signal)).rejects.toThrow('cancelled');
  }
  expect(made.changes).toEqual([]);
});
