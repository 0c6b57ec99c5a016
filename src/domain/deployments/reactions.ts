import type { DomainEvent, EventConsumer } from '../shared/events.ts';
import { enterStatus, loadDeployment } from './lifecycle.ts';
import type { PipelineDependencies } from './pipeline/dependencies.ts';
import { discardOutput } from './pipeline/output.ts';
import { closeSteps, say } from './pipeline/step.ts';
import type { DeploymentKey, Workflow } from './ports.ts';
import { isUnderWay } from './transitions.ts';

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

const PAGE = 100;

/** A deleted project: cancels what is under way, stops its apps, frees its host names. */
export function createProjectRemover(
  deps: Pick<PipelineDependencies, 'compute' | 'deployments' | 'services' | 'clock' | 'ids'>,
): EventConsumer {
  return {
    async handle(event) {
      const { tenant_id } = event;
      const project_id = String(event.data['project_id']);
      const { items } = await deps.deployments.list(tenant_id, { project_id }, { limit: PAGE });
      for (const deployment of items.filter((candidate) => isUnderWay(candidate.status))) {
        await enterStatus(deps, { tenant_id, deployment_id: deployment.id }, 'cancelled');
      }
      // Its routes go at once, so its hosts are free before its apps have ended, which takes a while.
      const removed = deps.compute.removeProject(tenant_id, project_id);
      await Promise.all([removed, deps.services.removeAll(tenant_id, project_id)]);
    },
  };
}

function keyOf(event: DomainEvent): DeploymentKey {
  return { tenant_id: event.tenant_id, deployment_id: String(event.data['deployment_id']) };
}
