import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestBreakers, stopDate, TEST_BREAKER } from '../../../support/breakers.ts';
import { createRepository, type TestRepository } from '../../../support/repository.ts';
import { createSourceHarness, type SourceHarness } from './harness.ts';

const { max_failures, open_timeout_ms } = TEST_BREAKER;
const URL = 'https://git.example/x.git';
const date = stopDate();

let harness: SourceHarness;
let repository: TestRepository;
let made: ReturnType<typeof createTestBreakers>;
let path: string;
beforeEach(() => {
  harness = createSourceHarness();
  repository = createRepository({ files: { 'index.js': 'one' } });
  made = createTestBreakers();
  // Says what the file says in place of asking a server; without it, the repository is the server's.
  path = harness.pathWithGit(`
case "$*" in
  *ls-remote*)
    echo asked >>'${asked()}'
    if [ -f '${words()}' ]; then cat '${words()}' >&2; exit 128; fi ;;
esac
for word; do
  shift
  if [ "$word" = '${URL}' ]; then word='${repository.path}'; fi
  set -- "$@" "$word"
done
PATH="$REAL_PATH" exec git "$@"`);
});
afterEach(() => {
  harness.remove();
  repository.remove();
});

const words = () => join(harness.root, 'words');
const asked = () => join(harness.root, 'asked');
const timesAsked = () => (existsSync(asked()) ? readFileSync(asked(), 'utf8').split('\n').length - 1 : 0);
const fetch = (repository_url = URL) =>
  harness.source({ path, breakers: made.breakers }).fetch({ repository_url, directory: harness.directory });

async function failTimes(text: string, times: number): Promise<void> {
  writeFileSync(words(), `fatal: unable to access '${URL}/': ${text}\n`);
  for (let failure = 0; failure < times; failure += 1) await expect(fetch()).rejects.toThrow();
}

describe('a server of repositories', () => {
  it('that can’t be reached is left alone for a while, the deployment says so, and then it is asked again', async () => {
    await failTimes('Could not resolve host: git.example', max_failures);
    expect(made.changes).toMatchObject([{ name: 'git.example', state: 'open' }]);
    await expect(fetch()).rejects.toMatchObject({
      reason: 'repository_not_found',
      message: expect.stringContaining('is asked again in 10 s.'),
    });
    expect(timesAsked()).toBe(max_failures);
    rmSync(words());
    date.advance(open_timeout_ms);
    await expect(fetch()).resolves.toMatchObject({ sha: repository.sha });
    expect(made.changes.at(-1)).toMatchObject({ state: 'half_open' });
  });

  it.each([
    'Failed to connect to git.example port 443 after 3 ms: Could not connect to server',
    'Operation too slow. Less than 1 bytes/sec transferred the last 60 seconds',
    'Recv failure: Connection reset by peer',
    'The requested URL returned error: 503',
    'The requested URL returned error: 429',
  ])('is in trouble when git says: %s', async (text) => {
    await failTimes(text, max_failures);
    expect(made.changes).toMatchObject([{ state: 'open' }]);
  });

  it.each([404, 403, 500])('is well when it answers %i for one repository', async (status) => {
    await failTimes(`The requested URL returned error: ${status}`, max_failures + 1);
    expect(made.changes).toEqual([]);
    expect(timesAsked()).toBe(max_failures + 1);
  });
});

it('a repository on this machine has no circuit', async () => {
  for (let failure = 0; failure <= max_failures; failure += 1) {
    await expect(fetch('/nonexistent/repository')).rejects.toThrow('does not appear');
  }
  expect(made.changes).toEqual([]);
  await expect(fetch(repository.path)).resolves.toMatchObject({ sha: repository.sha });
});
