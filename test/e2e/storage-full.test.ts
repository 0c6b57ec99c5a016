import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../support/platform.ts';
import { textRepository } from '../support/platform-apps.ts';
import {
  type Client,
  type DeploymentAnswer,
  type Listed,
  PASSWORD,
  type ProjectAnswer,
  signUp,
} from '../support/platform-client.ts';
import { send } from '../support/platform-http.ts';
import { createRecordedLogger } from '../support/recorded-logger.ts';
import type { TestRepository } from '../support/repository.ts';

const DATABASE_BYTES = 1024 ** 2;

let platform: TestPlatform;
let client: Client;
let repository: TestRepository;
let app: DeploymentAnswer;
/** Names of the projects that were accepted. */
const accepted: string[] = [];

const fields = (name: string) => ({
  name,
  repository_url: repository.path,
  environment: { LARGE: 'x'.repeat(30 * 1024) },
});
const codeOf = (text: string) => (JSON.parse(text) as { code: string }).code;

beforeAll(async () => {
  repository = textRepository('hello');
  // It logs each refusal, which is expected here.
  const logger = createRecordedLogger();
  platform = await startTestPlatform({ logger, limits: { database_bytes: DATABASE_BYTES } });
  client = await signUp(platform.port, 'ada@example.com');
  const project = await client.createProject({ name: 'app', repository_url: repository.path });
  app = await client.deployed(project.id);
  accepted.push(project.name);
});

afterAll(async () => {
  await platform?.remove();
  repository?.remove();
});

test('a full database refuses with what to do, and leaves nothing half written', async () => {
  for (;;) {
    const name = `large-${accepted.length}`;
    const { status, text } = await client.call('POST', '/projects', fields(name));
    if (status === 503) {
      expect(codeOf(text)).toBe('STORAGE_FULL');
      expect(text).toContain('Free disk space');
      break;
    }
    expect(status).toBe(201);
    accepted.push(name);
  }
  const { data } = await client.want<Listed<ProjectAnswer>>('GET', '/projects');
  expect(data.map((project) => project.name).toSorted()).toEqual(accepted.toSorted());
});

test('what is there can still be read and reached', async () => {
  expect((await client.visit(app.url)).text).toBe('hello');
  expect((await client.deployment(app.id)).status).toBe('success');
  expect(await send(platform.port, { path: '/healthz' })).toMatchObject({ status: 200 });
  expect(await client.want<Listed<unknown>>('GET', '/projects')).toMatchObject({ next_cursor: null });
});

test('what needs no more room than there is works, what was refused works once there is room', async () => {
  const { data } = await client.want<Listed<ProjectAnswer>>('GET', '/projects');
  const refused = `large-${accepted.length}`;
  const largest = data.filter((project) => project.name.startsWith('large-')).slice(0, 4);
  expect((await client.call('POST', '/projects', fields(refused))).status).toBe(503);
  for (const { id } of largest) await client.want('PUT', `/projects/${id}`, { environment: {} });
  expect((await client.call('POST', '/projects', fields(refused))).status).toBe(201);
  await client.deployed(app.project_id);
  const login = await send(platform.port, {
    method: 'POST',
    path: '/api/v1/auth/login',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'ada@example.com', password: PASSWORD }),
  });
  expect(login.status).toBe(200);
});
