import { describe, expect, test } from 'vitest';
import { failureOf, lines, planOf, startLine } from './snapshot.ts';

const NODE = {
  'package.json': { scripts: { start: 'node server.js', build: 'x' }, dependencies: { a: '1' } },
  'package-lock.json': '',
};
const config = (value: object, file = 'railway.json') => ({ ...NODE, [file]: value });

describe.each(['railway.json', 'railway.toml'])('%s', (file) => {
  test('sets every field that has an effect', () => {
    const deploy = {
      startCommand: ' node main.js ',
      preDeployCommand: 'migrate',
      healthcheckPath: '/health',
      healthcheckTimeout: 30,
      restartPolicyType: 'ALWAYS',
      restartPolicyMaxRetries: 3,
    };
    const plan = planOf({
      ...config({ build: { buildCommand: 'make' }, deploy }, file),
      Procfile: 'web: no',
    });
    expect(startLine(plan)).toBe('sh: node main.js');
    expect(lines(plan.build)).toEqual(['sh: make']);
    expect(lines(plan.install)[0]).toContain('npm ci --include=dev');
    expect(lines(plan.pre_deploy)).toEqual(['sh: migrate']);
    expect(plan.health_check).toEqual({ path: '/health', timeout_s: 30 });
    expect(plan.restart).toEqual({ policy: 'always', max_retries: 3 });
    expect(plan.warnings).toEqual([]);
    expect(plan.reasons).toContain(`${file} (deploy.startCommand) starts it: node main.js`);
  });
});

test('a list of pre-deploy commands runs in order, and beats the Procfile', () => {
  const tree = { ...config({ deploy: { preDeployCommand: ['a', ' ', 'b'] } }), Procfile: 'release: c' };
  expect(lines(planOf(tree).pre_deploy)).toEqual(['sh: a', 'sh: b']);
});

test('null is the same as leaving a field out', () => {
  const deploy = { startCommand: null, healthcheckPath: null, restartPolicyType: null };
  const plan = planOf(config({ $schema: 'x', build: null, deploy }));
  expect(startLine(plan)).toBe('sh: exec node server.js');
  expect(plan.restart).toEqual({ policy: 'on_failure', max_retries: 10 });
  expect(plan.warnings).toEqual([]);
});

test('fields without an effect are named in a warning', () => {
  const plan = planOf(
    config({ build: { builder: 'RAILPACK', watchPatterns: [] }, deploy: { numReplicas: 2 }, x: 1 }),
  );
  expect(plan.warnings).toEqual([
    'railway.json: x, build.watchPatterns, deploy.numReplicas have no effect yet.',
  ]);
});

test('railway.json wins over railway.toml, with a warning', () => {
  const tree = {
    ...config({ deploy: { startCommand: 'a' } }),
    'railway.toml': { deploy: { startCommand: 'b' } },
  };
  const plan = planOf(tree);
  expect(startLine(plan)).toBe('sh: a');
  expect(plan.warnings).toEqual(['railway.toml is ignored, because there is a railway.json too.']);
});

test('settings of the environment go on top', () => {
  const environments = { staging: { deploy: { startCommand: 'b', healthcheckPath: null } } };
  const tree = config({
    deploy: { startCommand: 'a', healthcheckPath: 'up', healthcheckTimeout: 5 },
    environments,
  });
  expect(startLine(planOf(tree))).toBe('sh: a');
  expect(planOf(tree).health_check).toEqual({ path: '/up', timeout_s: 5 });
  const staging = planOf(tree, { environment_kind: 'staging' });
  expect(startLine(staging)).toBe('sh: b');
  expect(staging.health_check).toEqual({ path: null, timeout_s: 5 });
  expect(startLine(planOf(tree, { environment_kind: 'constructor' }))).toBe('sh: a');
});

test('a start command is enough for a repository without a language', () => {
  const plan = planOf({ 'railway.json': { deploy: { startCommand: './run' } } });
  expect([plan.provider, startLine(plan)]).toEqual(['shell', 'sh: ./run']);
});

test('asking for a Dockerfile that is not there is a warning', () => {
  const plan = planOf(config({ build: { builder: 'DOCKERFILE' } }));
  expect(plan.warnings).toEqual([expect.stringContaining('asks for a Dockerfile')]);
});

test.each([
  [{ deploy: { healthcheckTimeout: '30' } }, 'deploy.healthcheckTimeout'],
  [{ deploy: { healthcheckTimeout: 0 } }, 'deploy.healthcheckTimeout'],
  [{ deploy: { restartPolicyType: 'SOMETIMES' } }, 'deploy.restartPolicyType'],
  [{ deploy: { restartPolicyMaxRetries: -1 } }, 'deploy.restartPolicyMaxRetries'],
  [{ deploy: { preDeployCommand: 7 } }, 'deploy.preDeployCommand'],
  [{ build: { buildCommand: ['x'] } }, 'build.buildCommand'],
  [{ build: 'x' }, 'build'],
  [{ environments: { pr: { deploy: [] } } }, 'environments.pr.deploy'],
])('%j is invalid, and the field is named', (value, field) => {
  const { reason, message } = failureOf(config(value));
  expect(reason).toBe('invalid_config');
  expect(message.startsWith(`railway.json: ${field}: `)).toBe(true);
});

test('a file that can not be parsed is named', () => {
  expect(failureOf(config(new Error('is not valid JSON: x')))).toMatchObject({
    reason: 'invalid_config',
    message: 'railway.json: is not valid JSON: x',
  });
  expect(failureOf(config([])).message).toMatch(/^railway\.json: /);
});
