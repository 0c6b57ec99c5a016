import {
  BatchCheckLayerAvailabilityCommand,
  BatchDeleteImageCommand,
  CompleteLayerUploadCommand,
  DescribeImagesCommand,
  type ECRClient,
  ImageAlreadyExistsException,
  ImageNotFoundException,
  ImageTagAlreadyExistsException,
  InitiateLayerUploadCommand,
  LayerAlreadyExistsException,
  PutImageCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';

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

export function createEcrRegistry(ecr: ECRClient, repositoryName: string): Registry {
  const findImage = async (tag: string): Promise<string | undefined> => {
    try {
      const { imageDetails } = await ecr.send(
        new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: tag }] }),
      );
      return imageDetails?.[0]?.imageDigest;
    } catch (error) {
      if (error instanceof ImageNotFoundException) return undefined;
      throw error;
    }
  };

  return {
    findImage,

    async missingBlobs(digests) {
      const missing = new Set(digests);
      for (let start = 0; start < digests.length; start += DIGESTS_A_CALL) {
        const layerDigests = digests.slice(start, start + DIGESTS_A_CALL);
        const { layers = [] } = await ecr.send(
          new BatchCheckLayerAvailabilityCommand({ repositoryName, layerDigests }),
        );
        for (const { layerDigest = '', layerAvailability } of layers) {
          if (layerAvailability === 'AVAILABLE') missing.delete(layerDigest);
        }
      }
      return missing;
    },

    async uploadBlob(digest, chunks) {
      const { uploadId, partSize = PART_BYTES } = await ecr.send(
        new InitiateLayerUploadCommand({ repositoryName }),
      );
      let partFirstByte = 0;
      for await (const layerPartBlob of inParts(chunks, partSize)) {
        const partLastByte = partFirstByte + layerPartBlob.length - 1;
        await ecr.send(
          new UploadLayerPartCommand({
            repositoryName,
            uploadId,
            partFirstByte,
            partLastByte,
            layerPartBlob,
          }),
        );
        partFirstByte = partLastByte + 1;
      }
      try {
        await ecr.send(new CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests: [digest] }));
      } catch (error) {
        if (!(error instanceof LayerAlreadyExistsException)) throw error;
      }
    },

    async putImage(tag, { manifest, media_type, digest }) {
      try {
        await ecr.send(
          new PutImageCommand({
            repositoryName,
            imageTag: tag,
            imageManifest: manifest,
            imageManifestMediaType: media_type,
            imageDigest: digest,
          }),
        );
        return digest;
      } catch (error) {
        if (error instanceof ImageAlreadyExistsException) return digest;
        if (!(error instanceof ImageTagAlreadyExistsException)) throw error;
        const found = await findImage(tag);
        if (found === undefined) throw error;
        return found;
      }
    },

    async deleteImage(tag) {
      const { failures = [] } = await ecr.send(
        new BatchDeleteImageCommand({ repositoryName, imageIds: [{ imageTag: tag }] }),
      );
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
