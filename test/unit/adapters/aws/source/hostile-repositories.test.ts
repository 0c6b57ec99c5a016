import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { demandSmallPack } from '../../../../../src/adapters/aws/source/pack-size.ts';
import { createSourceHarness, KEY, type SourceHarness } from './harness.ts';

let harness: SourceHarness;

beforeEach(async () => {
  harness = await createSourceHarness({ 'index.js': 'one' });
});

afterEach(() => harness.close());

const fetch = () =>
  harness.provider().fetch(KEY, { repository_url: harness.url, branch: 'main', commit: null });

/** Commits a tree that no git would make. */
function commitTree(entries: readonly (readonly [mode: string, name: string, sha: string])[]): void {
  const { repository } = harness;
  const body = Buffer.concat(
    entries.map(([mode, name, sha]) =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(sha, 'hex')]),
    ),
  );
  const write = ['-C', repository.path, 'hash-object', '-t', 'tree', '-w', '--stdin', '--literally'];
  const tree = execFileSync('git', write, { input: body, encoding: 'utf8' }).trim();
  const commit = repository.git('commit-tree', '-m', 'hostile', tree);
  repository.git('update-ref', 'refs/heads/main', commit);
}

function blob(content: string): string {
  const write = ['-C', harness.repository.path, 'hash-object', '-w', '--stdin'];
  return execFileSync('git', write, { input: content, encoding: 'utf8' }).trim();
}

describe('a tree that no checkout may have', () => {
  it.each(['..', '.', '.git', '.GIT', 'a/b', '../escaped'])('with the name %j', async (name) => {
    commitTree([['100644', name, blob('x')]]);
    await expect(fetch()).rejects.toMatchObject({ reason: 'repository_not_found' });
    expect(harness.objects.size).toBe(0);
  });

  it('with a link and a folder of one name, through which a file would get outside', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'branchline-outside-'));
    const inner = harness.repository.git('rev-parse', 'HEAD^{tree}');
    commitTree([
      ['120000', 'a', blob(outside)],
      ['40000', 'a', inner],
    ]);
    await expect(fetch()).rejects.toMatchObject({ reason: 'repository_not_found' });
    expect(readdirSync(outside)).toEqual([]);
    rmSync(outside, { recursive: true });
  });

  it('with a file twice', async () => {
    commitTree([
      ['100644', 'a', blob('x')],
      ['100644', 'a', blob('y')],
    ]);
    await expect(fetch()).rejects.toMatchObject({ reason: 'repository_not_found' });
  });

  it('with folders that hold each other a million times', async () => {
    let tree = harness.repository.git('rev-parse', 'HEAD^{tree}');
    for (let depth = 0; depth < 20; depth += 1) {
      const input = `040000 tree ${tree}\ta\n040000 tree ${tree}\tb\n`;
      tree = execFileSync('git', ['-C', harness.repository.path, 'mktree'], {
        input,
        encoding: 'utf8',
      }).trim();
    }
    harness.repository.git(
      'update-ref',
      'refs/heads/main',
      harness.repository.git('commit-tree', '-m', 'bomb', tree),
    );
    await expect(fetch()).rejects.toMatchObject({ reason: 'repository_too_large' });
  });

  it('may have a submodule, which is an empty folder', async () => {
    commitTree([
      ['160000', 'module', 'a'.repeat(40)],
      ['100644', 'x', blob('x')],
    ]);
    expect((await fetch()).snapshot.files).toEqual(['x']);
  });
});

/** A pack of blobs with the sizes that their headers state. */
function pack(
  objects: readonly { readonly stated: number; readonly content: Buffer; readonly type?: number }[],
): Buffer {
  const head = Buffer.alloc(12);
  head.write('PACK');
  head.writeUInt32BE(2, 4);
  head.writeUInt32BE(objects.length, 8);
  const bodies = objects.map(({ stated, content, type = 3 }) => {
    const bytes = [(type << 4) | (stated & 15) | (stated > 15 ? 0x80 : 0)];
    for (let rest = Math.floor(stated / 16); rest > 0; rest = Math.floor(rest / 128)) {
      bytes.push((rest % 128) | (rest > 127 ? 0x80 : 0));
    }
    const base = type === 7 ? Buffer.alloc(20) : type === 6 ? Buffer.from([0x81, 0x01]) : Buffer.alloc(0);
    return Buffer.concat([Buffer.from(bytes), base, deflateSync(content)]);
  });
  return Buffer.concat([head, ...bodies, Buffer.alloc(20)]);
}

describe('the size of a pack', () => {
  const limits = { max_object_bytes: 1_000, max_bytes: 2_500 };
  const object = (bytes: number, stated = bytes) => ({ stated, content: Buffer.alloc(bytes) });
  // A delta to 5,000 bytes: 20 from a base of 10, all by one instruction that is not looked at.
  const delta = Buffer.from([10, 0x88, 0x27, 0x90, 1]);

  it('is what its objects unpack to', () => {
    expect(() =>
      demandSmallPack(pack([object(0), object(15), object(16), object(1_000)]), limits),
    ).not.toThrow();
    expect(() => demandSmallPack(pack([object(900), object(900), object(900)]), limits)).toThrow(
      'unpacks to more',
    );
  });

  it.each([
    ['one object', object(1_001)],
    ['an object that states less', object(100_000, 10)],
    ['an object that states more', object(10, 500)],
    ['a delta on an offset', { stated: delta.length, content: delta, type: 6 }],
    ['a delta on a name', { stated: delta.length, content: delta, type: 7 }],
  ])('is refused for %s', (_name, entry) => {
    expect(() => demandSmallPack(pack([entry]), limits)).toThrow();
  });

  it('is never looked for beyond the end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(5), (bytes, count) => {
        const head = Buffer.from('PACK\0\0\0\x02\0\0\0');
        const hostile = Buffer.concat([head, Buffer.from([count]), bytes, Buffer.alloc(20)]);
        if (count > 0) expect(() => demandSmallPack(hostile.subarray(0, 12), limits)).toThrow();
        try {
          demandSmallPack(hostile, limits);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });

  it('holds for packs that git makes, with deltas in them', async () => {
    const lines = Array.from({ length: 2_000 }, (_, n) => `line ${n}`);
    for (let n = 0; n < 5; n += 1) harness.repository.commit({ big: lines.with(n, 'changed').join('\n') });
    harness.repository.git('repack', '-adfq');
    const first = harness.repository.git('rev-list', '--max-parents=0', 'HEAD');
    const { commit } = await harness
      .provider()
      .fetch(KEY, { repository_url: harness.url, branch: null, commit: first.slice(0, 8) });
    expect(commit.sha).toBe(first);
  });
});
