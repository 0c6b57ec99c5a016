import { afterAll, beforeAll, expect, test } from 'vitest';
import { railwayJson, textApp } from '../support/platform-apps.ts';
import { type Refusals, startRefusals } from '../support/platform-refusals.ts';

const MIB = 1024 ** 2;
const HOG = 'const held = []; setInterval(() => held.push(Buffer.alloc(16 * 1024 ** 2, 1)), 25);';

let refusals: Refusals;

beforeAll(async () => {
  refusals = await startRefusals({
    build_timeout_ms: 800,
    build_memory_bytes: 160 * MIB,
    app_memory_bytes: 160 * MIB,
    memory_interval_ms: 50,
    pre_deploy_timeout_ms: 2000,
    stop_grace_ms: 300,
  });
});
afterAll(() => refusals?.remove());

const built = (buildCommand: string) => ({
  ...textApp('never'),
  'railway.json': railwayJson({}, { buildCommand }),
});

test('a build that takes too long is ended with all that it started, whether it wants to or not', async () => {
  const files = built("trap '' TERM; sleep 300 & while :; do sleep 300; done");
  const { failure } = await refusals.refuse(files, 'build_timeout');
  expect(failure?.message).toContain('The limit is 0.8 s');
});

test('a pre-deploy command that takes too long', async () => {
  const files = textApp('never', { preDeployCommand: 'sleep 300' });
  const { failure } = await refusals.refuse(files, 'pre_deploy_failed');
  expect(failure?.message).toContain('longer than 2 s');
});

test('an app that eats its memory before it is healthy', async () => {
  const files = { 'server.js': HOG, 'railway.json': railwayJson({ healthcheckTimeout: 60 }) };
  const { failure } = await refusals.refuse(files, 'out_of_memory');
  expect(failure?.message).toContain('160 MiB');
});

test('a pre-deploy command that eats its memory', async () => {
  const files = { ...textApp('never', { preDeployCommand: 'node hog.js' }), 'hog.js': HOG };
  expect((await refusals.refuse(files, 'out_of_memory')).failure?.message).toContain('160 MiB');
});
