import { beforeEach, describe, expect, test } from 'vitest';
import {
  cancelDeployment,
  DeploymentFailedError,
  type DeploymentKey,
  prepare,
  recordFailure,
  recordSuccess,
  settleInterrupted,
  startRelease,
} from '../../../../src/domain/deployments/index.ts';
import type { Project } from '../../../../src/domain/projects/index.ts';
import type { DeployTask } from '../../../../state-machines/catalog.ts';
import { expectCode } from '../../../support/errors.ts';
import { createTestPipeline, OWNER, type TestPipeline } from '../../../support/pipeline.ts';
import { runTasks } from '../../../support/run-tasks.ts';
import { COMMIT, nodeSource } from '../../../support/things.ts';

const STATES: readonly DeployTask[] = [
  'Prepare',
  'PublishImage',
  'PreDeploy',
  'Release',
  'AwaitRollout',
  'SwitchRoute',
  'RecordSuccess',
];

let pipeline: TestPipeline;
let project: Project;
let key: DeploymentKey;
beforeEach(async () => {
  pipeline = createTestPipeline();
  pipeline.script.source = { commit: COMMIT, snapshot: nodeSource({ pre_deploy: true }) };
  project = await pipeline.createProject({ environment: { VERSION: 'one' } });
  key = await pipeline.queue(project);
});

const callsOf = (name: string) => pipeline.calls.filter((call) => call.startsWith(`${name} `)).length;

describe('run again from the start', () => {
  test.each(STATES)('after a death behind %s, it comes to the same end', async (state) => {
    await runTasks(pipeline, key, state);
    const rerun = await runTasks(pipeline, key);

    expect(rerun).toBe(state === 'RecordSuccess' ? 'DeploymentEnded' : undefined);
    expect(await pipeline.read(key)).toMatchObject({
      status: 'success',
      url: 'http://shop.test',
      failure: null,
    });
    expect(pipeline.eventTypes().filter((type) => type === 'deployment.succeeded')).toHaveLength(1);
    expect(callsOf('publish')).toBe(1);
  });

  test('it keeps the release it had frozen, whatever changed since', async () => {
    await runTasks(pipeline, key, 'PublishImage');
    pipeline.script.source = { commit: { ...COMMIT, sha: 'b'.repeat(40) }, snapshot: nodeSource() };
    await runTasks(pipeline, key);

    expect((await pipeline.read(key)).commit).toBe(COMMIT.sha);
  });

  test('a step keeps its start when it is run again, and lasts until its end', async () => {
    await prepare(pipeline.deps, key, {});
    await pipeline.deps.deployments.writeStep(key, {
      name: 'release',
      status: 'running',
      started_at: pipeline.clock.now().toISOString(),
      duration_ms: null,
    });
    pipeline.clock.advance(5000);
    await runTasks(pipeline, key);

    const steps = await pipeline.deps.deployments.listSteps(key);
    expect(steps.find(({ name }) => name === 'release')?.duration_ms).toBe(5000);
  });
});

describe('once traffic goes to it', () => {
  beforeEach(async () => {
    await runTasks(pipeline, key, 'SwitchRoute');
  });

  test('whatever fails afterwards, it succeeded', async () => {
    await recordFailure(pipeline.deps, key, { Error: 'States.Timeout' });

    expect(await pipeline.read(key)).toMatchObject({
      status: 'success',
      url: 'http://shop.test',
      failure: null,
    });
    expect(callsOf('stop')).toBe(0);
  });

  test('an interruption is a success too', async () => {
    await settleInterrupted(pipeline.deps, key);

    expect((await pipeline.read(key)).status).toBe('success');
  });

  test('a rerun fetches, builds and migrates nothing again', async () => {
    const before = pipeline.calls.length;
    await runTasks(pipeline, key);

    expect(pipeline.calls.slice(before).map((call) => call.split(' ')[0])).toEqual([
      'release',
      'progress',
      'promote',
    ]);
  });

  test('a rerun that fails leaves it a success, with its service free', async () => {
    pipeline.script.source = new DeploymentFailedError('repository_not_found');
    pipeline.script.release = new Error('no');
    await runTasks(pipeline, key);

    expect((await pipeline.read(key)).status).toBe('success');
    expect(await pipeline.queue(project)).toBeDefined();
  });

  test('it can no longer be cancelled', async () => {
    const deps = { ...pipeline.deps, logs: { read: async () => ({ lines: [], next: 0 }) } };

    await expectCode(cancelDeployment(deps, OWNER, key.deployment_id), 'DEPLOYMENT_NOT_CANCELLABLE');
    expect((await pipeline.read(key)).status).toBe('deploying');
  });

  test('it ends also when its project is deleted in that moment', async () => {
    await pipeline.deps.services.removeAll(key.tenant_id, project.id);
    await recordSuccess(pipeline.deps, key);

    expect(await pipeline.read(key)).toMatchObject({ status: 'success', url: null });
  });
});

test('a death between the store’s switch and the traffic’s is mended by the rerun', async () => {
  pipeline.script.promote = new Error('killed');
  await runTasks(pipeline, key, 'AwaitRollout');
  const { deployments, services } = pipeline.deps;
  const service = await services.find({
    tenant_id: key.tenant_id,
    project_id: project.id,
    name: 'web',
    environment: 'production',
  });
  const current = await pipeline.read(key);
  if (service === undefined) expect.fail('there is a service');
  await deployments.switchService(service, current, {
    ...current,
    is_switched: true,
    version: current.version + 1,
  });
  pipeline.script.promote = undefined;

  await runTasks(pipeline, key);

  expect(callsOf('promote')).toBe(1);
  expect((await pipeline.read(key)).status).toBe('success');
});

test('an app that is cancelled while it is being started does not stay', async () => {
  const deps = { ...pipeline.deps, logs: { read: async () => ({ lines: [], next: 0 }) } };
  pipeline.script.onCall = async (name) => {
    if (name === 'release') await cancelDeployment(deps, OWNER, key.deployment_id);
  };
  await runTasks(pipeline, key, 'PublishImage');
  const before = pipeline.calls.length;

  await expect(startRelease(pipeline.deps, key)).rejects.toMatchObject({ name: 'DeploymentEnded' });
  expect(pipeline.calls.slice(before).map((call) => call.split(' ')[0])).toEqual(['release', 'stop']);
});
