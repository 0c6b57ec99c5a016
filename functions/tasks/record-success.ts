import { type PipelineDependencies, recordSuccess } from '../../src/domain/deployments/index.ts';
import { deployInputSchema } from '../../state-machines/catalog.ts';
import { createTask, type Task } from '../runtime/task.ts';

/** Records the success and frees the lock. */
export function createRecordSuccessTask(deps: PipelineDependencies): Task {
  return createTask(deployInputSchema, (input) => recordSuccess(deps, input));
}
