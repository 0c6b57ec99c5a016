import { beforeEach, describe, expect, test } from 'vitest';
import {
  cancelDeployment,
  DeploymentFailedError,
  FAILURE_REASONS,
  type FailureReason,
  recordFailure,
  settleInterrupted,
} from '../../../../src/domain/deployments/index.ts';
import {
  createTestPipeline,
  OWNER,
  type PipelineScript,
  type TestPipeline,
} from '../../../support/pipeline.ts';
import { runTasks } from '../../../support/run-tasks.ts';
import { COMMIT, nodeSource } from '../../../support/things.ts';

let pipeline: TestPipeline;
beforeEach(() => {
  pipeline = createTestPipeline();
});

const failure = (reason: FailureReason) => new DeploymentFailedError(reason, 'Particulars.');
const empty = { commit: COMMIT, snapshot: { ...nodeSource(), files: [], documents: {} } };
const broken = {
  commit: COMMIT,
  snapshot: {
    ...nodeSource(),
    documents: { 'package.json': { kind: 'invalid' as const, reason: 'Unexpected token' } },
  },
};

interface Case {
  readonly reason: FailureReason;
  readonly step: string;
  readonly change: Partial<PipelineScript>;
}

const CASES: readonly Case[] = [
  ...(['repository_not_found', 'repository_too_large', 'ref_not_found', 'storage_full'] as const).map(
    (reason) => ({
      reason,
      step: 'prepare',
      change: { source: failure(reason) },
    }),
  ),
  { reason: 'nothing_detected', step: 'prepare', change: { source: empty } },
  { reason: 'invalid_config', step: 'prepare', change: { source: broken } },
  { reason: 'internal', step: 'prepare', change: { source: new Error('secret detail') } },
  { reason: 'storage_full', step: 'publish_image', change: { image: failure('storage_full') } },
  { reason: 'pre_deploy_failed', step: 'pre_deploy', change: { one_off: failure('pre_deploy_failed') } },
  { reason: 'out_of_memory', step: 'pre_deploy', change: { one_off: failure('out_of_memory') } },
  { reason: 'internal', step: 'release', change: { release: new Error('secret detail') } },
  ...(['app_exited', 'healthcheck_failed', 'wrong_port', 'out_of_memory', 'toolchain_missing'] as const).map(
    (reason) => ({
      reason,
      step: 'health_check',
      change: { progress: [{ state: 'failed' as const, reason, detail: 'Particulars.' }] },
    }),
  ),
];

describe.each(CASES)('a deployment that fails at $step with $reason', ({ reason, step, change }) => {
  async function failed() {
    pipeline.script.source = { commit: COMMIT, snapshot: nodeSource({ pre_deploy: true }) };
    Object.assign(pipeline.script, change);
    const project = await pipeline.createProject();
    const key = await pipeline.queue(project);
    await runTasks(pipeline, key);
    return { project, key };
  }

  test('says why, to people, and nothing internal', async () => {
    const { key } = await failed();
    const { status, failure: found, url, is_switched } = await pipeline.read(key);

    expect({ status, url, is_switched }).toEqual({ status: 'failed', url: null, is_switched: false });
    expect(found?.reason).toBe(reason);
    expect(found?.message).not.toBe('');
    expect(JSON.stringify(found)).not.toContain('secret');
    expect(JSON.stringify(pipeline.lines)).not.toContain('secret');
  });

  test('shows the step that failed', async () => {
    const { key } = await failed();

    expect((await pipeline.steps(key)).at(-1)).toBe(`${step} failed`);
  });

  test('stops what it had started, promotes nothing, and frees its service', async () => {
    const { project, key } = await failed();

    expect(pipeline.calls.at(-1)).toBe(`stop ${Number.parseInt(key.deployment_id.slice(-12), 16)}`);
    expect(pipeline.calls.some((call) => call.startsWith('promote'))).toBe(false);
    expect(await pipeline.queue(project)).toBeDefined();
  });

  test('tells of its failure once, also when recording it is repeated', async () => {
    const { key } = await failed();
    await recordFailure(pipeline.deps, key, { Error: 'DeploymentFailed.build_failed', Cause: 'other' });

    expect(pipeline.eventTypes().filter((type) => type === 'deployment.failed')).toHaveLength(1);
    expect((await pipeline.read(key)).failure?.reason).toBe(reason);
  });
});

test('an error of ours is logged with its cause for the operator', async () => {
  pipeline.script.release = new Error('secret detail');
  await runTasks(pipeline, await pipeline.queue(await pipeline.createProject()));

  expect(pipeline.logger.text()).toContain('secret detail');
});

