import { gunzipSync } from 'node:zlib';
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
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../../../src/adapters/aws/images/digest-file.ts';
import { APP, BASE, configOf, dockerArchive, ociArchive, oldDockerArchive, tar } from './archives.ts';
import { KEY, RELEASE, setUp, URI } from './harness.ts';
import { REPOSITORY } from './registry-double.ts';

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
