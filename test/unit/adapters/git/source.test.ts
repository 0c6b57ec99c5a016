import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRepository, type TestRepository } from '../../../support/repository.ts';
import { createSourceHarness, type SourceHarness } from './harness.ts';

describe('fetching a tree', () => {
  let harness: SourceHarness;
  let repository: TestRepository;
  let first: string;
  let second: string;

  beforeEach(() => {
    harness = createSourceHarness();
    repository = createRepository({
      // The name git itself gives a new repository's branch where nothing else is said.
      branch: 'master',
      message: 'First\n\nwith a body',
      files: { 'index.js': 'one', 'bin/run': { executable: '#!/bin/sh\n' }, link: { symlink: 'index.js' } },
    });
    first = repository.sha;
    repository.tag('v1');
    repository.tag('v1-annotated', 'a release');
    second = repository.commit({ 'index.js': 'two' });
    repository.branch('feature/x');
    repository.commit({ 'index.js': 'feature' });
    repository.branch('master');
  });

  afterEach(() => {
    harness.remove();
    repository.remove();
  });

  const fetch = (rest: { branch?: string; commit?: string }) =>
    harness.source().fetch({ repository_url: repository.path, directory: harness.directory, ...rest });
  const content = (): string => readFileSync(join(harness.directory, 'index.js'), 'utf8');

  it('takes the default branch, and says which that is', async () => {
    await expect(fetch({})).resolves.toEqual({
      sha: second,
      branch: 'master',
      author: 'Ada Author',
      message: 'Commit 2',
    });
    expect(content()).toBe('two');
  });

  it('has no branch to name when HEAD is detached', async () => {
    repository.git('checkout', '--quiet', '--detach', first);
    expect(await fetch({})).toMatchObject({ sha: first, branch: null });
  });

  it('leaves no git data, and keeps executables and symbolic links', async () => {
    await fetch({ branch: 'v1' });
    expect(readdirSync(harness.directory).sort()).toEqual(['bin', 'index.js', 'link']);
    expect(statSync(join(harness.directory, 'bin/run')).mode & 0o100).toBe(0o100);
    expect(lstatSync(join(harness.directory, 'link')).isSymbolicLink()).toBe(true);
  });

  it('takes a branch, a tag and an annotated tag by name', async () => {
    expect(await fetch({ branch: 'feature/x' })).toMatchObject({ branch: 'feature/x' });
    expect(content()).toBe('feature');
    expect(await fetch({ branch: 'v1' })).toMatchObject({ sha: first, branch: 'v1' });
    expect(await fetch({ branch: 'v1-annotated' })).toMatchObject({ sha: first });
    expect(content()).toBe('one');
  });

  it('prefers the branch where a tag has the same name', async () => {
    repository.tag('feature/x');
    await fetch({ branch: 'feature/x' });
    expect(content()).toBe('feature');
  });

  it('takes a full commit that is no tip, and gives the whole message', async () => {
    const commit = await fetch({ commit: first.toUpperCase() });
    expect(commit).toMatchObject({ sha: first, branch: null, message: 'First\n\nwith a body' });
    expect(content()).toBe('one');
  });

  it('takes an abbreviated commit, even when a branch has that very name', async () => {
    repository.git('branch', first.slice(0, 7), second);
    expect(await fetch({ commit: first.slice(0, 7) })).toMatchObject({ sha: first });
    expect(content()).toBe('one');
  });

  it('keeps the branch as a label when a commit is given too', async () => {
    expect(await fetch({ commit: first, branch: 'master' })).toMatchObject({ sha: first, branch: 'master' });
  });

  it('reads file addresses, and folders with odd names', async () => {
    const url = pathToFileURL(repository.path).href;
    const odd = createRepository({ files: { 'index.js': 'odd' } });
    odd.git('clone', '--quiet', '--bare', odd.path, join(harness.root, 'a b%20#ä'));
    odd.remove();
    await harness.source().fetch({ repository_url: url, directory: harness.directory });
    expect(content()).toBe('two');
    await harness
      .source()
      .fetch({ repository_url: join(harness.root, 'a b%20#ä'), directory: harness.directory });
    expect(content()).toBe('odd');
  });

  it('can be repeated over what an interrupted run left', async () => {
    await fetch({});
    await fetch({ branch: 'v1' });
    expect(content()).toBe('one');
  });

  it('cuts the message after 1,000 characters, never within one, and drops control characters', async () => {
    repository.commit({ 'index.js': 'three' }, `\u001b[31m${'💡'.repeat(1_200)}`);
    const { message } = await fetch({});
    expect(message).toBe(`[31m${'💡'.repeat(996)}`);
  });

  it('runs no hook and no filter of the repository, and leaves LFS pointers as they are', async () => {
    const marker = join(harness.root, 'marker');
    repository.commit({
      '.gitattributes': '*.txt filter=evil\n*.bin filter=lfs diff=lfs merge=lfs -text\n',
      '.gitconfig': `[filter "evil"]\n  smudge = touch ${marker}\n`,
      'a.txt': 'text',
      'b.bin': 'version https://git-lfs.github.com/spec/v1\n',
      'hooks/post-checkout': { executable: `#!/bin/sh\ntouch ${marker}\n` },
    });
    await fetch({});
    expect(existsSync(marker)).toBe(false);
    expect(readFileSync(join(harness.directory, 'b.bin'), 'utf8')).toContain('git-lfs');
  });

  it('does not follow submodules', async () => {
    repository.git('update-index', '--add', '--cacheinfo', `160000,${first},vendored`);
    repository.commit({ '.gitmodules': '[submodule "vendored"]\n  path = vendored\n  url = ../vendored\n' });
    await fetch({});
    expect(existsSync(join(harness.directory, 'vendored', 'index.js'))).toBe(false);
  });
});
