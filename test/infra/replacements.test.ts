import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { bundle } from '../../infra/assets/bundled-assets.ts';
import Sha1 from '../../infra/assets/replacements/sha1.ts';
import { createAwsEndpoint } from '../support/aws-endpoint.ts';
import { createSourceHarness, KEY, LIMITS, readArchive } from '../unit/adapters/aws/source/harness.ts';

const { file } = bundle('test/infra/support/bundled-parts.ts');
const { DynamoDBClient, ListTablesCommand, createS3SourceProvider } = (await import(
  pathToFileURL(file).href
)) as typeof import('./support/bundled-parts.ts');

describe('bundled, the reader of repositories', () => {
  test('reads a commit behind deltas and history as it does unbundled', async () => {
    const lines = Array.from({ length: 500 }, (_, n) => `${n} ${randomBytes(20).toString('hex')}`);
    const text = (changed: number) => lines.map((line, n) => (n === changed ? 'changed' : line)).join('\n');
    const harness = await createSourceHarness({
      'package.json': '{"name":"app"}',
      'large.txt': text(-1),
      'run.sh': { executable: '#!/bin/sh\n' },
      link: { symlink: 'large.txt' },
    });
    const wanted = harness.repository.commit({ 'large.txt': text(1) });
    harness.repository.commit({ 'large.txt': text(2) });
    harness.repository.git('gc', '--quiet', '--aggressive');
    const request = { repository_url: harness.url, branch: null, commit: wanted.slice(0, 10) };

    const unbundled = await harness.provider().fetch(KEY, request);
    const expected = harness.objects.get('sources/ten_1/dpl_1.tar.gz');
    harness.bucket.objects.clear();
    const bundled = await harness.provider({ limits: LIMITS }, createS3SourceProvider).fetch(KEY, request);

    expect(bundled).toEqual(unbundled);
    expect(bundled.commit.sha).toBe(wanted);
    const archive = harness.objects.get('sources/ten_1/dpl_1.tar.gz');
    expect((await readArchive(archive))['large.txt']).toBe(`644 ${text(1)}`);
    expect(await readArchive(archive)).toEqual(await readArchive(expected));
    await harness.close();
  });
});

// Reading takes Web Crypto's SHA-1, so the repository above doesn't come to it.
test('bundled, the SHA-1 of sha.js is Node’s own', () => {
  const hash = Reflect.construct(Sha1, []) as ReturnType<typeof Sha1>;
  expect(hash.update('a').update(Buffer.from('bc')).digest('hex')).toBe(
    'a9993e364706816aba3e25717850c26c9cd0d89d',
  );
});

describe('bundled, an SDK client', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test('signs with the credentials that Lambda puts into the environment', async () => {
    const endpoint = await createAwsEndpoint(() => ({ body: '{"TableNames":[]}' }));
    for (const [name, value] of Object.entries(endpoint.environment)) vi.stubEnv(name, value);
    expect(await new DynamoDBClient().send(new ListTablesCommand())).toMatchObject({ TableNames: [] });
    expect(endpoint.received[0]?.signature.scope).toMatch(/\/eu-central-1\/dynamodb\/aws4_request$/);
    await endpoint.close();
  });

  test('looks for credentials nowhere else: without them there, it fails', async () => {
    for (const name of Object.keys(process.env).filter((each) => each.startsWith('AWS_')))
      vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    await expect(new DynamoDBClient().send(new ListTablesCommand())).rejects.toThrow(
      'Unable to find environment variable credentials',
    );
  });
});
