import { randomBytes } from 'node:crypto';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSourceHarness, KEY, LIMITS, readArchive, type SourceHarness } from './harness.ts';

let harness: SourceHarness;

beforeEach(async () => {
  harness = await createSourceHarness({
    'package.json': '{"name":"app"}',
    'deep/er/file': 'two',
    'run.sh': { executable: '#!/bin/sh\n' },
    link: { symlink: 'deep/er/file' },
    out: { symlink: '/etc/passwd' },
  });
});

afterEach(async () => {
  expect(harness.leftovers()).toEqual([]);
  await harness.close();
});

const fetch = (request: { branch?: string; commit?: string; url?: string } = {}, options = {}) =>
  harness.provider(options).fetch(KEY, {
    repository_url: request.url ?? harness.url,
    branch: request.branch ?? null,
    commit: request.commit ?? null,
  });

describe('a source', () => {
  it('comes from the default branch into the bucket', async () => {
    const { commit, snapshot } = await fetch();
    expect(commit).toEqual({
      sha: harness.repository.sha,
      branch: 'main',
      author: 'Ada Author',
      message: 'Commit 1',
    });
    expect(snapshot.files).toEqual(['deep/er/file', 'link', 'package.json', 'run.sh']);
    expect(snapshot.documents['package.json']).toEqual({ kind: 'data', value: { name: 'app' } });
    expect(await readArchive(harness.objects.get('sources/ten_1/dpl_1.tar.gz'))).toEqual({
      '': null,
      'package.json': '644 {"name":"app"}',
      'deep/': null,
      'deep/er/': null,
      'deep/er/file': '644 two',
      'run.sh': '755 #!/bin/sh\n',
      link: '-> deep/er/file',
      out: '-> /etc/passwd',
    });
    expect(harness.s3_mock.commandCalls(PutObjectCommand)[0]?.args[0].input).toMatchObject({
      Bucket: 'bucket',
      Key: 'sources/ten_1/dpl_1.tar.gz',
      ContentLength: harness.objects.get('sources/ten_1/dpl_1.tar.gz')?.length,
      ContentType: 'application/gzip',
    });
  });

  it('comes without history', async () => {
    harness.repository.commit({ old: randomBytes(2_000_000) });
    harness.repository.commit({ old: null, new: 'x' });
    harness.repository.commit({ newer: 'y' });
    const { commit } = await fetch({}, { limits: { ...LIMITS, max_size_bytes: 1_000_000 } });
    expect(commit.sha).toBe(harness.repository.git('rev-parse', 'HEAD'));
  });

  it('is the same archive each time', async () => {
    await fetch();
    const first = harness.objects.get('sources/ten_1/dpl_1.tar.gz');
    await fetch();
    expect(harness.objects.get('sources/ten_1/dpl_1.tar.gz')?.equals(first ?? Buffer.alloc(0))).toBe(true);
  });

  it('comes from a branch, a branch with a slash, a tag and a tag with a message', async () => {
    harness.repository.branch('feature/x');
    const feature = harness.repository.commit({ feature: 'x' });
    harness.repository.tag('v1');
    harness.repository.tag('v2', 'Version 2');
    harness.repository.branch('main');
    for (const branch of ['feature/x', 'v1', 'v2']) {
      expect((await fetch({ branch })).commit).toMatchObject({ sha: feature, branch });
    }
    expect((await fetch({ branch: 'main' })).commit.sha).toBe(harness.repository.sha);
  });

  it('prefers the branch to the tag of its name', async () => {
    const first = harness.repository.sha;
    harness.repository.tag('both');
    const second = harness.repository.commit({ second: 'x' });
    harness.repository.git('branch', 'both', second);
    expect(first).not.toBe(second);
    expect((await fetch({ branch: 'both' })).commit.sha).toBe(second);
  });

  it('comes from a commit, whole or abbreviated, at a tip or behind it, and keeps the branch as a label', async () => {
    const first = harness.repository.sha;
    const second = harness.repository.commit({ second: 'x' });
    for (const sha of [first, second]) {
      for (const commit of [sha, sha.slice(0, 9), sha.toUpperCase()]) {
        expect((await fetch({ commit, branch: 'main' })).commit).toMatchObject({ sha, branch: 'main' });
      }
    }
    expect((await fetch({ commit: first })).commit.branch).toBeNull();
  });

  it('comes from a commit behind a tip by one small request, where the server allows it', async () => {
    harness.repository.git('config', 'uploadpack.allowReachableSHA1InWant', 'true');
    const first = harness.repository.sha;
    harness.repository.commit({ large: randomBytes(2_000_000) });
    const limits = { ...LIMITS, max_size_bytes: 1_000_000 };
    expect((await fetch({ commit: first }, { limits })).commit.sha).toBe(first);
  });

  it('has the author and message as text of a bounded length', async () => {
    harness.repository.commit({ x: 'x' }, `Sub\u0007ject\n\n${'long '.repeat(500)}`);
    const { commit } = await fetch();
    expect(commit.message).toMatch(/^Subject\n\nlong long/);
    expect(commit.message).toHaveLength(1_000);
  });

  it('goes with credentials in the address, which are in no path', async () => {
    await fetch({ url: harness.url.replace('https://', 'https://ada:p%40ss@') });
    const header = `Basic ${Buffer.from('ada:p@ss').toString('base64')}`;
    expect(harness.server.requests.every((line) => line.endsWith(` ${header}`))).toBe(true);
    expect(harness.server.requests.join()).not.toContain('ada');
  });

  it('is removed with its job', async () => {
    await harness.provider().discard(KEY);
    const inputs = harness.s3_mock.commandCalls(DeleteObjectCommand).map((call) => call.args[0].input);
    expect(inputs).toEqual([
      { Bucket: 'bucket', Key: 'sources/ten_1/dpl_1.tar.gz' },
      { Bucket: 'bucket', Key: 'sources/ten_1/dpl_1.job' },
    ]);
  });
});

