import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../../../../src/adapters/aws/images/digest-file.ts';
import { DeploymentFailedError } from '../../../../../src/domain/deployments/index.ts';
import {
  APP,
  BASE,
  blobPath,
  configOf,
  dockerArchive,
  json,
  ociArchive,
  oldDockerArchive,
  replaced,
  type TestEntry,
  tar,
} from './archives.ts';
import { KEY, RELEASE, setUp, tearDown } from './harness.ts';

afterEach(tearDown);

const publishArchive = async (archive: Buffer) => (await setUp(archive)).publisher.publish(KEY, RELEASE);
const publish = (entries: readonly TestEntry[]) => publishArchive(tar(entries));

const APP_CONFIG = configOf([BASE, APP]);
const other_app = Buffer.from(APP);
other_app[600] = 1;

describe('an archive that is refused, before anything is uploaded', () => {
  it.each<[string, readonly TestEntry[], string]>([
    ['an empty one', [], 'no tar archive'],
    [
      'a layer that is not what its name says',
      replaced(dockerArchive(), blobPath(APP), { body: other_app }),
      'not what its name says',
    ],
    [
      'a config that names other layers',
      dockerArchive([BASE, APP], { rootfs: { type: 'layers', diff_ids: [] } }),
      'not those that its config names',
    ],
    ['another machine', dockerArchive([APP], { architecture: 'amd64' }), 'another kind of machine'],
    ['another system', dockerArchive([APP], { os: 'windows' }), 'another kind of machine'],
    ['a missing layer', dockerArchive().filter(({ path }) => path !== blobPath(APP)), 'it lacks'],
    [
      'a manifest that is no JSON',
      replaced(dockerArchive(), 'manifest.json', { body: Buffer.from('{') }),
      'not JSON',
    ],
    ['two images', replaced(dockerArchive(), 'manifest.json', { body: json([{}, {}]) }), 'not of its form'],
    ['a path to a parent', [{ path: '../x', body: APP }], 'leads elsewhere'],
    ['a path through a parent', [{ path: 'a/../../x', body: APP }], 'leads elsewhere'],
    ['an absolute path', [{ path: '/etc/passwd', body: APP }], 'leads elsewhere'],
    ['a path with a backslash', [{ path: 'a\\..\\x', body: APP }], 'leads elsewhere'],
    ['a file twice', [...dockerArchive(), { path: 'manifest.json', body: json([]) }], 'names a file twice'],
    [
      'a file once more by another spelling',
      [...dockerArchive(), { path: './manifest.json', body: json([]) }],
      'twice',
    ],
    ['a hard link', [{ path: 'x', link: 'y', type: 'Link' }], 'holds a Link'],
    ['a device', [{ path: 'x', type: 'CharacterDevice' }], 'holds a CharacterDevice'],
    [
      'a link that leads out',
      [...replaced(oldDockerArchive(), 'cc/layer.tar', { link: '../../../bb/layer.tar' })],
      'it lacks',
    ],
    [
      'a link to a link',
      [
        ...replaced(oldDockerArchive(), 'cc/layer.tar', { link: '../dd' }),
        { path: 'dd', link: 'bb/layer.tar' },
      ],
      'it lacks',
    ],
    ['too many entries', Array.from({ length: 51 }, (_, n) => ({ path: `f${n}` })), 'too many entries'],
    ['too many layers', dockerArchive([BASE, APP, APP, APP, APP, APP]), 'more than 5 layers'],
    [
      'too much in all',
      [
        { path: 'a', body: Buffer.alloc(600_000) },
        { path: 'b', body: Buffer.alloc(600_000) },
      ],
      'larger than',
    ],
    ['a size that no disk holds', [{ path: 'a', body: APP, stated_bytes: 8 * 1024 ** 4 }], 'larger than'],
    [
      'a packed layer that unpacks to too much',
      [{ path: 'a', body: gzipSync(Buffer.alloc(2_000_000)) }],
      'unpack to too much',
    ],
    [
      'a packed layer that is damaged',
      [{ path: 'a', body: Buffer.concat([gzipSync(APP).subarray(0, 60), Buffer.alloc(60)]) }],
      'damaged',
    ],
    [
      'a document that is too large',
      replaced(dockerArchive(), 'manifest.json', { body: Buffer.alloc(1_100_000) }),
      'larger than',
    ],
    ['a body that is cut off', [{ path: 'a', body: APP, stated_bytes: 100_000 }], 'no tar archive'],
  ])('%s', async (_name, entries, problem) => {
    const { publisher, registry } = await setUp(tar(entries));
    const failure = { reason: 'build_failed', message: expect.stringContaining(problem) };
    await expect(publisher.publish(KEY, RELEASE)).rejects.toMatchObject(failure);
    expect(registry.callsOf('InitiateLayerUpload')).toHaveLength(0);
  });

  it('an index with a wrong digest or size', async () => {
    const wrong = [{ digest: `sha256:${'0'.repeat(64)}`, size: 1 }];
    await expect(
      publish(replaced(ociArchive(), 'index.json', { body: json({ manifests: wrong }) })),
    ).rejects.toThrow('it lacks');
    const manifest = json({ config: { digest: sha256(APP_CONFIG), size: 1 }, layers: [] });
    const entries = [
      { path: blobPath(manifest), body: manifest },
      { path: blobPath(APP_CONFIG), body: APP_CONFIG },
      {
        path: 'index.json',
        body: json({ manifests: [{ digest: sha256(manifest), size: manifest.length }] }),
      },
    ];
    await expect(publish(entries)).rejects.toThrow('not what its name says');
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('hello'.repeat(500))],
    ['a compressed archive', gzipSync(tar(dockerArchive()))],
    ['zeros', Buffer.alloc(10_240)],
  ])('%s', async (_name, archive) => {
    await expect(publishArchive(archive)).rejects.toMatchObject({
      reason: 'build_failed',
    });
  });
});

describe('a damaged archive', () => {
  const sound = tar(dockerArchive());
  const tryPublish = async (archive: Buffer): Promise<string> => {
    try {
      return await publishArchive(archive);
    } catch (error) {
      if (!(error instanceof DeploymentFailedError)) throw error;
      return error.reason;
    } finally {
      await tearDown();
    }
  };

  it('comes to the same image or is refused, wherever a byte of it changes', async () => {
    const expected = await tryPublish(sound);
    await fc.assert(
      fc.asyncProperty(fc.nat(sound.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const archive = Buffer.from(sound);
        archive[at] = (archive[at] ?? 0) ^ change;
        expect([expected, 'build_failed']).toContain(await tryPublish(archive));
      }),
      { numRuns: 150 },
    );
  });

  it('is refused wherever it ends, but in the zeros behind its last entry', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(sound.length - 1_100), async (end) => {
        expect(await tryPublish(sound.subarray(0, end))).toBe('build_failed');
      }),
      { numRuns: 80 },
    );
  });

  it('is refused when it is no archive at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3_000 }), async (bytes) => {
        expect(await tryPublish(Buffer.from(bytes))).toBe('build_failed');
      }),
      { numRuns: 80 },
    );
  });
});
