import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../support/platform.ts';
import { type DeployConfig, railwayJson, serverSource } from '../support/platform-apps.ts';
import { type Client, type DeploymentAnswer, signUp } from '../support/platform-client.ts';
import { createRepository, type TestRepository } from '../support/repository.ts';

let platform: TestPlatform;
let client: Client;
const repositories: TestRepository[] = [];

beforeAll(async () => {
  platform = await startTestPlatform();
  client = await signUp(platform.port, 'ada@example.com');
});

afterAll(async () => {
  await platform?.remove();
  for (const repository of repositories) repository.remove();
});

/** An app that ends when it is told to, with the code that it is told. */
async function deployMortal(name: string, deploy: DeployConfig): Promise<DeploymentAnswer> {
  const answer = `
    const [, code] = /^.exit.(\\d+)/.exec(request.url) ?? [];
    if (code === undefined) return response.end(String(process.pid));
    response.end('going', () => process.exit(Number(code)));`;
  const repository = createRepository({
    files: {
      'server.js': serverSource(answer, "console.log('begun');"),
      'railway.json': railwayJson({ healthcheckTimeout: 60, ...deploy }),
    },
  });
  repositories.push(repository);
  const project = await client.createProject({ name, repository_url: repository.path });
  return client.deployed(project.id);
}

/** Asks until the app is there again. @returns the pages that came before, and its answer */
async function untilUp({ url }: DeploymentAnswer): Promise<{ pages: string[]; text: string }> {
  const pages: string[] = [];
  for (;;) {
    const { status, text } = await client.visit(url);
    if (status === 200) return { pages, text };
    expect(status).toBe(502);
    pages.push(text);
  }
}

/** Waits until an app is given up. @returns its deployment's status and its page */
async function givenUp(deployment: DeploymentAnswer) {
  await client.logged(deployment.id, 'starts it no more');
  const page = await client.visit(deployment.url);
  // The record follows the log line at once.
  for (;;) {
    const { status } = await client.deployment(deployment.id);
    if (status !== 'success') return { status, page };
  }
}

const crashed = (name: string) => ({
  status: 'crashed',
  page: { status: 502, text: expect.stringContaining(name) },
});

test.each([
  { policy: 'ALWAYS', code: 0 },
  { policy: 'ALWAYS', code: 1 },
  { policy: 'ON_FAILURE', code: 1 },
])('$policy starts an app again that ended with $code', async ({ policy, code }) => {
  const name = `again-${policy.toLowerCase().replace('_', '-')}-${code}`;
  const deployment = await deployMortal(name, { restartPolicyType: policy });
  const before = (await client.visit(deployment.url)).text;
  await client.visit(deployment.url, `/exit/${code}`);
  await client.logged(deployment.id, `exit code ${code}; starting it again`);
  const { pages, text } = await untilUp(deployment);
  expect(text).not.toBe(before);
  for (const page of pages) expect(page).toContain(name);
  await client.logged(deployment.id, 'begun', 2);
  expect((await client.deployment(deployment.id)).status).toBe('success');
});

test.each([
  { policy: 'NEVER', code: 1 },
  { policy: 'ON_FAILURE', code: 0 },
])('$policy leaves an app alone that ended with $code, and its deployment is crashed', async (given) => {
  const name = `over-${given.policy.toLowerCase().replace('_', '-')}`;
  const deployment = await deployMortal(name, { restartPolicyType: given.policy });
  await client.visit(deployment.url, `/exit/${given.code}`);
  expect(await givenUp(deployment)).toMatchObject(crashed(name));
});

test('an app that ends again and again is given up after its retries; the next deployment serves', async () => {
  const config = { restartPolicyType: 'ON_FAILURE', restartPolicyMaxRetries: 2 };
  const deployment = await deployMortal('retried', config);
  for (const time of [1, 2, 3]) {
    await untilUp(deployment);
    await client.visit(deployment.url, '/exit/5');
    if (time < 3) await client.logged(deployment.id, 'starting it again', time);
  }
  expect(await givenUp(deployment)).toMatchObject(crashed('retried'));
  const next = await client.deployed(deployment.project_id);
  expect((await client.visit(next.url)).status).toBe(200);
});

test('an app that ends right after its first healthy answer does not end as a success', async () => {
  const repository = createRepository({
    files: {
      'server.js': serverSource("response.end('once', () => process.exit(6));"),
      'railway.json': railwayJson({ healthcheckTimeout: 60, restartPolicyType: 'NEVER' }),
    },
  });
  repositories.push(repository);
  const project = await client.createProject({ name: 'one-answer', repository_url: repository.path });
  const started = await client.startDeployment(project.id);
  await client.logged(started.id, 'starts it no more');
  const ended = await client.reached(started.id, ({ status }) => ['failed', 'crashed'].includes(status));
  expect(ended.status === 'crashed' || ended.failure?.message.includes('exit code 6')).toBe(true);
});
