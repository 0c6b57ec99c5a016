import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../support/platform.ts';
import { textRepository } from '../support/platform-apps.ts';
import { type Client, PASSWORD, signUp } from '../support/platform-client.ts';
import { type HttpAnswer, send } from '../support/platform-http.ts';
import type { TestRepository } from '../support/repository.ts';

interface TokenAnswer {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
  readonly token_type: string;
}

const EMAIL = 'ada@example.com';

let platform: TestPlatform;
let client: Client;
let repository: TestRepository;

const post = (path: string, body: unknown): Promise<HttpAnswer> =>
  send(platform.port, {
    method: 'POST',
    path: `/api/v1/auth/${path}`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const tokensOf = ({ text }: HttpAnswer): TokenAnswer => JSON.parse(text) as TokenAnswer;

beforeAll(async () => {
  repository = textRepository('hello');
  platform = await startTestPlatform();
  client = await signUp(platform.port, EMAIL);
});

afterAll(async () => {
  await platform?.remove();
  repository?.remove();
});

test('logs in, and exchanges each refresh token for a pair that works', async () => {
  const login = await post('login', { email: EMAIL, password: PASSWORD });
  expect(login.status).toBe(200);
  expect(tokensOf(login)).toMatchObject({ expires_in: 900, token_type: 'Bearer' });
  const refreshed = await post('refresh', { refresh_token: tokensOf(login).refresh_token });
  expect(refreshed.status).toBe(200);
  const headers = { authorization: `Bearer ${tokensOf(refreshed).access_token}` };
  expect((await send(platform.port, { path: '/api/v1/projects', headers })).status).toBe(200);
});

test('refuses a wrong password, a made-up token and an address that is taken', async () => {
  expect((await post('login', { email: EMAIL, password: 'not this one at all' })).status).toBe(401);
  expect((await post('refresh', { refresh_token: 'made.up.token' })).status).toBe(401);
  const taken = await post('register', { email: EMAIL, password: PASSWORD, name: 'Ada' });
  expect(taken.status).toBe(409);
  expect(JSON.parse(taken.text)).toMatchObject({ code: 'EMAIL_TAKEN' });
});

test('publishes keys that verify its access tokens', async () => {
  const { text } = await send(platform.port, { path: '/.well-known/jwks.json' });
  const keys = createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
  const { payload, protectedHeader } = await jwtVerify(client.token, keys, { audience: 'railway-api' });
  expect(payload).toMatchObject({ email: EMAIL, roles: ['owner'] });
  expect(protectedHeader.typ).toBe('at+jwt');
});

test('says that it is well, and describes itself', async () => {
  expect(await send(platform.port, { path: '/healthz' })).toMatchObject({
    status: 200,
    text: '{"status":"ok"}',
  });
  const { text } = await send(platform.port, { path: '/openapi.json' });
  const document = JSON.parse(text) as { openapi: string; paths: Record<string, unknown> };
  expect(document.openapi).toMatch(/^3\.1/);
  expect(Object.keys(document.paths)).toContain('/api/v1/deployments/{deployment_id}/rollback');
});

test('counts requests, deployments, projects and what apps use in the metrics', async () => {
  const project = await client.createProject({ name: 'metered', repository_url: repository.path });
  await client.deployed(project.id);
  await client.deploy(project.id, { branch: 'missing' });
  await client.want('GET', `/projects/${project.id}`);
  const text = await scrapeUntil((page) => page.includes('status="failed"'));

  const environment = 'production';
  const project_id = project.id;
  const valueIn = (family: string, labels: Record<string, string>) => sample(text, family, labels);
  expect(valueIn('railway_active_projects', { region: 'local', plan: 'free' })).toBe(1);
  for (const status of ['success', 'failed']) {
    expect(valueIn('railway_deployments_total', { status, project_id, environment })).toBe(1);
  }
  const buckets = 'railway_deployment_duration_seconds_bucket';
  expect(valueIn(buckets, { le: '30', project_id, environment })).toBe(1);
  expect(valueIn(buckets, { le: '3600', project_id, environment })).toBe(1);
  const asked = { method: 'GET', endpoint: '/api/v1/projects/{project_id}' };
  expect(valueIn('railway_http_requests_total', { ...asked, status: '200' })).toBe(1);
  expect(valueIn('railway_http_request_duration_seconds_bucket', { ...asked, le: '10' })).toBe(1);
  const used = { cpu: 'cores', memory: 'gb', storage: 'gb' };
  for (const [resource_type, unit] of Object.entries(used)) {
    expect(valueIn('railway_resource_usage', { project_id, resource_type, unit })).toBeGreaterThanOrEqual(0);
  }
});

/** The value of one sample, by exactly these labels in any order; undefined when there is none. */
function sample(text: string, family: string, labels: Readonly<Record<string, string>>): number | undefined {
  const wanted = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  for (const line of text.split('\n')) {
    const [, name, given = '', value] = /^(\w+)\{(.*)\} (\S+)$/.exec(line) ?? [];
    if (name !== family) continue;
    const parts = given.match(/\w+="[^"]*"/g) ?? [];
    if (parts.toSorted().join() === wanted.toSorted().join()) return Number(value);
  }
  return undefined;
}

/** Counters follow their events, a moment after what they count. */
async function scrapeUntil(wanted: (text: string) => boolean): Promise<string> {
  for (;;) {
    const { status, text } = await send(platform.port, { path: '/metrics' });
    expect(status).toBe(200);
    if (wanted(text)) return text;
  }
}
