import process from 'node:process';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../support/platform.ts';
import { signUp } from '../support/platform-client.ts';
import { type HttpAnswer, send } from '../support/platform-http.ts';

const url = process.env['REDIS_URL'] ?? '';

let raw: Redis;
let platform: TestPlatform;
let headers: Readonly<Record<string, string>>;

const call = (method: string, path: string, body?: unknown): Promise<HttpAnswer> =>
  send(platform.port, {
    method,
    path: `/api/v1/${path}`,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

beforeAll(async () => {
  raw = new Redis(url);
  platform = await startTestPlatform({ settings: { BRANCHLINE_CACHE_URL: url } });
  const { token } = await signUp(platform.port, 'ada@example.com');
  headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
});

afterAll(async () => {
  await platform?.remove();
  raw?.disconnect();
});

test('a laptop’s platform shares projects, by keys that begin with their tenant, and no variable', async () => {
  const created = await call('POST', 'projects', {
    name: 'shop',
    repository_url: 'https://git.example.com/shop',
    environment: { SECRET: 'plain-text-secret' },
  });
  const { id, tenant_id } = JSON.parse(created.text) as { id: string; tenant_id?: string };
  const [key = '', ...others] = await raw.keys(`branchline:local:T#*${id}*`);

  expect(others).toEqual([]);
  expect(key).toMatch(/^branchline:local:T#ten_[0-9a-f-]+#PROJECT#prj_/);
  if (tenant_id !== undefined) expect(key).toContain(tenant_id);
  expect(JSON.stringify(await raw.hgetall(key))).not.toContain('plain-text-secret');
  expect(await raw.pttl(key)).toBeGreaterThan(0);
  expect(await raw.pttl(key)).toBeLessThanOrEqual(300_000);
});

test('what was changed is found at once, and what was deleted isn’t', async () => {
  const created = await call('POST', 'projects', {
    name: 'store',
    repository_url: 'https://git.example.com/store',
  });
  const { id } = JSON.parse(created.text) as { id: string };
  for (const description of ['one', 'two', 'three']) {
    expect((await call('PUT', `projects/${id}`, { description })).status).toBe(200);
    expect(JSON.parse((await call('GET', `projects/${id}`)).text)).toMatchObject({ description });
  }
  expect((await call('DELETE', `projects/${id}`)).status).toBe(204);
  expect((await call('GET', `projects/${id}`)).status).toBe(404);
});
