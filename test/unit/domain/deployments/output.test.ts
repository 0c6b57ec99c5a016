import { beforeEach, describe, expect, test } from 'vitest';
import { DeploymentFailedError } from '../../../../src/domain/deployments/index.ts';
import { createTestPipeline, numberOf, type TestPipeline } from '../../../support/pipeline.ts';
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
