import { afterAll, beforeAll, expect, test } from 'vitest';
import { railwayJson, textApp } from '../support/platform-apps.ts';
import { type Refusals, startRefusals } from '../support/platform-refusals.ts';

let refusals: Refusals;

beforeAll(async () => {
  refusals = await startRefusals();
});
afterAll(() => refusals?.remove());

test('nothing that says how to build it: what was looked for, and what to add', async () => {
  const { failure } = await refusals.refuse({ 'notes.txt': 'nothing to run' }, 'nothing_detected');
  expect(failure?.message).toMatch(/package\.json.*go\.mod.*Procfile with `web: COMMAND`/s);
});

test('a railway.json that is no JSON, or has a wrong field: which one', async () => {
  const files = { ...textApp('never'), 'railway.json': '{"deploy":' };
  expect((await refusals.refuse(files, 'invalid_config')).failure?.message).toContain('railway.json');

  const wrong = { ...textApp('never'), 'railway.json': '{"deploy":{"healthcheckTimeout":"soon"}}' };
  const { failure } = await refusals.refuse(wrong, 'invalid_config');
  expect(failure?.message).toContain('railway.json');
  expect(failure?.message).toContain('deploy.healthcheckTimeout');
  expect(failure?.message).toMatch(/Correct it/);
});

test('a broken package.json', async () => {
  const { failure } = await refusals.refuse({ 'package.json': '{"name": nothing' }, 'invalid_config');
  expect(failure?.message).toContain('package.json');
});

test('a build command that fails: which, its exit code, and its output in the log', async () => {
  const files = {
    ...textApp('never'),
    'railway.json': railwayJson({}, { buildCommand: 'echo half way; echo went wrong >&2; exit 3' }),
  };
  const { id, failure } = await refusals.refuse(files, 'build_failed');
  expect(failure?.message).toContain('exit code 3');
  expect(failure?.message).toMatch(/build log/);
  const lines = (await refusals.client.log(id)).filter((line) => line.step === 'build');
  expect(lines).toContainEqual(expect.objectContaining({ stream: 'stdout', message: 'half way' }));
  expect(lines).toContainEqual(expect.objectContaining({ stream: 'stderr', message: 'went wrong' }));
});

test('a language whose program the machine lacks: its name, and that it has to be installed', async () => {
  const files = {
    'go.mod': 'module example.com/app\n\ngo 1.20\n',
    'main.go': 'package main\nfunc main() {}\n',
  };
  const { failure } = await refusals.refuse(files, 'toolchain_missing');
  expect(failure?.message).toMatch(/Go is needed: install go/);
});

test('a Dockerfile alone, without an engine to build it', async () => {
  const { failure } = await refusals.refuse({ Dockerfile: 'FROM scratch\n' }, 'toolchain_missing');
  expect(failure?.message).toContain('Dockerfile');
  expect(failure?.message).toMatch(/Procfile/);
});

test('a pre-deploy command that fails: which, and its exit code', async () => {
  const files = textApp('never', { preDeployCommand: 'echo migrating; exit 4' });
  const { id, failure, steps } = await refusals.refuse(files, 'pre_deploy_failed');
  expect(failure?.message).toContain('exit code 4');
  expect(steps.at(-1)?.name).toBe('pre_deploy');
  await refusals.client.logged(id, 'migrating');
});
