import { type PipelineDependencies, recordFailure } from '../../src/domain/deployments/index.ts';
import { failureInputSchema } from '../../state-machines/catalog.ts';
import { createTask, type Task } from '../runtime/task.ts';

/** Records why the deployment failed, stops what it had started, and frees the lock. */
export function createRecordFailureTask(deps: PipelineDependencies): Task {
  return createTask(failureInputSchema, (input) => recordFailure(deps, input, input.error));
}
