import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { bindTask } from '../../../../functions/runtime/aws/bind-task.ts';
import type { Task } from '../../../../functions/runtime/task.ts';
import { createTestPipeline } from '../../../support/pipeline.ts';

const CONTEXT = {
  functionName: 'branchline-dev-prepare',
  getRemainingTimeInMillis: () => 60_000,
} as Context;

function bound(task: Task, flush: () => Promise<void>) {
  const { deps, logger } = createTestPipeline();
  const logs = { ...deps.logs, flush, read: async () => ({ lines: [], next: 0 }) };
  return {
    logger,
    call: bindTask(
      async () => ({ ...deps, logs }),
      () => task,
    ),
  };
}

const full = async () => {
  throw new Error('no room for the log');
};

describe('a task on Lambda', () => {
  it('answers after its log lines are written', async () => {
    let flushed = false;
    const { call } = bound(
      async () => 'done',
      async () => {
        flushed = true;
      },
    );
    expect(await call({}, CONTEXT)).toBe('done');
    expect(flushed).toBe(true);
  });

  it('keeps its answer, and its failure, when they can not be', async () => {
    const good = bound(async () => 'done', full);
    expect(await good.call({}, CONTEXT)).toBe('done');
    expect(good.logger.text()).toContain('no room for the log');
    const fail: Task = async () => {
      throw new Error('build_failed');
    };
    await expect(bound(fail, full).call({}, CONTEXT)).rejects.toThrow('build_failed');
  });
});
