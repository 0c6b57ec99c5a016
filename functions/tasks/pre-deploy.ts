import { type PipelineDependencies, runPreDeploy } from '../../src/domain/deployments/index.ts';
import { deployInputSchema } from '../../state-machines/catalog.ts';
import { createTask, type Task } from '../runtime/task.ts';

/** Runs the pre-deploy commands in the new image. */
export function createPreDeployTask(deps: PipelineDependencies): Task {
  return createTask(deployInputSchema, (input, context) => runPreDeploy(deps, input, context));
}
