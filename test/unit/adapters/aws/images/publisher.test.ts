import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../../../../src/adapters/aws/images/digest-file.ts';
import { APP, BASE, configOf, dockerArchive, ociArchive, oldDockerArchive, tar } from './archives.ts';
import { ARCHIVE, KEY, RELEASE, setUp, tearDown, URI } from './harness.ts';
import { EcrRefusal, REPOSITORY } from './registry-double.ts';

afterEach(tearDown);

const refuse = (code: string, status?: number) => () => {
  throw new EcrRefusal(code, status);
};

describe('publishing an image', () => {
  it.each([
    ['Docker', dockerArchive(), [BASE, APP]],
    ['Docker before 25', oldDockerArchive(), [BASE, APP, APP]],
    ['BuildKit', ociArchive(), [BASE, APP]],
  ])('of %s: its layers, its config and its manifest', async (_name, entries, layers) => {
    const { publisher, registry } = await setUp(tar(entries));
    const image = await publisher.publish(KEY, RELEASE);
    const { blobs, tags } = registry;
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
    const { publisher, registry, bucket } = await setUp(tar(dockerArchive([APP])));
    await publisher.publish(KEY, RELEASE);
    const { digest, manifest } = registry.tags.get('rel_1') ?? { digest: '', manifest: '{}' };
    const layer = JSON.parse(manifest).layers[0];
    const repositoryName = REPOSITORY;
    const calls = registry.calls();
    expect(calls.slice(0, 4)).toEqual([
      { operation: 'DescribeImages', input: { repositoryName, imageIds: [{ imageTag: 'rel_1' }] } },
      { operation: 'BatchCheckLayerAvailability', input: { repositoryName, layerDigests: [layer.digest] } },
      { operation: 'InitiateLayerUpload', input: { repositoryName } },
      {
        operation: 'UploadLayerPart',
        input: {
          repositoryName,
          uploadId: 'upload-1',
          partFirstByte: 0,
          partLastByte: 99,
          layerPartBlob: expect.stringMatching(/^[A-Za-z0-9+/]{134}==$/),
        },
      },
    ]);
    expect(calls.at(-1)).toEqual({
      operation: 'PutImage',
      input: {
        repositoryName,
        imageTag: 'rel_1',
        imageManifest: manifest,
        imageManifestMediaType: 'application/vnd.docker.distribution.manifest.v2+json',
        imageDigest: digest,
      },
    });
    const object = `/bucket/${ARCHIVE}`;
    expect(bucket.requests()).toEqual([`GET ${object}`, `GET ${object}`, `DELETE ${object}`]);
    expect(bucket.received.map(({ headers }) => headers['if-match'])).toEqual([
      undefined,
      expect.stringMatching(/^"\w+"$/),
      undefined,
    ]);
  });

  it('is refused when another archive takes the place of the one that was checked', async () => {
    const { publisher, registry, bucket } = await setUp(tar(dockerArchive()));
    registry.on('BatchCheckLayerAvailability', () => {
      bucket.objects.set(ARCHIVE, tar(dockerArchive([APP])));
      return { layers: [] };
    });
    await expect(publisher.publish(KEY, RELEASE)).rejects.toMatchObject({ code: 'PreconditionFailed' });
    expect(registry.callsOf('InitiateLayerUpload')).toEqual([]);
  });

  it('uploads in parts of the size that ECR asks for, without a gap', async () => {
    const { publisher, registry } = await setUp(tar(dockerArchive()));
    await publisher.publish(KEY, RELEASE);
    const sizes = registry
      .callsOf('UploadLayerPart')
      .map(({ layerPartBlob = '' }) => Buffer.from(layerPartBlob, 'base64').length);
    expect(Math.max(...sizes)).toBe(100);
    expect(sizes.filter((size) => size < 100).length).toBeLessThanOrEqual(3);
  });

  it('uploads nothing that is there', async () => {
    const { publisher, registry } = await setUp(tar(dockerArchive()));
    await publisher.publish(KEY, RELEASE);
    const again = await setUp(tar(dockerArchive()));
    for (const [digest, blob] of registry.blobs) again.registry.blobs.set(digest, blob);
    await again.publisher.publish(KEY, RELEASE);
    expect(again.registry.callsOf('InitiateLayerUpload')).toHaveLength(0);
    expect(again.bucket.requests().filter((request) => request.startsWith('GET'))).toHaveLength(1);
    expect(registry.callsOf('InitiateLayerUpload')).toHaveLength(3);
  });

  it('finds on a rerun what it pushed before, though the archive is gone', async () => {
    const { publisher, registry, bucket } = await setUp(tar(dockerArchive()));
    const first = await publisher.publish(KEY, RELEASE);
    expect(bucket.objects.size).toBe(0);
    expect(await publisher.publish(KEY, RELEASE)).toBe(first);
    expect(registry.callsOf('PutImage')).toHaveLength(1);
  });

  it('takes "already exists" for success, of a layer and of the image', async () => {
    const { publisher, registry, bucket } = await setUp(tar(dockerArchive()));
    registry.on('BatchCheckLayerAvailability', () => ({ layers: [] }));
    await publisher.publish(KEY, RELEASE);
    bucket.objects.set(ARCHIVE, tar(dockerArchive()));
    registry.on('PutImage', refuse('ImageAlreadyExistsException'));
    const other = { ...RELEASE, id: 'rel_2' };
    expect(await publisher.publish(KEY, other)).toMatch(/@sha256:[0-9a-f]{64}$/);
    expect(registry.callsOf('CompleteLayerUpload')).toHaveLength(6);
  });

  it('returns the image of an earlier push that has the tag', async () => {
    const { publisher, registry } = await setUp(tar(dockerArchive()));
    registry.on('PutImage', refuse('ImageTagAlreadyExistsException'));
    const answers = [[], [{ imageDigest: 'sha256:earlier' }]];
    registry.on('DescribeImages', () => ({ imageDetails: answers.shift() }));
    expect(await publisher.publish(KEY, RELEASE)).toBe(`${URI}@sha256:earlier`);
  });

  it('succeeds though the archive stays', async () => {
    const { publisher, bucket, logger } = await setUp(tar(dockerArchive()));
    bucket.intercept(({ method }) =>
      method === 'DELETE' ? { status: 403, body: '<Error><Code>AccessDenied</Code></Error>' } : undefined,
    );
    expect(await publisher.publish(KEY, RELEASE)).toContain('@sha256:');
    expect(logger.text()).toContain('could not be removed');
    expect(bucket.objects.size).toBe(1);
  });

  it.each([
    ['ThrottlingException', 400],
    ['ServerException', 500],
  ])('repeats a call that %s refuses, and passes it on when it stays', async (code, status) => {
    const { publisher, registry } = await setUp(tar(dockerArchive([APP])));
    registry.on('UploadLayerPart', refuse(code, status));
    await expect(publisher.publish(KEY, RELEASE)).rejects.toMatchObject({ code, status });
    expect(registry.callsOf('UploadLayerPart')).toHaveLength(4);
    expect(registry.callsOf('PutImage')).toHaveLength(0);
  });

  it('takes no answer of another form for one of ECR', async () => {
    const { publisher, registry } = await setUp(tar(dockerArchive()));
    registry.on('InitiateLayerUpload', () => ({ partSize: 0 }));
    await expect(publisher.publish(KEY, RELEASE)).rejects.toThrow('uploadId');
  });

  it('says so when the build left no image', async () => {
    const { publisher } = await setUp(undefined);
    await expect(publisher.publish(KEY, RELEASE)).rejects.toMatchObject({ reason: 'internal' });
  });

  it('removes an image by its release, and what is gone is removed', async () => {
    const { publisher, registry } = await setUp(tar(dockerArchive()));
    await publisher.publish(KEY, RELEASE);
    await publisher.discard('rel_1');
    await publisher.discard('rel_1');
    expect(registry.tags.size).toBe(0);
    registry.on('BatchDeleteImage', () => ({
      failures: [{ failureCode: 'ImageReferencedByManifestList' }],
    }));
    await expect(publisher.discard('rel_1')).rejects.toThrow('ImageReferencedByManifestList');
  });
});
