import { deployInputSchema } from '../../state-machines/catalog.ts';
import { runPreDeploy, type PipelineDependencies } from '../../src/domain/deployments/index.ts';
import { createTask, type Task } from '../runtime/task.ts';

/** Runs the pre-deploy commands in the new image. */
export function createPreDeployTask(deps: PipelineDependencies): Task {
  return createTask(deployInputSchema, (input, context) => runPreDeploy(deps, input, context));
}
