import { Readable } from 'node:stream';
import {
  DeploymentFailedError,
  type DeploymentKey,
  type ImagePublisher,
} from '../../../domain/deployments/index.ts';
import type { Logger } from '../../../domain/shared/ports.ts';
import { imageKey, type ObjectStorage } from '../build/objects.ts';
import { hasCode } from '../call-error.ts';
import type { ObjectClient, StoredObject } from '../object-client.ts';
import type { AwsCaller } from '../signed-call.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits, safePath, scanArchive } from './archive.ts';
import { packFile, type StoredFile, sha256 } from './digest-file.ts';
import { readEntries } from './entries.ts';
import { type ArchivedImage, readImage } from './layout.ts';
import { createEcrRegistry, type Registry, repositoryName } from './registry.ts';

export interface EcrImagePublisherOptions {
  /** With time enough for each call to take a part of a layer along. */
  readonly aws: AwsCaller;
  /** Where builds left their archives. */
  readonly storage: ObjectStorage;
  /** As a registry's client names it: `<account>.dkr.ecr.<region>.amazonaws.com/<name>`. */
  readonly repository_uri: string;
  /** What the installation's machines are: `arm64` or `amd64`. */
  readonly architecture: string;
  readonly logger: Logger;
  readonly limits?: ArchiveLimits;
}

interface ArchiveObject {
  readonly objects: ObjectClient;
  readonly key: string;
}

const MANIFEST_TYPE = 'application/vnd.docker.distribution.manifest.v2+json';
const CONFIG_TYPE = 'application/vnd.docker.container.image.v1+json';
const LAYER_TYPE = 'application/vnd.docker.image.rootfs.diff.tar.gzip';

/**
 * Pushes built images into one repository of ECR, tagged with their release. It is trusted and runs nothing of the image:
 * the archive is read twice, once to check all of it and once for what the repository lacks, and never written anywhere.
 */
export function createEcrImagePublisher(options: EcrImagePublisherOptions): ImagePublisher {
  const { storage, repository_uri, logger, limits = ARCHIVE_LIMITS } = options;
  const registry = createEcrRegistry(options.aws, repositoryName(repository_uri));

  const push = async (key: DeploymentKey, tag: string): Promise<string> => {
    const object = { objects: await storage.clientFor(key.tenant_id), key: imageKey(key) };
    const { body, etag } = await open(object);
    const archive = await scanArchive(body, limits);
    const image = readImage(archive, { architecture: options.architecture, max_layers: limits.max_layers });
    await uploadLayers(registry, image, async () => (await open(object, etag)).body);
    const digest = await putImage(registry, tag, image);
    await discardArchive(object, logger, key);
    return digest;
  };

  return {
    async publish(key, release) {
      // A rerun: the archive may be gone by now.
      const found = await registry.findImage(release.id);
      return `${repository_uri}@${found ?? (await push(key, release.id))}`;
    },

    discard: (release_id) => registry.deleteImage(release_id),
  };
}

/** @param etag - the object that was read before, so that nothing else takes its place between two reads */
async function open({ objects, key }: ArchiveObject, etag?: string): Promise<StoredObject> {
  try {
    return await objects.get(key, etag);
  } catch (error) {
    // Who may not list a bucket is told that it may not read what isn't there.
    if (!hasCode(error, 'NoSuchKey') && !hasCode(error, 'AccessDenied')) throw error;
    throw new DeploymentFailedError('internal', 'The build left no image.', error);
  }
}

async function uploadLayers(
  registry: Registry,
  { layers }: ArchivedImage,
  reopen: () => Promise<AsyncIterable<Uint8Array>>,
): Promise<void> {
  const missing = new Set(
    await registry.missingBlobs([...new Set(layers.map((layer) => layer.packed_digest))]),
  );
  if (missing.size === 0) return;
  const by_path = new Map<string, StoredFile>(layers.map((layer) => [layer.path, layer]));
  await readEntries(await reopen(), async (entry) => {
    const layer = by_path.get(safePath(entry.path));
    if (layer === undefined || !missing.delete(layer.packed_digest)) entry.resume();
    else await registry.uploadBlob(layer.packed_digest, packFile(layer, entry));
  });
}

async function putImage(registry: Registry, tag: string, { config, layers }: ArchivedImage): Promise<string> {
  const missing = await registry.missingBlobs([config.digest]);
  if (missing.has(config.digest)) await registry.uploadBlob(config.digest, Readable.from([config.content]));
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: { mediaType: CONFIG_TYPE, size: config.bytes, digest: config.digest },
    layers: layers.map(({ packed_bytes, packed_digest }) => ({
      mediaType: LAYER_TYPE,
      size: packed_bytes,
      digest: packed_digest,
    })),
  });
  return registry.putImage(tag, {
    manifest,
    media_type: MANIFEST_TYPE,
    digest: sha256(Buffer.from(manifest)),
  });
}

// Its bucket forgets it within a day; the deployment must not fail for it.
async function discardArchive(
  { objects, key }: ArchiveObject,
  logger: Logger,
  deployment: DeploymentKey,
): Promise<void> {
  try {
    await objects.delete(key);
  } catch (error) {
    logger.warn('archive of a published image could not be removed', { ...deployment, error });
  }
}
