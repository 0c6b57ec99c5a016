import { randomBytes } from 'node:crypto';
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

afterEach(() => harness.close());

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
    expect(harness.bucket.requests()).toEqual(['PUT /bucket/sources/ten_1/dpl_1.tar.gz']);
    expect(harness.bucket.received[0]?.headers).toMatchObject({
      'content-length': String(harness.objects.get('sources/ten_1/dpl_1.tar.gz')?.length),
      'content-type': 'application/gzip',
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
    expect(harness.bucket.requests()).toEqual([
      'DELETE /bucket/sources/ten_1/dpl_1.tar.gz',
      'DELETE /bucket/sources/ten_1/dpl_1.job',
    ]);
  });
});
