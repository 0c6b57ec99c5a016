import type { Context } from 'aws-lambda';
import { memoize } from '../../../src/adapters/system/memoize.ts';
import type { DeploymentLogs, PipelineDependencies } from '../../../src/domain/deployments/index.ts';
import type { Task } from '../task.ts';

// For what a task writes when it is told that its time is over.
const RESERVE_MS = 5000;

/** A task as Step Functions calls it: composed on the first call, told when its time is nearly over, and its log lines are
 *  written before it answers, since an instance may be frozen then for good. */
export function bindTask(
  compose: () => Promise<PipelineDependencies & { readonly logs: DeploymentLogs }>,
  createTask: (deps: PipelineDependencies) => Task,
) {
  const load = memoize(async () => {
    const pipeline = await compose();
    return { run: createTask(pipeline), logs: pipeline.logs, logger: pipeline.logger };
  });
  return async (input: unknown, context: Context): Promise<unknown> => {
    const { run, logs, logger } = await load();
    const left_ms = Math.max(0, context.getRemainingTimeInMillis() - RESERVE_MS);
    try {
      return await run(input, { signal: AbortSignal.timeout(left_ms) });
    } finally {
      // Thrown from here, it would take the place of what the task answered or of why it failed.
      await logs.flush().catch((error: unknown) => {
        logger.error('log lines of a deployment were lost', { error });
      });
    }
  };
}
