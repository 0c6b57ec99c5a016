import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { BUILD_LIMITS, prepareBuildInput } from '../../../../../src/adapters/aws/build/hand-over.ts';
import { STORAGE_CLIENT_CONFIG } from '../../../../../src/adapters/aws/build/objects.ts';
import { createTestClock } from '../../../../support/test-clock.ts';

const KEY = { tenant_id: 'ten_1', deployment_id: 'dpl_1' };
const INPUT = {
  dockerfile: { kind: 'generated', text: 'FROM scratch\n', ignore: '.git\n' },
  build_arguments: { A: 'b=c\nd' },
  build_secrets: { TOKEN: 's=1' },
} as const;

const clock = createTestClock();
let expiration = new Date();
const client = new S3Client({
  ...STORAGE_CLIENT_CONFIG,
  region: 'eu-central-1',
  credentials: async () => ({
    accessKeyId: 'AKIA',
    secretAccessKey: 's3cr3t',
    sessionToken: 'session',
    expiration,
  }),
});
const s3 = mockClient(client);
const options = { storage: { bucket: 'bucket', clientFor: () => client }, clock };

beforeEach(() => {
  s3.reset();
  s3.on(PutObjectCommand).resolves({});
  expiration = new Date(clock.now().getTime() + 3_600_000);
});

function jobLines(): [name: string, value: string][] {
  const body = s3.commandCalls(PutObjectCommand)[0]?.args[0].input.Body;
  const lines = typeof body === 'string' ? body.trimEnd().split('\n') : [];
  return lines.map((line) => {
    const end = line.indexOf('=');
    return [line.slice(0, end), Buffer.from(line.slice(end + 1), 'base64').toString('utf8')];
  });
}

describe('what a build is handed', () => {
  it('is one address of a job, which holds all others', async () => {
    const { job_url } = await prepareBuildInput(options, KEY, INPUT);
    const job = Object.fromEntries(jobLines());
    expect(s3.commandCalls(PutObjectCommand)[0]?.args[0].input).toEqual({
      Bucket: 'bucket',
      Key: 'sources/ten_1/dpl_1.job',
      Body: expect.any(String),
      CacheControl: 'no-store',
    });
    const host = 'https://bucket.s3.eu-central-1.amazonaws.com';
    expect(job_url.split('?')[0]).toBe(`${host}/sources/ten_1/dpl_1.job`);
    expect(job['source_url']?.split('?')[0]).toBe(`${host}/sources/ten_1/dpl_1.tar.gz`);
    expect(job['image_url']?.split('?')[0]).toBe(`${host}/images/ten_1/dpl_1.tar`);
    expect(job['discard_url']?.split('?')[0]).toBe(`${host}/sources/ten_1/dpl_1.job`);
    expect(job).toMatchObject({
      time_limit_s: '1200',
      max_image_bytes: '4294967296',
      dockerfile: 'FROM scratch\n',
      dockerignore: '.git\n',
      build_argument: 'A=b=c\nd',
      build_secret: 'TOKEN=s=1',
    });
    expect(job).not.toHaveProperty('dockerfile_path');
  });

  it('ends within the hour, and the ticket with the queue', async () => {
    const { job_url } = await prepareBuildInput(options, KEY, INPUT);
    expect(new URL(job_url).searchParams.get('X-Amz-Expires')).toBe('1500');
    const urls = jobLines().filter(([name]) => name.endsWith('_url'));
    expect(urls.map(([, url]) => new URL(url).searchParams.get('X-Amz-Expires'))).toEqual([
      '3300',
      '3300',
      '3300',
    ]);
    expect(BUILD_LIMITS.address_life_s).toBeLessThanOrEqual(3600);
  });

  it('allows one kind of request each, and a body with any checksum', async () => {
    const { job_url } = await prepareBuildInput(options, KEY, INPUT);
    const job = Object.fromEntries(jobLines());
    const kinds = [job_url, job['source_url'], job['image_url'], job['discard_url']].map((url) =>
      new URL(url ?? '').searchParams.get('x-id'),
    );
    expect(kinds).toEqual(['GetObject', 'GetObject', 'PutObject', 'DeleteObject']);
    expect(job['image_url']).not.toMatch(/checksum/i);
  });

  it("names the repository's own Dockerfile by its path", async () => {
    const dockerfile = { kind: 'repository', path: 'deploy/Dockerfile' } as const;
    await prepareBuildInput(options, KEY, { ...INPUT, dockerfile });
    expect(jobLines()).toContainEqual(['dockerfile_path', 'deploy/Dockerfile']);
    expect(jobLines().map(([name]) => name)).not.toContain('dockerfile');
  });

  it('is refused by credentials that end before the build may', async () => {
    expiration = new Date(clock.now().getTime() + 3_299_000);
    await expect(prepareBuildInput(options, KEY, INPUT)).rejects.toThrow('last 3299 s, not 3300 s');
    expect(s3.calls()).toHaveLength(0);
  });

  it('is refused by a client that would sign the checksum of nothing', async () => {
    const other = new S3Client({
      region: 'eu-central-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
    const storage = { bucket: 'bucket', clientFor: () => other };
    await expect(prepareBuildInput({ ...options, storage }, KEY, INPUT)).rejects.toThrow(
      'STORAGE_CLIENT_CONFIG',
    );
  });

  it.each(['ten_1/../ten_2', '', 'ten*', 'a'.repeat(65)])('takes no such tenant: %j', async (tenant_id) => {
    await expect(prepareBuildInput(options, { ...KEY, tenant_id }, INPUT)).rejects.toThrow(RangeError);
  });
});
