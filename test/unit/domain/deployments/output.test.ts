import { beforeEach, describe, expect, test } from 'vitest';
import {
  cancelDeployment,
  DeploymentFailedError,
  publishImage,
  settleInterrupted,
} from '../../../../src/domain/deployments/index.ts';
import { createTestPipeline, numberOf, OWNER, type TestPipeline } from '../../../support/pipeline.ts';
import { runTasks } from '../../../support/run-tasks.ts';

let pipeline: TestPipeline;
beforeEach(() => {
  pipeline = createTestPipeline();
});

describe('what a deployment stored', () => {
  test('is removed when it fails: its source, and its image', async () => {
    pipeline.script.release = new DeploymentFailedError('internal');
    const key = await pipeline.queue(await pipeline.createProject());
    await runTasks(pipeline, key);

    const number = numberOf(key.deployment_id);
    expect(pipeline.discarded).toEqual([`source ${number}`, `image ${number}`]);
  });

  test('stays when it succeeds, but for a source that no build took', async () => {
    const key = await pipeline.queue(await pipeline.createProject());
    await runTasks(pipeline, key);

    expect(pipeline.discarded).toEqual([`source ${numberOf(key.deployment_id)}`]);
  });

  test('stays when another one serves by now and its execution’s end is told late', async () => {
    const key = await pipeline.queue(await pipeline.createProject());
    await runTasks(pipeline, key);
    pipeline.script.progress = [{ state: 'failed', reason: 'interrupted', detail: 'It is not running.' }];
    await settleInterrupted(pipeline.deps, key);

    expect(pipeline.discarded).toEqual([`source ${numberOf(key.deployment_id)}`]);
    expect(pipeline.calls.filter((call) => call.startsWith('stop'))).toEqual([]);
    expect((await pipeline.read(key)).status).toBe('success');
  });

  test('is removed also when it is cancelled while its image is being published', async () => {
    const deps = { ...pipeline.deps, logs: { read: async () => ({ lines: [], next: 0 }) } };
    const key = await pipeline.queue(await pipeline.createProject());
    await runTasks(pipeline, key, 'Prepare');
    pipeline.script.onCall = async (name) => {
      if (name === 'publish') await cancelDeployment(deps, OWNER, key.deployment_id);
    };

    await expect(publishImage(pipeline.deps, key)).rejects.toMatchObject({ name: 'DeploymentEnded' });
    expect(pipeline.discarded).toContain(`image ${numberOf(key.deployment_id)}`);
  });

  test.each([undefined, new DeploymentFailedError('internal')])(
    'and can’t be removed does not keep it from ending (failure: %s)',
    async (failure) => {
      pipeline.script.release = failure;
      const key = await pipeline.queue(await pipeline.createProject());
      const refuse = async () => {
        throw new Error('EACCES');
      };
      Object.assign(pipeline.deps.source, { discard: refuse });
      Object.assign(pipeline.deps.images, { discard: refuse });
      await runTasks(pipeline, key);

      expect((await pipeline.read(key)).status).toBe(failure === undefined ? 'success' : 'failed');
      expect(pipeline.logger.text()).toContain('EACCES');
    },
  );
});
