import { gzipSync } from 'node:zlib';
import { Header } from 'tar';
import { sha256 } from '../../../../../src/adapters/aws/images/digest-file.ts';

/** An entry of a handmade archive: anything, right or wrong. */
export interface TestEntry {
  readonly path: string;
  readonly body?: Uint8Array;
  readonly link?: string;
  readonly type?: 'File' | 'Directory' | 'SymbolicLink' | 'Link' | 'CharacterDevice' | 'FIFO';
  /** What the header says, when that is not the body's size. */
  readonly stated_bytes?: number;
}

export function tar(entries: readonly TestEntry[]): Buffer {
  const blocks = entries.flatMap(({ path, body = new Uint8Array(), link, type, stated_bytes }) => {
    const header = new Header({
      path,
      mode: 0o644,
      size: stated_bytes ?? body.length,
      type: type ?? (link === undefined ? 'File' : 'SymbolicLink'),
      ...(link === undefined ? {} : { linkpath: link }),
    });
    header.encode();
    const padding = Buffer.alloc((512 - (body.length % 512)) % 512);
    return [header.block ?? Buffer.alloc(512), body, padding];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

export const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
export const hex = (bytes: Uint8Array): string => sha256(bytes).slice('sha256:'.length);
export const blobPath = (bytes: Uint8Array): string => `blobs/sha256/${hex(bytes)}`;

export const BASE = tar([{ path: 'bin/sh', body: Buffer.alloc(70_000, 'shell') }]);
export const APP = tar([{ path: 'app/index.js', body: Buffer.from('console.log(1)') }]);

export function configOf(layers: readonly Uint8Array[], changes: object = {}): Buffer {
  return json({
    architecture: 'arm64',
    os: 'linux',
    config: { Cmd: ['node', 'index.js'] },
    rootfs: { type: 'layers', diff_ids: layers.map(sha256) },
    ...changes,
  });
}

/** As Docker 25 and later save it. */
export function dockerArchive(
  layers: readonly Uint8Array[] = [BASE, APP],
  changes: object = {},
): TestEntry[] {
  const config = configOf(layers, changes);
  const blobs = [...new Map([...layers, config].map((body) => [blobPath(body), body]))];
  return [
    { path: 'blobs/', type: 'Directory' },
    { path: 'blobs/sha256/', type: 'Directory' },
    ...blobs.map(([path, body]) => ({ path, body })),
    { path: 'oci-layout', body: json({ imageLayoutVersion: '1.0.0' }) },
    {
      path: 'manifest.json',
      body: json([{ Config: blobPath(config), RepoTags: ['app:latest'], Layers: layers.map(blobPath) }]),
    },
  ];
}

/** As Docker before 25 saves it: layers in folders, the second of two equal ones as a link. */
export function oldDockerArchive(): TestEntry[] {
  const layers = [BASE, APP, APP];
  return [
    { path: 'aa/', type: 'Directory' },
    { path: 'aa/VERSION', body: Buffer.from('1.0') },
    { path: 'aa/layer.tar', body: BASE },
    { path: 'bb/layer.tar', body: APP },
    { path: 'cc/layer.tar', link: '../bb/layer.tar' },
    { path: 'config.json', body: configOf(layers) },
    { path: 'repositories', body: json({ app: { latest: 'cc' } }) },
    {
      path: 'manifest.json',
      body: json([{ Config: 'config.json', Layers: ['aa/layer.tar', 'bb/layer.tar', 'cc/layer.tar'] }]),
    },
  ];
}

/** As BuildKit exports it: packed layers, and what it knows of the build beside the image. */
export function ociArchive(): TestEntry[] {
  const packed = [BASE, APP].map((layer) => gzipSync(layer));
  const config = configOf([BASE, APP]);
  const descriptor = (body: Uint8Array, more: object = {}) => ({
    digest: sha256(body),
    size: body.length,
    ...more,
  });
  const manifest = json({
    schemaVersion: 2,
    config: descriptor(config),
    layers: packed.map((layer) => descriptor(layer)),
  });
  const attestation = json({ schemaVersion: 2 });
  const annotations = { 'vnd.docker.reference.type': 'attestation-manifest' };
  const inner = json({ manifests: [descriptor(manifest), descriptor(attestation, { annotations })] });
  return [
    ...[...packed, config, manifest, attestation, inner].map((body) => ({ path: blobPath(body), body })),
    { path: 'oci-layout', body: json({ imageLayoutVersion: '1.0.0' }) },
    { path: 'index.json', body: json({ manifests: [descriptor(inner)] }) },
  ];
}

/** The same entries with one of them changed. */
export function replaced(
  entries: readonly TestEntry[],
  path: string,
  change: Partial<TestEntry>,
): TestEntry[] {
  return entries.map((entry) => (entry.path === path ? { ...entry, ...change } : entry));
}