describe('a repository or ref that is not there', () => {
  it.each([
    ['an unknown branch', { branch: 'nope' }, '"nope" is neither a branch nor a tag'],
    ['the beginning of a branch', { branch: 'mai' }, '"mai" is neither a branch nor a tag'],
    ['an option', { branch: '--upload-pack=x' }, 'not a valid branch or tag name'],
    ['an unknown commit', { commit: 'a'.repeat(40) }, `"${'a'.repeat(40)}" is not a commit`],
    ['an unknown abbreviation', { commit: 'abcdef0' }, '"abcdef0" is not a commit'],
    ['a commit of another hash', { commit: 'a'.repeat(64) }, 'is not a commit'],
  ])('%s', async (_name, request, text) => {
    const failure = { reason: 'ref_not_found', message: expect.stringContaining(text) };
    await expect(fetch(request)).rejects.toMatchObject(failure);
    expect(harness.objects.size).toBe(0);
  });

  it('the name of a file or folder for a commit', async () => {
    const blob = harness.repository.git('rev-parse', 'HEAD:package.json');
    await expect(fetch({ commit: blob })).rejects.toMatchObject({ reason: 'ref_not_found' });
  });

  it('a repository without a commit', async () => {
    const empty = await createSourceHarness({});
    await expect(
      empty.provider().fetch(KEY, { repository_url: empty.url, branch: null, commit: null }),
    ).rejects.toMatchObject({ reason: 'ref_not_found' });
    await empty.close();
  });

  it.each([
    ['another path', () => harness.server.url('nothing'), 'There is no repository'],
    ['a file address', () => `file://${harness.repository.path}`, 'not read'],
    ['a path', () => harness.repository.path, 'not read'],
    ['plain http', () => harness.url.replace('https:', 'http:'), 'Only https'],
    ['ssh', () => 'git@github.com:a/b.git', 'not a URL'],
    ['a port without a server', () => 'https://127.0.0.1:1/x', 'could not be reached'],
  ])('%s', async (_name, url, text) => {
    const failure = { reason: 'repository_not_found', message: expect.stringContaining(text) };
    await expect(fetch({ url: url() })).rejects.toMatchObject(failure);
  });

  it.each([
    [401, 'asks for credentials'],
    [403, 'asks for credentials'],
    [404, 'no repository'],
    [500, 'answered 500'],
    [200, 'no git server'],
  ])('a server that answers %i', async (status, text) => {
    harness.server.intercept((_request, response) => {
      response.writeHead(status, { 'content-type': 'text/html' }).end('<html>');
      return true;
    });
    const failure = { reason: 'repository_not_found', message: expect.stringContaining(text) };
    await expect(fetch()).rejects.toMatchObject(failure);
  });

  it('a server that sends nonsense in place of a pack', async () => {
    harness.server.intercept((request, response) => {
      if (request.method !== 'POST' || request.headers['git-protocol'] === 'version=2') return false;
      response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-result' });
      response.end(randomBytes(1_000));
      return true;
    });
    await expect(fetch()).rejects.toMatchObject({ reason: expect.stringMatching(/_not_found$/) });
  });
});

