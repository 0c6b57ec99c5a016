import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Platform, startPlatform } from '../platform.ts';
import { readSettings } from '../settings.ts';
import { type ApiClient, ask, createApiClient } from './client.ts';
import { followDeployment } from './follow.ts';
import { createExampleRepository } from './repository.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/hello-node', import.meta.url));
const EMAIL = 'demo@example.com';
const PROJECT = 'hello-node';

/** A demo that has come to its end: the app answers. */
export interface RunningDemo {
  stop(): Promise<void>;
}

interface TokenAnswer {
  readonly access_token: string;
}

/** Starts a platform in a fresh home, deploys the example and asks it, saying each step.
 *  @throws Error when a step fails; nothing is left running then */
export async function runDemo(
  environment: Readonly<Record<string, string | undefined>>,
  print: (line: string) => void,
): Promise<RunningDemo> {
  const home = await mkdtemp(join(tmpdir(), 'branchline-demo-home-'));
  // Requests would drown the steps in the log; a level that was asked for is kept.
  const settings = readSettings({ LOG_LEVEL: 'warn', ...environment, BRANCHLINE_HOME: home });
  const platform = await startPlatform(settings, environment);
  const folders = [home];
  const stop = async () => {
    await platform.stop();
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  };
  try {
    print(`The platform is ready at ${platform.url}; apps run with isolation "${platform.isolation}".`);
    const repository = await createExampleRepository(EXAMPLE);
    folders.push(repository);
    print(`Made a git repository from examples/hello-node: ${repository}`);
    await deployExample(platform, repository, print);
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function deployExample(
  platform: Platform,
  repository: string,
  print: (line: string) => void,
): Promise<void> {
  const { port } = platform;
  const password = randomBytes(9).toString('base64url');
  const account = await createApiClient(port).post<TokenAnswer>('/api/v1/auth/register', {
    email: EMAIL,
    password,
    name: 'Demo',
  });
  print(`Registered ${EMAIL}.`);
  const api = createApiClient(port, account.access_token);
  const deployed = await deploy(api, repository, print);
  const host = new URL(deployed).host;
  const answer = await ask({ port, host, path: '/' });
  if (answer.status !== 200) throw new Error(`The app answered ${answer.status}: ${answer.text}`);
  print('');
  print(`App      ${deployed}  (answered ${answer.status}: ${answer.text.trim()})`);
  print(`API      ${platform.url}/api/v1  (described by ${platform.url}/openapi.json)`);
  print(`Log in   curl -s ${platform.url}/api/v1/auth/login -H 'content-type: application/json' \\`);
  print(`           -d '${JSON.stringify({ email: EMAIL, password })}'`);
}

async function deploy(api: ApiClient, repository: string, print: (line: string) => void): Promise<string> {
  const project = await api.post<{ readonly id: string }>('/api/v1/projects', {
    name: PROJECT,
    repository_url: repository,
  });
  print(`Created the project ${PROJECT}; deploying its branch main:`);
  const { id } = await api.post<{ readonly id: string }>('/api/v1/deployments', {
    project_id: project.id,
    branch: 'main',
  });
  const ended = await followDeployment(api, id, (line) => print(`  ${line}`));
  if (ended.url === null)
    throw new Error(`The deployment ended as ${ended.status}: ${ended.failure?.message}`);
  return ended.url;
}
