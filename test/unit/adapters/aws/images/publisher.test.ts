import { gunzipSync, gzipSync } from 'node:zlib';
import {
  BatchCheckLayerAvailabilityCommand,
  BatchDeleteImageCommand,
  DescribeImagesCommand,
  ImageAlreadyExistsException,
  ImageTagAlreadyExistsException,
  InitiateLayerUploadCommand,
  PutImageCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import { DeleteObjectCommand, GetObjectCommand } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ArchiveLimits } from '../../../../../src/adapters/aws/images/archive.ts';
import { sha256 } from '../../../../../src/adapters/aws/images/digest-file.ts';
import { createEcrImagePublisher } from '../../../../../src/adapters/aws/images/publisher.ts';
import { DeploymentFailedError, type Release } from '../../../../../src/domain/deployments/index.ts';
import { createRecordedLogger } from '../../../../support/recorded-logger.ts';
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
import { createRegistryDouble, REPOSITORY } from './registry-double.ts';

const URI = `123456789012.dkr.ecr.eu-central-1.amazonaws.com/${REPOSITORY}`;
const KEY = { tenant_id: 'ten_1', deployment_id: 'dpl_1' };
const RELEASE = { id: 'rel_1' } as Release;
const LIMITS: ArchiveLimits = { max_entries: 50, max_bytes: 1_000_000, max_layers: 5 };

function setUp(archive: Buffer | undefined, limits: ArchiveLimits = LIMITS) {
  const double = createRegistryDouble(archive);
  const logger = createRecordedLogger();
  const publisher = createEcrImagePublisher({
    ecr: double.ecr,
    storage: { bucket: 'bucket', clientFor: () => double.s3 },
    repository_uri: URI,
    architecture: 'arm64',
    logger,
    limits,
  });
  return { ...double, logger, publisher };
}

const publish = (entries: readonly TestEntry[], limits?: ArchiveLimits) =>
  setUp(tar(entries), limits).publisher.publish(KEY, RELEASE);

