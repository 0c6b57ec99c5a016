import { chownSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GitSourceOptions, SourceRequest } from '../../../../src/adapters/git/types.ts';
import { createRepository, type TestRepository } from '../../../support/repository.ts';
import { createSourceHarness, type SourceHarness } from './harness.ts';

let harness: SourceHarness;
let repository: TestRepository;

beforeEach(() => {
  harness = createSourceHarness();
  repository = createRepository({ files: { 'index.js': 'one' } });
});

afterEach(() => {
  harness.remove();
  repository.remove();
});

function fetch(request: Partial<SourceRequest> = {}, options: Partial<GitSourceOptions> = {}) {
  const defaults = { repository_url: repository.path, directory: harness.directory };
  return harness.source(options).fetch({ ...defaults, ...request });
}

describe('refs that are not there', () => {
  it.each([
    ['an unknown branch', { branch: 'nope' }, '"nope" is neither a branch nor a tag'],
    ['a pattern', { branch: 'm*n' }, 'not a valid branch or tag name'],
    ['an option', { branch: '--upload-pack=touch /tmp/x' }, 'not a valid branch or tag name'],
    ['an option as a commit', { commit: '--all' }, 'is not a commit'],
    ['an unknown full commit', { commit: 'a'.repeat(40) }, `"${'a'.repeat(40)}" is not a commit`],
    ['an unknown abbreviation', { commit: 'abcdef0' }, '"abcdef0" is not a commit'],
    ['too short an abbreviation', { commit: 'abcdef' }, '7 to 40 hex digits'],
  ])('%s', async (_name, request, text) => {
    const failure = { reason: 'ref_not_found', message: expect.stringContaining(text) };
    await expect(fetch(request)).rejects.toMatchObject(failure);
    expect(existsSync(harness.directory)).toBe(false);
  });

  it('an object that is no commit', async () => {
    const tree = repository.git('rev-parse', 'HEAD^{tree}');
    await expect(fetch({ commit: tree })).rejects.toMatchObject({ reason: 'ref_not_found' });
    await expect(fetch({ commit: tree.slice(0, 12) })).rejects.toMatchObject({ reason: 'ref_not_found' });
  });

  it('a repository without a commit', async () => {
    const empty = createRepository({ files: {} });
    const failure = { reason: 'ref_not_found', message: expect.stringContaining('is empty') };
    await expect(fetch({ repository_url: empty.path })).rejects.toMatchObject(failure);
    empty.remove();
  });
});

describe('repositories that can not be read', () => {
  it.each([
    ['a folder that is not there', '/nonexistent/repository', 'not appear to be a git repository'],
    ['a folder without git data', '/usr', 'not appear to be a git repository'],
    ['a host that is not there', 'https://repository.invalid/x.git', 'git says'],
    ['another protocol', 'ssh://git@example.com/x.git', 'Only https'],
    ['git’s own external protocol', 'ext::sh -c touch% /tmp/x', 'Only https'],
    ['an scp-like address', 'git@example.com:x/y.git', 'not a URL'],
    ['an option', '--upload-pack=/bin/true', 'not a URL'],
    ['another machine’s file', 'file://server/share', 'no host'],
  ])('%s', async (_name, repository_url, text) => {
    const failure = { reason: 'repository_not_found', message: expect.stringContaining(text) };
    await expect(fetch({ repository_url })).rejects.toMatchObject(failure);
  });

  it('a local one where only remote ones are allowed', async () => {
    const failure = { reason: 'repository_not_found', message: expect.stringContaining('on this machine') };
    await expect(fetch({}, { allow_local: false })).rejects.toMatchObject(failure);
  });

  it('never repeats the credentials of an address, and gives them to git out of its arguments', async () => {
    const log = join(harness.root, 'log');
    const path = harness.pathWithGit(
      `echo "$@" >>'${log}'; echo "$GIT_CONFIG_VALUE_0" >>'${log}.env'; PATH="$REAL_PATH" exec git "$@"`,
    );
    const error: unknown = await fetch(
      { repository_url: 'https://zoe:s%40cret@repository.invalid/x.git' },
      { path },
    ).catch((reason: unknown) => reason);
    const whole = `${inspect(error)} ${readFileSync(log, 'utf8')}`;
    expect(whole).toContain('repository.invalid');
    expect(whole).not.toMatch(/zoe|s%40cret|s@cret/);
    expect(readFileSync(`${log}.env`, 'utf8')).toContain(Buffer.from('zoe:s@cret').toString('base64'));
  });
});

describe('a repository of another owner', () => {
  // Git's own switch for its tests; it makes every owner a stranger whoever runs this.
  const STRANGER = 'export GIT_TEST_ASSUME_DIFFERENT_OWNER=1; PATH="$REAL_PATH" exec git "$@"';

  it('is read, which takes our own global configuration', async () => {
    const path = harness.pathWithGit(STRANGER);
    await expect(fetch({}, { path })).resolves.toMatchObject({ sha: repository.sha });
  });

  it.runIf(process.getuid?.() === 0)('is read when it really is one', async () => {
    for (const name of ['.', '.git', 'index.js']) chownSync(join(repository.path, name), 65_534, 65_534);
    await expect(fetch()).resolves.toMatchObject({ sha: repository.sha });
  });
});

