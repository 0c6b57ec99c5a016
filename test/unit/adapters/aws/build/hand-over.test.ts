import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBuildHandOver } from '../../../../../src/adapters/aws/build/build-hand-over.ts';
import {
  BUILD_LIMITS,
  type BuildHandOverOptions,
  prepareBuildInput,
} from '../../../../../src/adapters/aws/build/hand-over.ts';
import type { BuildPlan } from '../../../../../src/domain/builds/index.ts';
import { CREDENTIALS, queryOf } from '../../../../support/aws-endpoint.ts';
import { createTestBucket, type TestBucket } from '../../../../support/bucket.ts';
import { createTestClock } from '../../../../support/test-clock.ts';
import { release } from '../../../../support/things.ts';

const KEY = { tenant_id: 'ten_1', deployment_id: 'dpl_1' };
const INPUT = {
  dockerfile: { kind: 'generated', text: 'FROM scratch\n', ignore: '.git\n' },
  build_arguments: { A: 'b=c\nd' },
  build_secrets: { TOKEN: 's=1' },
} as const;

const JOB = 'sources/ten_1/dpl_1.job';
const clock = createTestClock();
let expiration = new Date();
let bucket: TestBucket;
let options: BuildHandOverOptions;

beforeEach(async () => {
  expiration = new Date(clock.now().getTime() + 3_600_000);
  bucket = await createTestBucket({ clock, expiration: () => expiration });
  options = { storage: bucket.storage, clock };
});

afterEach(() => bucket.close());

function jobLines(): [name: string, value: string][] {
  const lines = bucket.objects.get(JOB)?.toString().trimEnd().split('\n') ?? [];
  return lines.map((line) => {
    const end = line.indexOf('=');
    return [line.slice(0, end), Buffer.from(line.slice(end + 1), 'base64').toString('utf8')];
  });
}

describe('what a build is handed', () => {
  it('is one address of a job, which holds all others', async () => {
    const { job_url } = await prepareBuildInput(options, KEY, INPUT);
    const job = Object.fromEntries(jobLines());
    expect(bucket.requests()).toEqual([`PUT /bucket/${JOB}`]);
    expect(bucket.received[0]?.headers['cache-control']).toBe('no-store');
    expect(new URL(job_url).pathname).toBe(`/bucket/${JOB}`);
    expect(new URL(job['source_url'] ?? '').pathname).toBe('/bucket/sources/ten_1/dpl_1.tar.gz');
    expect(new URL(job['image_url'] ?? '').pathname).toBe('/bucket/images/ten_1/dpl_1.tar');
    expect(new URL(job['discard_url'] ?? '').pathname).toBe(`/bucket/${JOB}`);
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
    expect(queryOf(job_url).get('X-Amz-Expires')).toBe('1800');
    const urls = jobLines().filter(([name]) => name.endsWith('_url'));
    expect(urls.map(([, url]) => queryOf(url).get('X-Amz-Expires'))).toEqual(['3300', '3300', '3300']);
    expect(BUILD_LIMITS.address_life_s).toBeLessThanOrEqual(3600);
  });

  it('allows one kind of request each with the session that it was signed by, and a body with any checksum', async () => {
    const { job_url } = await prepareBuildInput(options, KEY, INPUT);
    const { source_url, image_url, discard_url } = Object.fromEntries(jobLines());
    const kinds = { GET: [job_url, source_url], PUT: [image_url], DELETE: [discard_url] };
    bucket.intercept(() => ({}));
    for (const [kind, urls] of Object.entries(kinds)) {
      for (const url of urls) {
        expect(queryOf(url ?? '').get('X-Amz-Security-Token')).toBe(CREDENTIALS.sessionToken);
        for (const method of ['GET', 'PUT', 'DELETE']) {
          const body = method === 'PUT' ? { body: 'x', headers: { 'x-amz-checksum-crc32': 'AAAAAA==' } } : {};
          const { status } = await fetch(url ?? '', { method, ...body });
          expect([kind, method, status]).toEqual([kind, method, kind === method ? 200 : 403]);
        }
      }
    }
    expect(image_url).not.toMatch(/checksum|content-sha/i);
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
    expect(bucket.received).toEqual([]);
  });

  it.each(['ten_1/../ten_2', '', 'ten*', 'a'.repeat(65)])('takes no such tenant: %j', async (tenant_id) => {
    await expect(prepareBuildInput(options, { ...KEY, tenant_id }, INPUT)).rejects.toThrow(RangeError);
  });
});

describe('the hand-over', () => {
  const variables = { GREETING: 'hello', TOKEN: 's=1' };
  const snapshot = { files: ['server.js'], executables: new Set<string>(), documents: {}, truncated: false };
  const handOver = (change: Partial<BuildPlan> = {}) =>
    createBuildHandOver(options).handOver(KEY, {
      plan: { ...release().plan, ...change },
      snapshot,
      variables,
    });

  it('writes a Dockerfile for a plan, whose commands see the variables as secrets', async () => {
    await handOver();
    expect(jobLines()).toContainEqual(['dockerfile', expect.stringMatching(/^FROM /)]);
    expect(jobLines().filter(([name]) => name === 'build_secret')).toEqual([
      ['build_secret', 'GREETING=hello'],
      ['build_secret', 'TOKEN=s=1'],
    ]);
  });

  it('names the repository’s own Dockerfile, whose ARG lines may ask for the variables', async () => {
    await handOver({ dockerfile: 'deploy/Dockerfile', start: { kind: 'image' } });
    expect(jobLines()).toContainEqual(['dockerfile_path', 'deploy/Dockerfile']);
    expect(jobLines().filter(([name]) => name === 'build_argument')).toEqual([
      ['build_argument', 'GREETING=hello'],
      ['build_argument', 'TOKEN=s=1'],
    ]);
    expect(jobLines().map(([name]) => name)).not.toContain('dockerfile');
  });
});
