import { awaitRollout, type PipelineDependencies } from '../../src/domain/deployments/index.ts';
import { deployInputSchema } from '../../state-machines/catalog.ts';
import { createTask, type Task } from '../runtime/task.ts';

/** Asks once how the rollout is getting on; Retry asks again. */
export function createAwaitRolloutTask(deps: PipelineDependencies): Task {
  return createTask(deployInputSchema, (input, context) => awaitRollout(deps, input, context));
}
