import {
  type CaughtError,
  type PipelineDependencies,
  recordFailure,
} from '../../src/domain/deployments/index.ts';
import { failureInputSchema } from '../../state-machines/catalog.ts';
import { createTask, type Task } from '../runtime/task.ts';

/** Records why the deployment failed, stops what it had started, and frees the lock.
 *  @param translate - gives errors of the platform's other services the pipeline's own names */
export function createRecordFailureTask(
  deps: PipelineDependencies,
  translate: (caught: CaughtError) => CaughtError = (caught) => caught,
): Task {
  return createTask(failureInputSchema, ({ error, ...key }) =>
    recordFailure(deps, key, translate(error), error.build_duration_ms),
  );
}
