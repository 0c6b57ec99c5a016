import { beforeEach, describe, expect, test } from 'vitest';
import {
  cancelDeployment,
  type DeploymentKey,
  prepare,
  publishImage,
  recordFailure,
} from '../../../../src/domain/deployments/index.ts';
import { createTestPipeline, OWNER, type TestPipeline } from '../../../support/pipeline.ts';

let pipeline: TestPipeline;
let key: DeploymentKey;
beforeEach(async () => {
  pipeline = createTestPipeline();
  key = await pipeline.queue(await pipeline.createProject());
  await prepare(pipeline.deps, key, {});
  pipeline.clock.advance(60_000);
});

const NO_LOGS = { read: async () => ({ lines: [], next: 0 }) };

const buildStep = async () =>
  (await pipeline.deps.deployments.listSteps(key)).find(({ name }) => name === 'build');
const buildDuration = async () => (await pipeline.read(key)).build_duration_ms;

describe('the build’s step', () => {
  test('begins when the build is handed over, for nobody tells of its beginning', async () => {
    expect(await buildStep()).toMatchObject({ status: 'running', duration_ms: null });
  });

  test('goes on, with its beginning, where a rerun after a death hands over again', async () => {
    const before = await buildStep();
    await prepare(pipeline.deps, key, {});
    expect(await buildStep()).toEqual(before);
  });

  test('ends when what was built is taken; the builder’s own time is what is paid for', async () => {
    await publishImage(pipeline.deps, key, 45_000);
    expect(await buildStep()).toMatchObject({ status: 'success', duration_ms: 60_000 });
    expect(await buildDuration()).toBe(45_000);
  });

  test('counts as the build’s time where the builder tells none', async () => {
    await publishImage(pipeline.deps, key);
    expect(await buildDuration()).toBe(60_000);
  });

  test('keeps its time when the image is published once more', async () => {
    await publishImage(pipeline.deps, key, 45_000);
    pipeline.clock.advance(60_000);
    await publishImage(pipeline.deps, key, 50_000);
    expect(await buildDuration()).toBe(45_000);
  });

  test('fails with the build, whose time counts too', async () => {
    await recordFailure(pipeline.deps, key, { Error: 'DeploymentFailed.build_failed' });
    expect(await buildStep()).toMatchObject({ status: 'failed', duration_ms: 60_000 });
    expect(await buildDuration()).toBe(60_000);
    expect(pipeline.memory.events.at(-1)?.data).toMatchObject({ build_duration_ms: 60_000 });
  });

  test('that failed is paid for by its builder’s own time, where that is told', async () => {
    await recordFailure(pipeline.deps, key, { Error: 'DeploymentFailed.build_failed' }, 0);
    expect(await buildDuration()).toBe(0);
  });

  test('is cancelled with its deployment', async () => {
    await cancelDeployment({ ...pipeline.deps, logs: NO_LOGS }, OWNER, key.deployment_id);
    await recordFailure(pipeline.deps, key, { Error: 'DeploymentEnded' });
    expect(await buildStep()).toMatchObject({ status: 'cancelled' });
  });
});
