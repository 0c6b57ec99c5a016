import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS_NAMESPACE } from '../../../src/contracts/metrics.ts';
import { type DeploymentMetrics, PLAN } from '../../../src/domain/metrics/index.ts';

/** Environments that a dimension names; people name others as they like, which would make a set of each name. */
const ENVIRONMENT_KINDS = ['production', 'staging', 'development'];

/** The brief's deployment families as EMF. Each set of dimensions costs $0.30 a month, so the project is a property of the
 *  log line and no dimension. The number of projects is what dashboards add up from its changes.
 *  @param region - the function's own */
export function createEmfDeploymentMetrics(region: string): DeploymentMetrics {
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: 'deployments' });
  const publish = (
    dimensions: Readonly<Record<string, string>>,
    metadata: Readonly<Record<string, string>>,
    name: string,
    unit: (typeof MetricUnit)[keyof typeof MetricUnit],
    value: number,
  ): void => {
    const single = metrics.singleMetric();
    for (const [dimension, text] of Object.entries(dimensions)) single.addDimension(dimension, text);
    for (const [property, text] of Object.entries(metadata)) single.addMetadata(property, text);
    single.addMetric(name, unit, value);
  };
  return {
    countDeployment: ({ status, project_id, environment }) =>
      publish(
        { status, environment: kindOf(environment) },
        { project_id, environment_name: environment },
        'railway_deployments_total',
        MetricUnit.Count,
        1,
      ),
    observeDuration: ({ project_id, environment }, seconds) =>
      publish(
        { environment: kindOf(environment) },
        { project_id, environment_name: environment },
        'railway_deployment_duration_seconds',
        MetricUnit.Seconds,
        seconds,
      ),
    addActiveProjects: (amount) =>
      publish({ region, plan: PLAN }, {}, 'railway_active_projects', MetricUnit.Count, amount),
  };
}

function kindOf(environment: string): string {
  return ENVIRONMENT_KINDS.includes(environment) ? environment : 'other';
}
