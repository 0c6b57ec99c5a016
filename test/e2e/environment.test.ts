import { delimiter, join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../support/platform.ts';
import { railwayJson, serverSource } from '../support/platform-apps.ts';
import {
  type Client,
  type DeploymentAnswer,
  type ProjectAnswer,
  signUp,
} from '../support/platform-client.ts';
import { CHECKOUT } from '../support/platform-server.ts';
import { createRepository, type TestRepository } from '../support/repository.ts';

const OWN_PROGRAMS = join(CHECKOUT, 'node_modules', '.bin');
// What an npm script of ours starts with, and what an operator may have set.
const OPERATORS = {
  PATH: [OWN_PROGRAMS, `${OWN_PROGRAMS}/`, process.env['PATH'] ?? ''].join(delimiter),
  LANG: 'C.UTF-8',
  BRANCHLINE_HOME: '/elsewhere',
  BRANCHLINE_SECRET: 'of the platform',
  AWS_ACCESS_KEY_ID: 'of the operator',
  AWS_REGION: 'nowhere-1',
  npm_config_prefix: CHECKOUT,
  npm_lifecycle_event: 'start',
  npm_package_json: join(CHECKOUT, 'package.json'),
  NODE_OPTIONS: '--no-warnings',
  NODE_ENV: 'test',
  SSH_AUTH_SOCK: '/run/agent',
  GITHUB_TOKEN: 'of the operator',
};
const OWN = { GREETING: 'hello', EMPTY: '', QUOTED: `a "b" 'c' $HOME \`d\`\nnext line` };

let platform: TestPlatform;
let client: Client;
let repository: TestRepository;
let project: ProjectAnswer;
let deployment: DeploymentAnswer;
let seen: Record<string, string>;

beforeAll(async () => {
  const print = (step: string) => `node -e "console.log('${step} ' + JSON.stringify(process.env))"`;
  repository = createRepository({
    files: {
      'server.js': serverSource('response.end(JSON.stringify(process.env));'),
      'railway.json': railwayJson(
        { healthcheckTimeout: 60, preDeployCommand: print('pre-deploy') },
        { buildCommand: print('build') },
      ),
    },
    message: 'Say what is there\n\nAll of it.',
  });
  platform = await startTestPlatform({ environment: OPERATORS });
  client = await signUp(platform.port, 'ada@example.com');
  project = await client.createProject({
    name: 'Environment',
    repository_url: repository.path,
    environment: OWN,
  });
  deployment = await client.deployed(project.id);
  seen = JSON.parse((await client.visit(deployment.url)).text) as Record<string, string>;
});

afterAll(async () => {
  await platform?.remove();
  repository?.remove();
});

const railway = () => ({
  RAILWAY_PUBLIC_DOMAIN: `environment.localhost:${platform.port}`,
  RAILWAY_PROJECT_NAME: 'Environment',
  RAILWAY_PROJECT_ID: project.id,
  RAILWAY_ENVIRONMENT_NAME: 'production',
  RAILWAY_SERVICE_NAME: 'web',
  RAILWAY_DEPLOYMENT_ID: deployment.id,
  RAILWAY_GIT_COMMIT_SHA: repository.sha,
  RAILWAY_GIT_BRANCH: 'main',
  RAILWAY_GIT_AUTHOR: 'Ada Author',
  RAILWAY_GIT_COMMIT_MESSAGE: 'Say what is there\n\nAll of it.',
});

/** What the shells on the way set by themselves. */
function withoutShells(variables: Readonly<Record<string, string>>): Record<string, string> {
  const { PWD: _pwd, OLDPWD: _old, SHLVL: _level, _: _last, ...rest } = variables;
  return rest;
}

test('an app sees its PORT, its own variables and those of the platform, and hardly anything else', () => {
  const { PORT, PATH, HOME, ...rest } = withoutShells(seen);
  expect(PORT).toMatch(/^\d+$/);
  expect(HOME).toBeTruthy();
  expect(PATH).toBeTruthy();
  expect(rest).toEqual({ ...OWN, ...railway(), LANG: 'C.UTF-8', NODE_ENV: 'production' });
});

test.each(['build', 'pre-deploy'])('so does the %s command, without PORT', async (step) => {
  const line = await client.logged(deployment.id, `${step} {`);
  const variables = JSON.parse(line.message.slice(step.length)) as Record<string, string>;
  const { PATH, HOME, TMPDIR: _temporary, ...rest } = withoutShells(variables);
  expect(HOME).toBeTruthy();
  expect(PATH).toBeTruthy();
  expect(rest).toEqual({ ...OWN, ...railway(), LANG: 'C.UTF-8', NODE_ENV: 'production' });
});

test('the PATH has none of the platform’s own programs', () => {
  for (const folder of seen['PATH']?.split(delimiter) ?? []) expect(folder).not.toContain(OWN_PROGRAMS);
});

test.each(['PORT', 'RAILWAY_PROJECT_NAME', 'BRANCHLINE_HOME', 'AWS_REGION'])(
  'a variable of the name %s is refused, not dropped',
  async (name) => {
    const environment = { ...OWN, [name]: 'forged' };
    const { status, text } = await client.call('PUT', `/projects/${project.id}`, { environment });
    expect(status).toBe(400);
    expect(text).toContain(name);
  },
);
