import process from 'node:process';
import type { Context } from 'aws-lambda';
import { memoize } from '../../../src/adapters/system/memoize.ts';
import { createTracer } from '../../../src/adapters/telemetry/tracer.ts';
import type { DeploymentLogs, PipelineDependencies } from '../../../src/domain/deployments/index.ts';
import type { Task } from '../task.ts';
import { traceTask } from '../traced.ts';
import { shortName } from './environment.ts';
import { runAndFlush } from './flush.ts';

// For what a task writes when it is told that its time is over.
const RESERVE_MS = 5000;

/** A task as Step Functions calls it: composed on the first call, told when its time is nearly over, and its log lines are
 *  written before it answers. */
export function bindTask(
  compose: () => Promise<PipelineDependencies & { readonly logs: DeploymentLogs }>,
  createTask: (deps: PipelineDependencies) => Task,
) {
  const tracer = createTracer(process.env);
  const load = memoize(async () => {
    const pipeline = await compose();
    return { pipeline, run: createTask(pipeline) };
  });
  return async (input: unknown, context: Context): Promise<unknown> => {
    const { pipeline, run } = await load();
    const left_ms = Math.max(0, context.getRemainingTimeInMillis() - RESERVE_MS);
    const task = traceTask(tracer, shortName(context.functionName), run);
    return runAndFlush(pipeline, () => task(input, { signal: AbortSignal.timeout(left_ms) }));
  };
}
