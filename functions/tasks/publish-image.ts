import { type PipelineDependencies, publishImage } from '../../src/domain/deployments/index.ts';
import { deployInputSchema } from '../../state-machines/catalog.ts';
import { createTask, type Task } from '../runtime/task.ts';

/** Turns the finished build into an image. */
export function createPublishImageTask(deps: PipelineDependencies): Task {
  return createTask(deployInputSchema, (input) => publishImage(deps, input));
}