describe('limits', () => {
  it('refuses a pack that is too large while it comes', async () => {
    const noise = Buffer.alloc(400_000);
    for (let index = 0, state = 1; index < noise.length; index += 1) {
      state = (state * 48_271) % 2_147_483_647;
      noise[index] = state & 255;
    }
    repository.commit({ 'noise.bin': noise });
    await expect(fetch({}, { max_size_bytes: 200_000 })).rejects.toMatchObject({
      reason: 'repository_too_large',
    });
    expect(existsSync(harness.directory)).toBe(false);
  });

  it('refuses a tree that is too large although its pack is small', async () => {
    repository.commit({ 'zeros.bin': Buffer.alloc(3_000_000) });
    const failure = { reason: 'repository_too_large', message: expect.stringContaining('more than 2 MB') };
    await expect(fetch({}, { max_size_bytes: 2_000_000 })).rejects.toMatchObject(failure);
  });

  it('refuses a tree of too many empty files', async () => {
    repository.commit(Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`empty/${index}`, ''])));
    await expect(fetch({}, { max_size_bytes: 1_000_000 })).rejects.toMatchObject({
      reason: 'repository_too_large',
    });
  });
});

describe('a git that fails', () => {
  const HANG = 'sleep 600 & echo "$! $$" >"$HOME/pids"; wait';

  it('is missing', async () => {
    await expect(fetch({}, { path: harness.root })).rejects.toMatchObject({ reason: 'toolchain_missing' });
  });

  it('finds the disk full', async () => {
    const path = harness.pathWithGit('echo "fatal: write error: No space left on device" >&2; exit 128');
    await expect(fetch({}, { path })).rejects.toMatchObject({ reason: 'storage_full' });
  });

  it('hangs: the time-out ends it and all its children', async () => {
    const path = harness.pathWithGit(HANG);
    const failure = { reason: 'repository_not_found', message: expect.stringContaining('longer than 0.5 s') };
    await expect(fetch({}, { path, timeout_ms: 500 })).rejects.toMatchObject(failure);
    await expectGroupGone();
  });

  it('hangs: an abort ends it, and is what is reported', async () => {
    const controller = new AbortController();
    const path = harness.pathWithGit(HANG);
    const fetched = fetch({ signal: controller.signal }, { path });
    await until(() => pids().length === 2);
    controller.abort(new Error('cancelled'));
    await expect(fetched).rejects.toThrow('cancelled');
    await expectGroupGone();
  });

  it('does not start when already aborted', async () => {
    const signal = AbortSignal.abort(new Error('cancelled'));
    await expect(fetch({ signal })).rejects.toThrow('cancelled');
    expect(existsSync(harness.directory)).toBe(false);
  });

  it('hands out refs only: the ref is fetched instead of its commit', async () => {
    // The same answer as from a server of an older protocol, for shas only.
    const path = harness.pathWithGit(
      `for last; do :; done
       case "$*" in *" fetch "*) case "$last" in ????????????????????????????????????????)
         echo "error: Server does not allow request for unadvertised object $last" >&2; exit 128;; esac;; esac
       PATH="$REAL_PATH" exec git "$@"`,
    );
    repository.commit({ 'index.js': 'two' });
    await expect(fetch({ branch: 'main' }, { path })).resolves.toMatchObject({ message: 'Commit 2' });
    await expect(fetch({ commit: repository.sha }, { path })).resolves.toMatchObject({ sha: repository.sha });
  });

  function pids(): number[] {
    const file = join(harness.root, 'state', 'pids');
    return existsSync(file) ? readFileSync(file, 'utf8').split(/\s+/).filter(Boolean).map(Number) : [];
  }

  async function expectGroupGone(): Promise<void> {
    expect(pids()).toHaveLength(2);
    for (const pid of pids()) await until(() => isGone(pid));
  }
});

describe('the surroundings of git', () => {
  it('are our own: no variable of the platform, no system or user configuration', async () => {
    const path = harness.pathWithGit('env >"$HOME/env"; PATH="$REAL_PATH" exec git "$@"');
    process.env['BRANCHLINE_TEST_SECRET'] = 'secret';
    await fetch({}, { path }).finally(() => delete process.env['BRANCHLINE_TEST_SECRET']);
    const env = readFileSync(join(harness.root, 'state', 'env'), 'utf8');
    expect(env).not.toContain('BRANCHLINE_TEST_SECRET');
    expect(env).toContain('GIT_ALLOW_PROTOCOL=https:file\n');
    expect(env).toContain('GIT_CONFIG_NOSYSTEM=1\n');
    expect(env).toContain('GIT_TERMINAL_PROMPT=0\n');
  });

  it('survive two fetches at once', async () => {
    const results = await Promise.all(
      ['a', 'b'].map((name) => fetch({ directory: join(harness.root, name) })),
    );
    expect(results.map(({ sha }) => sha)).toEqual([repository.sha, repository.sha]);
    expect(readdirSync(join(harness.root, 'state'))).toEqual(['gitconfig']);
  });

  it('are written again when somebody changed them', async () => {
    await fetch();
    writeFileSync(join(harness.root, 'state', 'gitconfig'), '[safe]\n');
    await fetch();
    expect(readFileSync(join(harness.root, 'state', 'gitconfig'), 'utf8')).toContain('directory = *');
  });
});

/** True when the process is gone or only waits to be reaped. */
function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return true;
  }
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && readFileSync(stat, 'utf8').includes(') Z ');
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
