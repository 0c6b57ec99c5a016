import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../support/platform.ts';
import { serverSource } from '../support/platform-apps.ts';
import { type Client, type DeploymentAnswer, type Listed, signUp } from '../support/platform-client.ts';
import { hostOf, send } from '../support/platform-http.ts';
import { createRepository, type TestRepository } from '../support/repository.ts';

const version = (text: string) => ({
  'server.js': serverSource(
    `console.log('asked ' + request.url); response.end('${text} ' + process.env.GREETING);`,
    "console.log('listening');",
  ),
});
const packageJson = JSON.stringify({ scripts: { build: 'node -e "console.log(\'built it\')"' } });

let platform: TestPlatform;
let client: Client;
let repository: TestRepository;
let project_id: string;
let first: DeploymentAnswer;
let second: DeploymentAnswer;

beforeAll(async () => {
  repository = createRepository({ files: { ...version('one'), 'package.json': packageJson } });
  platform = await startTestPlatform();
  client = await signUp(platform.port, 'ada@example.com');
  const project = await client.createProject({
    name: 'Main.Job',
    repository_url: pathToFileURL(repository.path).href,
    environment: { GREETING: 'hello' },
  });
  project_id = project.id;
});

afterAll(async () => {
  await platform?.remove();
  repository?.remove();
});

describe('a first deployment', () => {
  test('succeeds, and its address answers', async () => {
    first = await client.deployed(project_id, { branch: 'main' });

    expect(first).toMatchObject({
      project_id,
      status: 'success',
      branch: 'main',
      commit: repository.sha,
      commit_message: 'Commit 1',
      isolation: 'none',
      failure: null,
      url: `http://main-job.localhost:${platform.port}`,
    });
    expect(await client.visit(first.url)).toMatchObject({ status: 200, text: 'one hello' });
  });

  test('has its steps in order, each with its duration', () => {
    expect(first.steps.map(({ name, status }) => [name, status])).toEqual(
      ['prepare', 'build', 'publish_image', 'release', 'health_check', 'switch_route'].map((name) => [
        name,
        'success',
      ]),
    );
    const starts = first.steps.map((step) => step.started_at);
    expect(starts).toEqual(starts.toSorted());
    for (const { duration_ms } of first.steps) expect(duration_ms).toBeGreaterThanOrEqual(0);
  });

  test('has build and runtime lines in its log, which pages follow on without gap or repetition', async () => {
    await client.logged(first.id, 'asked /');
    const all = await client.log(first.id);
    const messages = all.map((line) => line.message);
    expect(messages).toEqual(expect.arrayContaining(['Detected node', 'built it', 'listening', 'Healthy']));
    expect(all.find((line) => line.message === 'built it')).toMatchObject({
      step: 'build',
      stream: 'stdout',
    });
    expect(all.find((line) => line.message === 'listening')).toMatchObject({ step: 'runtime' });

    const path = `/deployments/${first.id}/logs?limit=2`;
    const one = await client.want<{ data: { message: string }[]; next_cursor: string }>('GET', path);
    const two = await client.want<typeof one>('GET', `${path}&cursor=${encodeURIComponent(one.next_cursor)}`);
    expect([...one.data, ...two.data].map((line) => line.message)).toEqual(messages.slice(0, 4));
  });

  test('wakes a waiting reader of its log with the next line', async () => {
    const { next_cursor } = await client.logPage(first.id, '', 0);
    const waiting = client.logPage(first.id, next_cursor, 20);
    await client.visit(first.url, '/wake');
    const lines = (await waiting).data.map((line) => line.message);
    expect(lines).toEqual(['asked /wake']);
  });

  test('is listed, by project, by status and among the project’s recent ones', async () => {
    const list = (query: string) => client.want<Listed<DeploymentAnswer>>('GET', `/deployments?${query}`);
    const { steps: _steps, ...shown } = first;
    expect((await list('')).data).toEqual([shown]);
    expect((await list(`project_id=${project_id}&status=success`)).data).toEqual([shown]);
    expect((await list(`project_id=${project_id}&status=failed`)).data).toEqual([]);
    expect(await client.want('GET', `/projects/${project_id}`)).toMatchObject({
      recent_deployments: [{ id: first.id, status: 'success', commit: repository.sha }],
    });
  });
});

describe('later deployments', () => {
  test('a new commit is served at the same address, with the variables of now', async () => {
    repository.commit(version('two'));
    await client.want('PUT', `/projects/${project_id}`, { environment: { GREETING: 'good day' } });
    second = await client.deployed(project_id);
    expect(second.url).toBe(first.url);
    expect((await client.visit(second.url)).text).toBe('two good day');
  });

  test('a rollback serves the old content with its old variables, and builds nothing', async () => {
    const back = await client.rolledBack(first.id);
    expect(back).toMatchObject({ rollback_of: first.id, commit: first.commit, url: first.url });
    expect(back.steps.map((step) => step.name)).toEqual([
      'prepare',
      'release',
      'health_check',
      'switch_route',
    ]);
    expect((await client.visit(first.url)).text).toBe('one hello');
  });

  test('a rollback to a rollback is one to its release', async () => {
    const [latest] = (await client.want<Listed<DeploymentAnswer>>('GET', '/deployments?limit=1')).data;
    await client.rolledBack(second.id);
    expect((await client.visit(first.url)).text).toBe('two good day');
    await client.rolledBack(latest?.id ?? '');
    expect((await client.visit(first.url)).text).toBe('one hello');
  });

  test('all of them count in the project’s metrics and the team’s usage', async () => {
    const metrics = await client.want<Record<string, number>>(
      'GET',
      `/projects/${project_id}/metrics?days=30`,
    );
    expect(metrics).toMatchObject({ deployments: 5, success_rate: 100 });
    expect(metrics['average_duration_ms']).toBeGreaterThan(0);

    const usage = await client.want<Listed<{ meter: string; quantity: number; unit: string }>>(
      'GET',
      '/usage',
    );
    const quantities = new Map(usage.data.map((entry) => [entry.meter, entry.quantity]));
    expect(quantities.get('deployments')).toBe(5);
    expect(quantities.get('build_minutes')).toBeGreaterThan(0);
  });

  test('a deleted project’s address is gone, its name and its host are free again', async () => {
    await client.want('DELETE', `/projects/${project_id}`);
    expect((await client.call('GET', `/projects/${project_id}`)).status).toBe(404);
    expect(await goneAt(hostOf(first.url))).toContain('no app at this address');

    const again = await client.createProject({ name: 'Main.Job', repository_url: repository.path });
    const deployment = await client.deployed(again.id, { commit: repository.sha.slice(0, 10) });
    expect(deployment.url).toBe(first.url);
    expect((await client.visit(deployment.url)).text).toBe('one undefined');
  });
});

/** The project's apps stop after the answer: asks until the address is gone. */
async function goneAt(host: string): Promise<string> {
  for (;;) {
    const { status, text } = await send(platform.port, { host });
    if (status === 404) return text;
    expect([200, 502]).toContain(status);
  }
}