test('an address in the cause of an error is not logged: it may be a credential', async () => {
  const key = await pipeline.queue(await pipeline.createProject());
  const Cause = '{"Value":"https://bucket.example.com/job?signature=secret"}';
  await recordFailure(pipeline.deps, key, { Error: 'States.TaskFailed', Cause });

  expect(pipeline.logger.text()).toContain('States.TaskFailed');
  expect(pipeline.logger.text()).not.toContain('secret');
});

test('a failure that is the user’s is no error in the operator’s log', async () => {
  pipeline.script.source = failure('ref_not_found');
  await runTasks(pipeline, await pipeline.queue(await pipeline.createProject()));

  expect(pipeline.logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
});

test('a deployment of a project that was deleted fails', async () => {
  const project = await pipeline.createProject();
  const key = await pipeline.queue(project);
  pipeline.memory.database.exec("DELETE FROM items WHERE sk LIKE 'PROJECT#%'");

  expect(await runTasks(pipeline, key)).toBe('DeploymentFailed.internal');
  expect((await pipeline.read(key)).failure?.message).toContain('The project was deleted.');
});

test('an interrupted deployment is settled as such, and only once', async () => {
  const key = await pipeline.queue(await pipeline.createProject());
  await runTasks(pipeline, key, 'Release');
  await settleInterrupted(pipeline.deps, key);
  await settleInterrupted(pipeline.deps, key);

  expect(await pipeline.read(key)).toMatchObject({
    status: 'failed',
    failure: { reason: 'interrupted', message: FAILURE_REASONS.interrupted },
  });
  expect(pipeline.eventTypes().filter((type) => type === 'deployment.failed')).toHaveLength(1);
});

test('a switch that a death kept from the traffic, and whose release does not come up again, has failed', async () => {
  const key = await pipeline.queue(await pipeline.createProject());
  await runTasks(pipeline, key, 'SwitchRoute');
  pipeline.script.progress = [{ state: 'failed', reason: 'app_exited', detail: 'exit code 1' }];
  await recordFailure(pipeline.deps, key, { Error: 'DeploymentFailed.app_exited', Cause: 'It ended.' });

  expect(await pipeline.read(key)).toMatchObject({
    status: 'failed',
    is_switched: false,
    failure: { reason: 'app_exited', message: 'It ended.' },
  });
});

describe('a deployment that is cancelled', () => {
  const POINTS = ['fetch', 'publish', 'runOneOff', 'release', 'progress'] as const;

  test.each(POINTS)('during %s goes no further, and stays cancelled', async (point) => {
    pipeline.script.source = { commit: COMMIT, snapshot: nodeSource({ pre_deploy: true }) };
    const project = await pipeline.createProject();
    const key = await pipeline.queue(project);
    pipeline.script.onCall = async (name) => {
      if (name === point) await cancel(key.deployment_id);
    };

    expect(await runTasks(pipeline, key)).toBe('DeploymentEnded');

    expect(await pipeline.read(key)).toMatchObject({
      status: 'cancelled',
      failure: null,
      is_switched: false,
    });
    const last = pipeline.calls.filter((call) => !call.startsWith('stop ')).at(-1);
    expect(last).toMatch(new RegExp(`^${point} `));
    expect(pipeline.calls.at(-1)).toMatch(/^stop /);
    expect(pipeline.eventTypes().at(-1)).toBe('deployment.cancelled');
    expect((await pipeline.steps(key)).filter((step) => step.endsWith('running'))).toEqual([]);
    expect(await pipeline.queue(project)).toBeDefined();
  });

  test('is no error in the operator’s log', async () => {
    const key = await pipeline.queue(await pipeline.createProject());
    await cancel(key.deployment_id);
    await runTasks(pipeline, key);

    expect(pipeline.logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('at the moment of the switch is either cancelled or served, never both', async () => {
    const key = await pipeline.queue(await pipeline.createProject());
    await runTasks(pipeline, key, 'AwaitRollout');
    const [cancelled] = await Promise.allSettled([cancel(key.deployment_id), runTasks(pipeline, key)]);

    const { status, is_switched } = await pipeline.read(key);
    expect({ status, is_switched }).toEqual(
      cancelled.status === 'fulfilled'
        ? { status: 'cancelled', is_switched: false }
        : { status: 'success', is_switched: true },
    );
  });
});

async function cancel(deployment_id: string): Promise<void> {
  const logs = { read: async () => ({ lines: [], next: 0 }) };
  await cancelDeployment({ ...pipeline.deps, logs }, OWNER, deployment_id);
}
