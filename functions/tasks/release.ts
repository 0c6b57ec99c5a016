import { type PipelineDependencies, startRelease } from '../../src/domain/deployments/index.ts';
import { deployInputSchema } from '../../state-machines/catalog.ts';
import { createTask, type Task } from '../runtime/task.ts';

/** Starts the release beside the one that serves. */
export function createReleaseTask(deps: PipelineDependencies): Task {
  return createTask(deployInputSchema, (input) => startRelease(deps, input));
}
