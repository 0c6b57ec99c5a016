import type { DomainEvent, EventConsumer } from '../shared/events.ts';
import { loadDeployment } from './lifecycle.ts';
import type { PipelineDependencies } from './pipeline/dependencies.ts';
import { discardOutput } from './pipeline/output.ts';
import { closeSteps, say } from './pipeline/step.ts';
import type { DeploymentKey, Workflow } from './ports.ts';

/** Queued: starts the deployment's execution. A duplicate finds it started. */
export function createDeploymentStarter(workflow: Workflow): EventConsumer {
  return {
    async handle(event) {
      await workflow.start(keyOf(event));
    },
  };
}

/** Cancelled: stops the execution and whatever it had started. */
export function createDeploymentStopper(
  deps: Pick<
    PipelineDependencies,
    'compute' | 'deployments' | 'source' | 'images' | 'clock' | 'logs' | 'logger'
  >,
  workflow: Workflow,
): EventConsumer {
  return {
    async handle(event) {
      const key = keyOf(event);
      await workflow.stop(key.deployment_id, 'cancelled');
      await deps.compute.stop(key.deployment_id);
      await discardOutput(deps, await loadDeployment(deps, key));
      await closeSteps(deps, key, 'cancelled');
      say(deps, key, 'deploy', 'Cancelled', 'warn');
    },
  };
}

function keyOf(event: DomainEvent): DeploymentKey {
  return { tenant_id: event.tenant_id, deployment_id: String(event.data['deployment_id']) };
}
