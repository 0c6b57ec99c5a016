import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/adapters/aws/images/digest-file.ts';
import { createEcrRegistry, repositoryName } from '../../../src/adapters/aws/images/registry.ts';
import { createObjectClient, type ObjectClient } from '../../../src/adapters/aws/object-client.ts';
import { createAwsCaller } from '../../../src/adapters/aws/signed-call.ts';
import { createTenantSessions } from '../../../src/adapters/dynamodb/tenant-sessions.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { readFunctionEnvironment } from '../../support/deployed-function.ts';

const TENANT = 'ten_objects';
let objects: ObjectClient;
let key: string;

beforeAll(async () => {
  const { SOURCE_BUCKET = '', TENANT_ROLE_ARN = '' } = await readFunctionEnvironment('prepare');
  const sessions = createTenantSessions({
    aws: createAwsCaller(process.env),
    role_arn: TENANT_ROLE_ARN,
    clientFor: (credentials) =>
      createObjectClient({
        environment: process.env,
        bucket: SOURCE_BUCKET,
        credentials,
        clock: systemClock,
      }),
    clock: systemClock,
  });
  objects = await sessions.get(TENANT);
  key = `sources/${TENANT}/${crypto.randomUUID()}`;
});

async function read(name: string): Promise<Buffer> {
  const { body } = await objects.get(name);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('a tenant’s session', () => {
  it('ends within the hour', () => {
    const left_ms = objects.expires_at.getTime() - Date.now();
    expect(left_ms).toBeGreaterThan(0);
    expect(left_ms).toBeLessThanOrEqual(3_600_000);
  });

  it('writes, reads and removes an object', async () => {
    await objects.put(key, 'text', { cache_control: 'no-store' });
    expect((await read(key)).toString()).toBe('text');
    const { etag } = await objects.get(key);
    await objects.put(key, 'another');
    await expect(objects.get(key, etag)).rejects.toMatchObject({ code: 'PreconditionFailed', status: 412 });
    await objects.delete(key);
    await objects.delete(key);
    await expect(objects.get(key)).rejects.toMatchObject({ code: 'NoSuchKey', status: 404 });
  });

  it('writes a file of several megabytes as it is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'branchline-objects-'));
    const content = Buffer.alloc(12_000_000, 'a file’s content ');
    writeFileSync(join(folder, 'file'), content);
    await objects.put(key, await openAsBlob(join(folder, 'file')), { content_type: 'application/gzip' });
    rmSync(folder, { recursive: true });
    expect((await read(key)).equals(content)).toBe(true);
    await objects.delete(key);
  });

  it('signs addresses by which a build writes, reads and removes one', async () => {
    const put = await objects.signAddress('PUT', key, 60);
    expect((await fetch(put, { method: 'PUT', body: 'from a build' })).status).toBe(200);
    expect((await read(key)).toString()).toBe('from a build');
    const get = await objects.signAddress('GET', key, 60);
    expect(await (await fetch(get)).text()).toBe('from a build');
    const discard = await objects.signAddress('DELETE', key, 60);
    expect((await fetch(discard, { method: 'DELETE' })).status).toBe(204);
    expect((await fetch(get)).status).toBe(404);
  });
});

it('the repository takes layers and an image by signed calls, finds it by its tag, and removes it', async () => {
  const { IMAGE_REPOSITORY = '' } = await readFunctionEnvironment('publish-image');
  const registry = createEcrRegistry(createAwsCaller(process.env), repositoryName(IMAGE_REPOSITORY));
  const tag = `rel_${crypto.randomUUID()}`;
  const layer = Buffer.from(`layer of ${tag}`);
  const config = Buffer.from(JSON.stringify({ architecture: 'arm64', os: 'linux', tag }));
  expect(await registry.findImage(tag)).toBeUndefined();
  expect(await registry.missingBlobs([sha256(layer)])).toEqual(new Set([sha256(layer)]));
  for (const blob of [layer, config]) {
    await registry.uploadBlob(
      sha256(blob),
      (async function* () {
        yield blob;
      })(),
    );
  }
  const media_type = 'application/vnd.docker.distribution.manifest.v2+json';
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: media_type,
    config: {
      mediaType: 'application/vnd.docker.container.image.v1+json',
      size: config.length,
      digest: sha256(config),
    },
    layers: [
      {
        mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
        size: layer.length,
        digest: sha256(layer),
      },
    ],
  });
  const digest = sha256(Buffer.from(manifest));
  expect(await registry.putImage(tag, { manifest, media_type, digest })).toBe(digest);
  expect(await registry.findImage(tag)).toBe(digest);
  await registry.deleteImage(tag);
  await registry.deleteImage(tag);
  expect(await registry.findImage(tag)).toBeUndefined();
});
