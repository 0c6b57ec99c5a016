import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createObjectClient, type ObjectClientOptions } from '../../../../src/adapters/aws/object-client.ts';
import {
  type AwsEndpoint,
  CREDENTIALS,
  createAwsEndpoint,
  queryOf,
  REGION,
  type Responder,
} from '../../../support/aws-endpoint.ts';
import { hash } from '../../../support/sigv4.ts';
import { createTestClock } from '../../../support/test-clock.ts';

const KEY = 'sources/ten_1/dpl_1.tar.gz';
const clock = createTestClock();
const expiration = new Date(clock.now().getTime() + 3_600_000);

let endpoint: AwsEndpoint | undefined;
afterEach(async () => {
  vi.restoreAllMocks();
  await endpoint?.close();
  endpoint = undefined;
});

function clientFor(environment: ObjectClientOptions['environment']) {
  const credentials = { ...CREDENTIALS, expiration };
  return createObjectClient({ environment, bucket: 'bucket', credentials, clock });
}

/** A client of a bucket that answers so. */
async function setUp(respond: Responder = () => ({})) {
  endpoint = await createAwsEndpoint(respond);
  return { client: clientFor(endpoint.environment), received: endpoint.received };
}

async function readAll(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const refusal = (status: number, code: string) => ({ status, body: `<Error><Code>${code}</Code></Error>` });

describe('an object', () => {
  it('is put as a text whose hash is signed', async () => {
    const { client, received } = await setUp();
    await client.put(KEY, 'text\n', { cache_control: 'no-store' });
    expect(received).toHaveLength(1);
    const [request] = received;
    expect(request).toMatchObject({ method: 'PUT', url: `/bucket/${KEY}`, body: Buffer.from('text\n') });
    expect(request?.headers).toMatchObject({
      'cache-control': 'no-store',
      'content-length': '5',
      'x-amz-content-sha256': hash('text\n'),
      'x-amz-security-token': CREDENTIALS.sessionToken,
    });
    expect(request?.signature.scope).toMatch(new RegExp(`^\\d{8}/${REGION}/s3/aws4_request$`));
    expect(request?.signature.signed_headers).toEqual(
      expect.arrayContaining(['host', 'x-amz-content-sha256', 'x-amz-date', 'x-amz-security-token']),
    );
  });

  it('is put from a file with its length, and whole again after the service failed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'branchline-object-'));
    const content = Buffer.alloc(1_500_000, 'content');
    writeFileSync(join(folder, 'file'), content);
    const { client, received } = await setUp(() =>
      received.length === 1 ? refusal(503, 'SlowDown') : { headers: { etag: '"e"' } },
    );
    await client.put(KEY, await openAsBlob(join(folder, 'file')), { content_type: 'application/gzip' });
    rmSync(folder, { recursive: true });
    expect(received).toHaveLength(2);
    for (const { headers, body } of received) {
      expect(body.equals(content)).toBe(true);
      expect(headers).toMatchObject({
        'content-length': '1500000',
        'content-type': 'application/gzip',
        'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
      });
    }
  });

  it('is read as a stream with its ETag, and again only if it is the same', async () => {
    const pieces = [Buffer.from('first '), Buffer.from('second')];
    const { client, received } = await setUp(async ({ headers }) => {
      if ((headers['if-match'] ?? '"e1"') !== '"e1"') return refusal(412, 'PreconditionFailed');
      return {
        headers: { etag: '"e1"' },
        body: (async function* () {
          yield* pieces;
        })(),
      };
    });
    const { body, etag } = await client.get(KEY);
    expect((await readAll(body)).toString()).toBe('first second');
    expect(etag).toBe('"e1"');
    expect((await client.get(KEY, etag)).etag).toBe(etag);
    await expect(client.get(KEY, '"e2"')).rejects.toMatchObject({ code: 'PreconditionFailed', status: 412 });
    expect(received.map(({ method, url }) => [method, url])).toEqual(
      Array.from({ length: 3 }, () => ['GET', `/bucket/${KEY}`]),
    );
    expect(received.map(({ headers }) => headers['if-match'])).toEqual([undefined, '"e1"', '"e2"']);
    expect(received[1]?.signature.signed_headers).toContain('if-match');
  });

  it('that breaks off is an error to its reader, not its end', async () => {
    const { client } = await setUp(() => ({
      headers: { etag: '"e"', 'content-length': '100' },
      body: (async function* () {
        yield Buffer.from('some of it');
        throw new Error('broken off');
      })(),
    }));
    const { body } = await client.get(KEY);
    await expect(readAll(body)).rejects.toThrow();
  });

  it('that is not there is said to be missing', async () => {
    const { client, received } = await setUp(() => refusal(404, 'NoSuchKey'));
    await expect(client.get(KEY)).rejects.toMatchObject({ code: 'NoSuchKey', status: 404 });
    expect(received).toHaveLength(1);
  });

  it('without an ETag is an error: what is read later could be another', async () => {
    const { client } = await setUp(() => ({ body: 'x' }));
    await expect(client.get(KEY)).rejects.toThrow('ETag');
  });

  it('is deleted', async () => {
    const { client, received } = await setUp(() => ({ status: 204 }));
    await client.delete(KEY);
    expect(received.map(({ method, url }) => `${method} ${url}`)).toEqual([`DELETE /bucket/${KEY}`]);
  });

  it('is left alone once the signal says so, whatever was tried', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const { client, received } = await setUp(() => {
      controller.abort(reason);
      return undefined;
    });
    await expect(client.put(KEY, 'x', { signal: controller.signal })).rejects.toBe(reason);
    expect(received).toHaveLength(1);
  });

  it('is given up in the pause before the next attempt, too, by the signal’s own reason', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled');
    // A pause that nobody would sit out.
    vi.spyOn(Math, 'random').mockReturnValue(1_000);
    const { client, received } = await setUp(() => refusal(503, 'SlowDown'));
    const putting = client.put(KEY, 'x', { signal: controller.signal });
    await vi.waitUntil(() => received.length === 1);
    setTimeout(() => controller.abort(reason), 100);
    await expect(putting).rejects.toBe(reason);
    expect(received).toHaveLength(1);
  });

  it('of another session is refused, and not asked for again', async () => {
    const { received } = await setUp();
    const credentials = { ...CREDENTIALS, secretAccessKey: 'other', expiration };
    const environment = endpoint?.environment ?? {};
    const other = createObjectClient({ environment, bucket: 'bucket', credentials, clock });
    await expect(other.get(KEY)).rejects.toMatchObject({ code: 'SignatureDoesNotMatch', status: 403 });
    expect(received).toEqual([]);
  });
});