describe('where a fetch may go', () => {
  it.each(['127.0.0.1', 'localhost', '0x7f.1', '[::1]', '169.254.169.254', '[::ffff:127.0.0.1]', '10.0.0.1'])(
    'not to %s',
    async (host) => {
      const url = harness.url.replace('127.0.0.1', host);
      const failure = {
        reason: 'repository_not_found',
        message: expect.stringContaining('no public address'),
      };
      await expect(fetch({ url }, { guard: undefined })).rejects.toMatchObject(failure);
      expect(harness.server.requests).toEqual([]);
    },
  );

  it('not where a redirect leads', async () => {
    harness.server.intercept((request, response) => {
      if (request.url?.startsWith('/elsewhere') === true) return false;
      response.writeHead(302, { location: harness.server.url('elsewhere') }).end();
      return true;
    });
    const failure = { reason: 'repository_not_found', message: expect.stringContaining('redirects') };
    await expect(fetch({ url: harness.server.url('a.git') })).rejects.toMatchObject(failure);
    expect(harness.server.requests).toHaveLength(1);
  });

  it('to the address with .git, where the one without redirects', async () => {
    harness.server.intercept((request, response) => {
      if (request.url?.includes('/.git/') === true) return false;
      response.writeHead(301, { location: '/' }).end();
      return true;
    });
    const url = harness.url.replace(/\.git$/, '');
    harness.repository.git(
      'clone',
      '--quiet',
      '--bare',
      harness.repository.path,
      `${harness.repository.path}.git`,
    );
    harness.server.intercept((request, response) => {
      if (/-[^/]*\.git\//.test(request.url ?? '')) return false;
      response.writeHead(301, { location: '/' }).end();
      return true;
    });
    expect((await fetch({ url })).commit.sha).toBe(harness.repository.sha);
  });
});

describe('limits', () => {
  it('on what comes from the server', async () => {
    harness.repository.commit({ large: randomBytes(600_000) });
    const limits = { ...LIMITS, max_size_bytes: 500_000 };
    await expect(fetch({}, { limits })).rejects.toMatchObject({ reason: 'repository_too_large' });
    expect(harness.objects.size).toBe(0);
  });

  it.each([
    ['one file that packs well', { zeros: Buffer.alloc(6_000_000) }],
    ['many empty files', Object.fromEntries(Array.from({ length: 1_300 }, (_, n) => [`f${n}`, '']))],
  ])('on the tree: %s', async (_name, files) => {
    harness.repository.commit(files);
    await expect(fetch()).rejects.toMatchObject({ reason: 'repository_too_large' });
  });

  it('on time', async () => {
    harness.server.intercept(() => true);
    const limits = { ...LIMITS, timeout_ms: 300 };
    const failure = { reason: 'repository_not_found', message: expect.stringContaining('longer than 0.3 s') };
    await expect(fetch({}, { limits })).rejects.toMatchObject(failure);
  });

  it("ends with the execution, by the signal's own reason", async () => {
    harness.server.intercept(() => true);
    const reason = new Error('cancelled');
    const stopped = new AbortController();
    const request = { repository_url: harness.url, branch: null, commit: null, signal: stopped.signal };
    const fetching = harness.provider().fetch(KEY, request);
    setTimeout(() => stopped.abort(reason), 100);
    await expect(fetching).rejects.toBe(reason);
  });

  it("passes a fault of the bucket on as what it is: no fault of the repository's", async () => {
    harness.s3_mock.on(PutObjectCommand).rejects(new Error('SlowDown'));
    await expect(fetch()).rejects.toThrow('SlowDown');
  });
});
