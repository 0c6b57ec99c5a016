import { afterAll, beforeAll, expect, test } from 'vitest';
import { entriesOf, settledProcesses, startTestPlatform, type TestPlatform } from '../support/platform.ts';
import { railwayJson, textApp } from '../support/platform-apps.ts';
import {
  type Client,
  type DeploymentAnswer,
  type ProjectAnswer,
  signUp,
} from '../support/platform-client.ts';
import { createRepository, type TestRepository } from '../support/repository.ts';

let platform: TestPlatform;
let client: Client;
let repository: TestRepository;
let project: ProjectAnswer;
let good: DeploymentAnswer;
/** Those of the releases that served. */
let images: string[];

beforeAll(async () => {
  repository = createRepository({ files: textApp('good') });
  platform = await startTestPlatform({ limits: { stop_grace_ms: 500 } });
  client = await signUp(platform.port, 'ada@example.com');
  project = await client.createProject({ name: 'one-at-a-time', repository_url: repository.path });
  good = await client.deployed(project.id);
});

afterAll(async () => {
  await platform?.remove();
  repository?.remove();
});

/** Expects that only the good release is there, serves, and can be followed by another deployment. */
async function expectNothingLeft(cancelled: DeploymentAnswer): Promise<void> {
  await client.logged(cancelled.id, 'Cancelled');
  const ended = await client.deployment(cancelled.id);
  expect(ended).toMatchObject({ status: 'cancelled', failure: null, url: null });
  expect(ended.finished_at).not.toBeNull();
  for (const { status } of ended.steps) expect(['success', 'cancelled']).toContain(status);
  expect(ended.steps.at(-1)?.status).toBe('cancelled');
  expect(await settledProcesses(platform.home, 1)).toHaveLength(1);
  expect(await entriesOf(platform.home, 'images')).toEqual(images);
  expect(await entriesOf(platform.home, 'sources')).toEqual([]);
  expect((await client.visit(good.url)).text).toBe('good');
}

function cancel(id: string) {
  return client.call('POST', `/deployments/${id}/cancel`);
}

test('of many requests at the same moment exactly one is accepted', async () => {
  const asked = Array.from({ length: 8 }, () =>
    client.call('POST', '/deployments', { project_id: project.id }),
  );
  const answers = await Promise.all(asked);
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 202)).toHaveLength(1);
  expect(statuses.filter((status) => status === 409)).toHaveLength(7);
  for (const { status, text } of answers) {
    if (status === 409) expect(JSON.parse(text)).toMatchObject({ code: 'DEPLOYMENT_IN_PROGRESS' });
    else good = await client.ended((JSON.parse(text) as DeploymentAnswer).id);
  }
  expect(good.status).toBe('success');
});

test('a rollback waits its turn as well', async () => {
  const { id } = await client.startDeployment(project.id);
  expect((await client.call('POST', `/deployments/${good.id}/rollback`)).status).toBe(409);
  await client.ended(id);
  good = await client.rolledBack(good.id);
});

test('a deployment that ended can’t be cancelled, one that never served can’t be returned to', async () => {
  const answer = await cancel(good.id);
  expect(answer.status).toBe(409);
  expect(JSON.parse(answer.text)).toMatchObject({ code: 'DEPLOYMENT_NOT_CANCELLABLE' });

  const failed = await client.deploy(project.id, { branch: 'missing' });
  expect(failed.status).toBe('failed');
  const refused = await client.call('POST', `/deployments/${failed.id}/rollback`);
  expect(refused.status).toBe(409);
  expect(JSON.parse(refused.text)).toMatchObject({ code: 'RELEASE_NOT_AVAILABLE' });
});

test('cancelled while it builds: what the build started ends', async () => {
  images = await entriesOf(platform.home, 'images');
  repository.branch('slow-build');
  repository.commit({
    ...textApp('never'),
    'railway.json': railwayJson({}, { buildCommand: "sleep 300 & echo be''gun; sleep 300" }),
  });
  const started = await client.startDeployment(project.id, { branch: 'slow-build' });
  await client.logged(started.id, 'begun');
  expect(await cancel(started.id)).toMatchObject({ status: 200 });
  await expectNothingLeft(started);
});

test('cancelled while the pre-deploy command runs', async () => {
  repository.branch('slow-pre-deploy');
  repository.commit(textApp('never', { preDeployCommand: "echo be''gun; sleep 300" }));
  const started = await client.startDeployment(project.id, { branch: 'slow-pre-deploy' });
  await client.logged(started.id, 'begun');
  expect(await cancel(started.id)).toMatchObject({ status: 200 });
  await expectNothingLeft(started);
});

test('cancelled while it waits for the health check', async () => {
  repository.branch('slow-start');
  repository.commit({
    ...textApp('never'),
    'server.js': "console.log('begun'); setInterval(() => {}, 1000);",
  });
  const started = await client.startDeployment(project.id, { branch: 'slow-start' });
  await client.logged(started.id, 'begun');
  expect(await cancel(started.id)).toMatchObject({ status: 200 });
  await expectNothingLeft(started);
});

test('cancelled as soon as it was accepted', async () => {
  const started = await client.startDeployment(project.id, { branch: 'slow-start' });
  expect(await cancel(started.id)).toMatchObject({ status: 200 });
  await client.logged(started.id, 'Cancelled');
  expect(await client.deployment(started.id)).toMatchObject({ status: 'cancelled', url: null });
  expect(await settledProcesses(platform.home, 1)).toHaveLength(1);
});

test('the next deployment after all of these works', async () => {
  repository.branch('main');
  repository.commit(textApp('next'));
  const next = await client.deployed(project.id, { branch: 'main' });
  expect((await client.visit(next.url)).text).toBe('next');
});