describe('publishing an image', () => {
  it.each([
    ['Docker', dockerArchive(), [BASE, APP]],
    ['Docker before 25', oldDockerArchive(), [BASE, APP, APP]],
    ['BuildKit', ociArchive(), [BASE, APP]],
  ])('of %s: its layers, its config and its manifest', async (_name, entries, layers) => {
    const { publisher, blobs, tags } = setUp(tar(entries));
    const image = await publisher.publish(KEY, RELEASE);
    const { digest, manifest } = tags.get('rel_1') ?? { digest: '', manifest: '{}' };
    expect(image).toBe(`${URI}@${digest}`);
    const { config, ...rest } = JSON.parse(manifest);
    expect(blobs.get(config.digest)?.equals(configOf(layers))).toBe(true);
    expect(config).toEqual({
      mediaType: 'application/vnd.docker.container.image.v1+json',
      size: configOf(layers).length,
      digest: sha256(configOf(layers)),
    });
    expect(rest).toMatchObject({
      schemaVersion: 2,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      layers: layers.map(() => ({ mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip' })),
    });
    const unpacked = rest.layers.map((layer: { digest: string }) =>
      gunzipSync(blobs.get(layer.digest) ?? ''),
    );
    expect(unpacked.map(sha256)).toEqual(layers.map(sha256));
  });

  it('asks ECR and S3 exactly this', async () => {
    const { publisher, ecr_mock, s3_mock, tags } = setUp(tar(dockerArchive([APP])));
    await publisher.publish(KEY, RELEASE);
    const { digest, manifest } = tags.get('rel_1') ?? { digest: '', manifest: '{}' };
    const layer = JSON.parse(manifest).layers[0];
    const repositoryName = REPOSITORY;
    const inputs = ecr_mock.calls().map((call) => call.args[0].input);
    expect(inputs.slice(0, 4)).toEqual([
      { repositoryName, imageIds: [{ imageTag: 'rel_1' }] },
      { repositoryName, layerDigests: [layer.digest] },
      { repositoryName },
      {
        repositoryName,
        uploadId: 'upload-1',
        partFirstByte: 0,
        partLastByte: 99,
        layerPartBlob: expect.any(Buffer),
      },
    ]);
    expect(inputs.at(-1)).toEqual({
      repositoryName,
      imageTag: 'rel_1',
      imageManifest: manifest,
      imageManifestMediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      imageDigest: digest,
    });
    const object = { Bucket: 'bucket', Key: 'images/ten_1/dpl_1.tar' };
    expect(s3_mock.calls().map((call) => call.args[0].input)).toEqual([
      object,
      { ...object, IfMatch: '"etag"' },
      object,
    ]);
    expect(s3_mock.commandCalls(DeleteObjectCommand)).toHaveLength(1);
  });

  it('uploads in parts of the size that ECR asks for, without a gap', async () => {
    const { publisher, ecr_mock } = setUp(tar(dockerArchive()));
    await publisher.publish(KEY, RELEASE);
    const parts = ecr_mock.commandCalls(UploadLayerPartCommand).map((call) => call.args[0].input);
    const sizes = parts.map(({ layerPartBlob }) => layerPartBlob?.length ?? 0);
    expect(Math.max(...sizes)).toBe(100);
    expect(sizes.filter((size) => size < 100).length).toBeLessThanOrEqual(3);
  });

  it('uploads nothing that is there', async () => {
    const { publisher, ecr_mock, blobs, tags } = setUp(tar(dockerArchive()));
    await publisher.publish(KEY, RELEASE);
    tags.clear();
    const again = setUp(tar(dockerArchive()));
    for (const [digest, blob] of blobs) again.blobs.set(digest, blob);
    await again.publisher.publish(KEY, RELEASE);
    expect(again.ecr_mock.commandCalls(InitiateLayerUploadCommand)).toHaveLength(0);
    expect(again.s3_mock.commandCalls(GetObjectCommand)).toHaveLength(1);
    expect(ecr_mock.commandCalls(InitiateLayerUploadCommand)).toHaveLength(3);
  });

  it('finds on a rerun what it pushed before, though the archive is gone', async () => {
    const { publisher, ecr_mock } = setUp(tar(dockerArchive()));
    const first = await publisher.publish(KEY, RELEASE);
    expect(await publisher.publish(KEY, RELEASE)).toBe(first);
    expect(ecr_mock.commandCalls(PutImageCommand)).toHaveLength(1);
  });

  it('takes "already exists" for success, of a layer and of the image', async () => {
    const { publisher, ecr_mock } = setUp(tar(dockerArchive()));
    ecr_mock.on(BatchCheckLayerAvailabilityCommand).resolves({ layers: [] });
    await publisher.publish(KEY, RELEASE);
    const image = new ImageAlreadyExistsException({ $metadata: {}, message: '' });
    ecr_mock.on(PutImageCommand).rejects(image);
    const other = { ...RELEASE, id: 'rel_2' };
    const again = setUp(tar(dockerArchive()));
    again.ecr_mock.on(PutImageCommand).rejects(image);
    again.ecr_mock.on(BatchCheckLayerAvailabilityCommand).resolves({ layers: [] });
    expect(await again.publisher.publish(KEY, other)).toMatch(/@sha256:[0-9a-f]{64}$/);
  });

  it('returns the image of an earlier push that has the tag', async () => {
    const { publisher, ecr_mock } = setUp(tar(dockerArchive()));
    ecr_mock.on(PutImageCommand).rejects(new ImageTagAlreadyExistsException({ $metadata: {}, message: '' }));
    ecr_mock
      .on(DescribeImagesCommand)
      .resolvesOnce({ imageDetails: [] })
      .resolves({ imageDetails: [{ imageDigest: 'sha256:earlier' }] });
    expect(await publisher.publish(KEY, RELEASE)).toBe(`${URI}@sha256:earlier`);
  });

  it('succeeds though the archive stays', async () => {
    const { publisher, s3_mock, logger } = setUp(tar(dockerArchive()));
    s3_mock.on(DeleteObjectCommand).rejects(new Error('denied'));
    expect(await publisher.publish(KEY, RELEASE)).toContain('@sha256:');
    expect(logger.text()).toContain('could not be removed');
  });

  it.each(['ThrottlingException', 'ServerException'])(
    "passes %s on: the client's own retries come first",
    async (name) => {
      const { publisher, ecr_mock } = setUp(tar(dockerArchive()));
      ecr_mock.on(UploadLayerPartCommand).rejects(Object.assign(new Error(name), { name }));
      await expect(publisher.publish(KEY, RELEASE)).rejects.toThrow(name);
      expect(ecr_mock.commandCalls(PutImageCommand)).toHaveLength(0);
    },
  );

  it('says so when the build left no image', async () => {
    const { publisher } = setUp(undefined);
    await expect(publisher.publish(KEY, RELEASE)).rejects.toMatchObject({ reason: 'internal' });
  });

  it('removes an image by its release, and what is gone is removed', async () => {
    const { publisher, ecr_mock, tags } = setUp(tar(dockerArchive()));
    await publisher.publish(KEY, RELEASE);
    await publisher.discard('rel_1');
    await publisher.discard('rel_1');
    expect(tags.size).toBe(0);
    ecr_mock
      .on(BatchDeleteImageCommand)
      .resolves({ failures: [{ failureCode: 'ImageReferencedByManifestList' }] });
    await expect(publisher.discard('rel_1')).rejects.toThrow('ImageReferencedByManifestList');
  });
});

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
    const { publisher, ecr_mock } = setUp(tar(entries));
    const failure = { reason: 'build_failed', message: expect.stringContaining(problem) };
    await expect(publisher.publish(KEY, RELEASE)).rejects.toMatchObject(failure);
    expect(ecr_mock.commandCalls(InitiateLayerUploadCommand)).toHaveLength(0);
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
    await expect(setUp(archive).publisher.publish(KEY, RELEASE)).rejects.toMatchObject({
      reason: 'build_failed',
    });
  });
});

describe('a damaged archive', () => {
  const sound = tar(dockerArchive());
  const expected = setUp(sound).publisher.publish(KEY, RELEASE);
  const tryPublish = async (archive: Buffer): Promise<string> => {
    try {
      return await setUp(archive).publisher.publish(KEY, RELEASE);
    } catch (error) {
      if (!(error instanceof DeploymentFailedError)) throw error;
      return error.reason;
    }
  };

  it('comes to the same image or is refused, wherever a byte of it changes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(sound.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const archive = Buffer.from(sound);
        archive[at] = (archive[at] ?? 0) ^ change;
        expect([await expected, 'build_failed']).toContain(await tryPublish(archive));
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
