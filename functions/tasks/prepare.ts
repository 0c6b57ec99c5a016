import { type PipelineDependencies, prepare } from '../../src/domain/deployments/index.ts';
import { deployInputSchema } from '../../state-machines/catalog.ts';
import { createTask, type Task } from '../runtime/task.ts';

/** Resolves the commit, stores the source, plans the build, freezes the release. */
export function createPrepareTask(deps: PipelineDependencies): Task {
  return createTask(deployInputSchema, (input, context) => prepare(deps, input, context));
}
