import { type PipelineDependencies, switchRoute } from '../../src/domain/deployments/index.ts';
import { deployInputSchema } from '../../state-machines/catalog.ts';
import { createTask, type Task } from '../runtime/task.ts';

/** Sends the service's traffic to the release; drains the one before. */
export function createSwitchRouteTask(deps: PipelineDependencies): Task {
  return createTask(deployInputSchema, (input) => switchRoute(deps, input));
}
