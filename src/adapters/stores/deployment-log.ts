import type { DeploymentStore } from '../../domain/deployments/index.ts';
import type { DomainEvent } from '../../domain/shared/events.ts';
import type { Logger } from '../../domain/shared/ports.ts';

/** A deployment store that logs each event of a deployment once it is written (the brief's deployment log). */
export function logDeploymentEvents(store: DeploymentStore, logger: Logger): DeploymentStore {
  return {
    ...store,
    async create(deployment, events) {
      await store.create(deployment, events);
      for (const event of events) logEvent(logger, event);
    },
    async replace(previous, next, events, options) {
      await store.replace(previous, next, events, options);
      for (const event of events) logEvent(logger, event);
    },
  };
}

function logEvent(logger: Logger, { type, data, tenant_id }: DomainEvent): void {
  const { project_id, deployment_id, ...metadata } = data;
  logger.info('deployment', {
    component: 'deployment',
    event: type,
    project_id,
    deployment_id,
    tenant: tenant_id,
    metadata,
  });
}
