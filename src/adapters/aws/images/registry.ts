import * as z from 'zod';
import { hasCode } from '../call-error.ts';
import type { AwsCaller } from '../signed-call.ts';

/** One repository of ECR, by the calls that a push is made of. */
export interface Registry {
  /** The digest of the image with that tag. */
  findImage(tag: string): Promise<string | undefined>;
  /** Those of the blobs that the repository lacks. */
  missingBlobs(digests: readonly string[]): Promise<ReadonlySet<string>>;
  uploadBlob(digest: string, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** @returns the digest of the image that has the tag then: that of an earlier push, when there was one */
  putImage(
    tag: string,
    image: { readonly manifest: string; readonly media_type: string; readonly digest: string },
  ): Promise<string>;
  /** Does nothing when there is none. */
  deleteImage(tag: string): Promise<void>;
}

/** What ECR answers itself; only its stand-ins leave it out. */
const PART_BYTES = 10 * 1024 * 1024;
// BatchCheckLayerAvailability takes so many.
const DIGESTS_A_CALL = 100;
const SERVICE = 'ecr';
const TARGET = 'AmazonEC2ContainerRegistry_V20150921';

const imagesSchema = z.object({
  imageDetails: z.array(z.object({ imageDigest: z.string().optional() })).optional(),
});
const layersSchema = z.object({
  layers: z
    .array(z.object({ layerDigest: z.string().optional(), layerAvailability: z.string().optional() }))
    .optional(),
});
const uploadSchema = z.object({ uploadId: z.string(), partSize: z.number().int().positive().optional() });
const deletionSchema = z.object({
  failures: z.array(z.object({ failureCode: z.string().optional() })).optional(),
});

/** One repository of ECR by its API: signed calls, no Docker protocol. */
export function createEcrRegistry(aws: AwsCaller, repositoryName: string): Registry {
  const call = (operation: string, input: object): Promise<unknown> =>
    aws.callJson(SERVICE, `${TARGET}.${operation}`, { repositoryName, ...input });

  const findImage = async (tag: string): Promise<string | undefined> => {
    try {
      const answer = await call('DescribeImages', { imageIds: [{ imageTag: tag }] });
      return imagesSchema.parse(answer).imageDetails?.[0]?.imageDigest;
    } catch (error) {
      if (hasCode(error, 'ImageNotFoundException')) return undefined;
      throw error;
    }
  };

  return {
    findImage,

    async missingBlobs(digests) {
      const missing = new Set(digests);
      for (let start = 0; start < digests.length; start += DIGESTS_A_CALL) {
        const layerDigests = digests.slice(start, start + DIGESTS_A_CALL);
        const answer = await call('BatchCheckLayerAvailability', { layerDigests });
        for (const { layerDigest = '', layerAvailability } of layersSchema.parse(answer).layers ?? []) {
          if (layerAvailability === 'AVAILABLE') missing.delete(layerDigest);
        }
      }
      return missing;
    },

    async uploadBlob(digest, chunks) {
      const upload = uploadSchema.parse(await call('InitiateLayerUpload', {}));
      const { uploadId, partSize = PART_BYTES } = upload;
      let partFirstByte = 0;
      for await (const part of inParts(chunks, partSize)) {
        const partLastByte = partFirstByte + part.length - 1;
        const layerPartBlob = part.toString('base64');
        await call('UploadLayerPart', { uploadId, partFirstByte, partLastByte, layerPartBlob });
        partFirstByte = partLastByte + 1;
      }
      try {
        await call('CompleteLayerUpload', { uploadId, layerDigests: [digest] });
      } catch (error) {
        if (!hasCode(error, 'LayerAlreadyExistsException')) throw error;
      }
    },

    async putImage(tag, { manifest, media_type, digest }) {
      try {
        await call('PutImage', {
          imageTag: tag,
          imageManifest: manifest,
          imageManifestMediaType: media_type,
          imageDigest: digest,
        });
        return digest;
      } catch (error) {
        if (hasCode(error, 'ImageAlreadyExistsException')) return digest;
        if (!hasCode(error, 'ImageTagAlreadyExistsException')) throw error;
        const found = await findImage(tag);
        if (found === undefined) throw error;
        return found;
      }
    },

    async deleteImage(tag) {
      const answer = await call('BatchDeleteImage', { imageIds: [{ imageTag: tag }] });
      const { failures = [] } = deletionSchema.parse(answer);
      const failure = failures.find(({ failureCode }) => failureCode !== 'ImageNotFound');
      if (failure !== undefined) throw new Error(`ECR kept the image ${tag}: ${failure.failureCode}`);
    },
  };
}

/** The same bytes in parts of one size; only the last may be shorter. */
async function* inParts(chunks: AsyncIterable<Uint8Array>, part_bytes: number): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = [];
  let held_bytes = 0;
  for await (const chunk of chunks) {
    held.push(chunk);
    held_bytes += chunk.length;
    if (held_bytes < part_bytes) continue;
    let all = Buffer.concat(held);
    while (all.length >= part_bytes) {
      yield all.subarray(0, part_bytes);
      all = all.subarray(part_bytes);
    }
    held = [all];
    held_bytes = all.length;
  }
  if (held_bytes > 0) yield Buffer.concat(held);
}

/** A repository's name as ECR's API takes it. @param uri - `<account>.dkr.ecr.<region>.amazonaws.com/<name>` */
export function repositoryName(uri: string): string {
  return uri.slice(uri.indexOf('/') + 1);
}
