import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSourceHarness, KEY, LIMITS, type SourceHarness } from './harness.ts';

let harness: SourceHarness;

beforeEach(async () => {
  harness = await createSourceHarness({ 'package.json': '{"name":"app"}' });
});

afterEach(() => harness.close());

const fetch = (request: { branch?: string; commit?: string; url?: string } = {}, options = {}) =>
  harness.provider(options).fetch(KEY, {
    repository_url: request.url ?? harness.url,
    branch: request.branch ?? null,
    commit: request.commit ?? null,
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
    const url = harness.url.replace(/\/\.git$/, '');
    const bare = `${harness.repository.path}.git`;
    harness.repository.git('clone', '--quiet', '--bare', harness.repository.path, bare);
    harness.server.intercept((request, response) => {
      if (/-[^/]*\.git\//.test(request.url ?? '')) return false;
      response.writeHead(301, { location: '/' }).end();
      return true;
    });
    expect((await fetch({ url })).commit.sha).toBe(harness.repository.sha);
    rmSync(bare, { recursive: true });
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
    harness.bucket.intercept(() => ({ status: 503, body: '<Error><Code>SlowDown</Code></Error>' }));
    await expect(fetch()).rejects.toMatchObject({ name: 'AwsCallError', code: 'SlowDown', status: 503 });
  });
});
