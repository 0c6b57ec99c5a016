import { type PipelineDependencies, publishImage } from '../../src/domain/deployments/index.ts';
import { builtInputSchema } from '../../state-machines/catalog.ts';
import { createTask, type Task } from '../runtime/task.ts';

/** Ends the build's step, and turns what was built into an image. */
export function createPublishImageTask(deps: PipelineDependencies): Task {
  return createTask(builtInputSchema, (input) => publishImage(deps, input, input.build?.duration_ms));
}
