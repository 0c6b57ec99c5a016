import { Readable } from 'node:stream';
import {
  BatchCheckLayerAvailabilityCommand,
  BatchDeleteImageCommand,
  CompleteLayerUploadCommand,
  DescribeImagesCommand,
  ECRClient,
  ImageNotFoundException,
  InitiateLayerUploadCommand,
  LayerAlreadyExistsException,
  PutImageCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import { DeleteObjectCommand, GetObjectCommand, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { sha256 } from '../../../../../src/adapters/aws/images/digest-file.ts';

export const REPOSITORY = 'branchline-dev';
const meta = { $metadata: {}, message: '' };

/** ECR and S3 with one archive, as strict as they are: wrong digests, gaps between parts and missing layers are refused. */
export function createRegistryDouble(archive: Buffer | undefined, part_bytes = 100) {
  const ecr = new ECRClient({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  const s3 = new S3Client({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  const ecr_mock = mockClient(ecr);
  const s3_mock = mockClient(s3);
  const blobs = new Map<string, Buffer>();
  const uploads = new Map<string, Buffer[]>();
  const tags = new Map<string, { digest: string; manifest: string }>();
  let archive_now = archive;

  s3_mock.on(GetObjectCommand).callsFake(() => {
    if (archive_now === undefined) throw new NoSuchKey(meta);
    // Odd pieces, as a network brings them.
    const pieces: Buffer[] = [];
    for (let at = 0; at < archive_now.length; at += 7_001) pieces.push(archive_now.subarray(at, at + 7_001));
    return { Body: Readable.from(pieces), ETag: '"etag"' };
  });
  s3_mock.on(DeleteObjectCommand).callsFake(() => {
    archive_now = undefined;
    return {};
  });
  ecr_mock.on(DescribeImagesCommand).callsFake(({ imageIds }: DescribeImagesCommand['input']) => {
    const image = tags.get(imageIds?.[0]?.imageTag ?? '');
    if (image === undefined) throw new ImageNotFoundException(meta);
    return { imageDetails: [{ imageDigest: image.digest }] };
  });
  ecr_mock
    .on(BatchCheckLayerAvailabilityCommand)
    .callsFake(({ layerDigests = [] }: BatchCheckLayerAvailabilityCommand['input']) => ({
      layers: layerDigests.map((layerDigest) => ({
        layerDigest,
        layerAvailability: blobs.has(layerDigest) ? 'AVAILABLE' : 'UNAVAILABLE',
      })),
    }));
  ecr_mock.on(InitiateLayerUploadCommand).callsFake(() => {
    const uploadId = `upload-${uploads.size + 1}`;
    uploads.set(uploadId, []);
    return { uploadId, partSize: part_bytes };
  });
  ecr_mock.on(UploadLayerPartCommand).callsFake((input: UploadLayerPartCommand['input']) => {
    const parts = uploads.get(input.uploadId ?? '') ?? [];
    const at = parts.reduce((sum, part) => sum + part.length, 0);
    const blob = Buffer.from(input.layerPartBlob ?? []);
    if (input.partFirstByte !== at || input.partLastByte !== at + blob.length - 1)
      throw new Error('InvalidLayerPart');
    parts.push(blob);
    return { lastByteReceived: input.partLastByte };
  });
  ecr_mock.on(CompleteLayerUploadCommand).callsFake((input: CompleteLayerUploadCommand['input']) => {
    const blob = Buffer.concat(uploads.get(input.uploadId ?? '') ?? []);
    const digest = input.layerDigests?.[0] ?? '';
    if (sha256(blob) !== digest) throw new Error('InvalidLayer');
    if (blobs.has(digest)) throw new LayerAlreadyExistsException(meta);
    blobs.set(digest, blob);
    return { layerDigest: digest };
  });
  ecr_mock.on(PutImageCommand).callsFake((input: PutImageCommand['input']) => {
    const manifest = JSON.parse(input.imageManifest ?? '') as {
      config: { digest: string };
      layers: { digest: string; size: number }[];
    };
    for (const { digest } of [manifest.config, ...manifest.layers])
      if (!blobs.has(digest)) throw new Error('LayersNotFound');
    for (const { digest, size } of manifest.layers)
      if (blobs.get(digest)?.length !== size) throw new Error('InvalidSize');
    if (sha256(Buffer.from(input.imageManifest ?? '')) !== input.imageDigest)
      throw new Error('ImageDigestDoesNotMatch');
    tags.set(input.imageTag ?? '', { digest: input.imageDigest ?? '', manifest: input.imageManifest ?? '' });
    return {};
  });
  ecr_mock.on(BatchDeleteImageCommand).callsFake(({ imageIds }: BatchDeleteImageCommand['input']) => {
    const was_there = tags.delete(imageIds?.[0]?.imageTag ?? '');
    return { failures: was_there ? [] : [{ failureCode: 'ImageNotFound' }] };
  });
  return { ecr, s3, ecr_mock, s3_mock, blobs, tags };
}
