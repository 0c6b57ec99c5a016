import { deployInputSchema } from '../../state-machines/catalog.ts';
import { publishImage, type PipelineDependencies } from '../../src/domain/deployments/index.ts';
import { createTask, type Task } from '../runtime/task.ts';

/** Turns the finished build into an image. */
export function createPublishImageTask(deps: PipelineDependencies): Task {
  return createTask(deployInputSchema, (input) => publishImage(deps, input));
}