describe('a signed address', () => {
  it('allows its one method with any body, and ends with its life', async () => {
    const { client, received } = await setUp();
    for (const method of ['GET', 'PUT', 'DELETE'] as const) {
      const address = await client.signAddress(method, KEY, 1500);
      const body = method === 'PUT' ? { body: 'whatever' } : {};
      expect((await fetch(address, { method, ...body })).status).toBe(200);
      const others = ['GET', 'PUT', 'DELETE'].filter((other) => other !== method);
      for (const other of others) expect((await fetch(address, { method: other })).status).toBe(403);
      const elsewhere = address.replace('dpl_1', 'dpl_2');
      expect((await fetch(elsewhere, { method, ...body })).status).toBe(403);
      const longer = address.replace('Expires=1500', 'Expires=3000');
      expect((await fetch(longer, { method, ...body })).status).toBe(403);
    }
    expect(received.map(({ method }) => method)).toEqual(['GET', 'PUT', 'DELETE']);
    for (const { signature } of received) {
      expect(signature).toMatchObject({ life_s: 1500, signed_headers: ['host'] });
      expect(signature.time).toBe(
        clock
          .now()
          .toISOString()
          .replaceAll(/[:-]|\.\d{3}/g, ''),
      );
    }
  });

  it('is of the bucket’s own host, holds the session’s token and no checksum of a body', async () => {
    const client = clientFor({ AWS_REGION: REGION });
    const address = new URL(await client.signAddress('PUT', KEY, 60));
    expect(`${address.origin}${address.pathname}`).toBe(`https://bucket.s3.${REGION}.amazonaws.com/${KEY}`);
    expect([...address.searchParams.keys()].sort()).toEqual([
      'X-Amz-Algorithm',
      'X-Amz-Credential',
      'X-Amz-Date',
      'X-Amz-Expires',
      'X-Amz-Security-Token',
      'X-Amz-Signature',
      'X-Amz-SignedHeaders',
    ]);
    expect(queryOf(address.href).get('X-Amz-Security-Token')).toBe(CREDENTIALS.sessionToken);
    expect(client.expires_at).toBe(expiration);
  });

  it.each([
    [{ AWS_ENDPOINT_URL: 'http://all:1' }, 'http://all:1/bucket/'],
    [{ AWS_ENDPOINT_URL: 'http://all:1', AWS_ENDPOINT_URL_S3: 'http://s3:2/' }, 'http://s3:2/bucket/'],
    [{ AWS_REGION: 'cn-north-1' }, 'https://bucket.s3.cn-north-1.amazonaws.com.cn/'],
  ])('with %j begins with %s', async (environment, beginning) => {
    const client = clientFor({ AWS_REGION: REGION, ...environment });
    expect(await client.signAddress('GET', KEY, 60)).toMatch(`${beginning}${KEY}?`);
  });

  it('cannot be made without a region', () => {
    expect(() => clientFor({})).toThrow('AWS_REGION');
  });
});
