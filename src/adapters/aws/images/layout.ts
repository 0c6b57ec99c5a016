import * as z from 'zod';
import type { Archive } from './archive.ts';
import { ArchiveError } from './archive-error.ts';
import type { StoredFile } from './digest-file.ts';

/** An image that was checked: its config names exactly these layers, in this order. */
export interface ArchivedImage {
  readonly config: StoredFile & { readonly content: Buffer };
  readonly layers: readonly StoredFile[];
}

interface Parts {
  readonly config: StoredFile;
  readonly layers: readonly StoredFile[];
}

const path = z.string().min(1).max(255);
const dockerManifestSchema = z.array(z.object({ Config: path, Layers: z.array(path) })).length(1);

const descriptorSchema = z.object({
  mediaType: z.string().max(255).optional(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  size: z.number().int().nonnegative(),
  annotations: z.record(z.string(), z.string()).optional(),
});
type Descriptor = z.infer<typeof descriptorSchema>;
const indexSchema = z.object({ manifests: z.array(descriptorSchema) });
const manifestSchema = z.object({ config: descriptorSchema, layers: z.array(descriptorSchema) });

const configSchema = z.object({
  architecture: z.string(),
  os: z.string(),
  rootfs: z.object({ type: z.literal('layers'), diff_ids: z.array(z.string()) }),
});

const DOCKER_MANIFEST = 'manifest.json';
const OCI_INDEX = 'index.json';
const ATTESTATION = 'vnd.docker.reference.type';
const BLOB_PATH = /^blobs\/sha256\/(?<hex>[^/]*)$/;

/**
 * Finds the one image of an archive, in Docker's own layout or OCI's, and checks each of its digests.
 * @param architecture - what the installation's machines are, as images name it
 * @throws ArchiveError
 */
export function readImage(
  archive: Archive,
  { architecture, max_layers }: { readonly architecture: string; readonly max_layers: number },
): ArchivedImage {
  const { config, layers } = archive.has(DOCKER_MANIFEST) ? readDocker(archive) : readOci(archive);
  if (layers.length > max_layers) throw new ArchiveError(`it has more than ${max_layers} layers`);
  const stated = readDocument(config, configSchema);
  if (stated.os !== 'linux' || stated.architecture !== architecture) {
    throw new ArchiveError(`it is for another kind of machine than linux/${architecture}`);
  }
  const { diff_ids } = stated.rootfs;
  const matches =
    diff_ids.length === layers.length &&
    layers.every(({ unpacked_digest }, at) => unpacked_digest === diff_ids[at]);
  if (!matches) throw new ArchiveError('its layers are not those that its config names');
  return { config: { ...config, content: contentOf(config) }, layers };
}

function readDocker(archive: Archive): Parts {
  const [manifest] = readDocument(archive.file(DOCKER_MANIFEST), dockerManifestSchema);
  if (manifest === undefined) throw new ArchiveError('it holds no image');
  return {
    config: namedFile(archive, manifest.Config),
    layers: manifest.Layers.map((layer) => namedFile(archive, layer)),
  };
}

/** A file that may be named by its own digest. */
function namedFile(archive: Archive, name: string): StoredFile {
  const file = archive.file(name);
  const hex = BLOB_PATH.exec(name)?.groups?.['hex'];
  if (hex !== undefined && file.digest !== `sha256:${hex}`) throw wrongDigest();
  return file;
}

function readOci(archive: Archive): Parts {
  const { manifests } = readDocument(archive.file(OCI_INDEX), indexSchema);
  const outer = blob(archive, onlyImage(manifests));
  const nested = indexSchema.safeParse(parseJson(outer));
  const manifest = nested.success ? blob(archive, onlyImage(nested.data.manifests)) : outer;
  const { config, layers } = readDocument(manifest, manifestSchema);
  return { config: blob(archive, config), layers: layers.map((layer) => blob(archive, layer)) };
}

// A build may add what it knows of its own making; that is no image.
function onlyImage(manifests: readonly Descriptor[]): Descriptor {
  const [image, ...others] = manifests.filter(({ annotations }) => annotations?.[ATTESTATION] === undefined);
  if (image === undefined || others.length > 0) throw new ArchiveError('it does not hold exactly one image');
  return image;
}

function blob(archive: Archive, { digest, size }: Descriptor): StoredFile {
  const file = archive.file(`blobs/sha256/${digest.slice('sha256:'.length)}`);
  if (file.digest !== digest || file.bytes !== size) throw wrongDigest();
  return file;
}

function readDocument<T>(file: StoredFile, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(parseJson(file));
  if (!parsed.success) throw new ArchiveError('a document of it is not of its form', parsed.error);
  return parsed.data;
}

function parseJson(file: StoredFile): unknown {
  try {
    return JSON.parse(contentOf(file).toString('utf8'));
  } catch (error) {
    if (error instanceof ArchiveError) throw error;
    throw new ArchiveError('a document of it is not JSON', error);
  }
}

function contentOf({ content }: StoredFile): Buffer {
  if (content === null) throw new ArchiveError('a document of it is too large');
  return content;
}

function wrongDigest(): ArchiveError {
  return new ArchiveError('a file of it is not what its name says');
}
