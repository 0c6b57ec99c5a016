import type { Deployment, ServiceKey } from '../model.ts';

/** The service's key as a deployment names it. */
export function serviceKey(deployment: Deployment): ServiceKey {
  return {
    tenant_id: deployment.tenant_id,
    project_id: deployment.project_id,
    name: deployment.service,
    environment: deployment.environment,
  };
}
