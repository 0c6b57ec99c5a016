import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { DeploymentMetrics } from '../../../src/domain/metrics/index.ts';
import { METRICS_NAMESPACE } from './http-metrics.ts';

/** The brief's deployment families as EMF. Each set of dimensions costs $0.30 a month, so the project is a property of the
 *  log line and no dimension. The number of projects is what dashboards add up from its changes. */
export function createEmfDeploymentMetrics(): DeploymentMetrics {
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
      publish({ status, environment }, { project_id }, 'railway_deployments_total', MetricUnit.Count, 1),
    observeDuration: ({ project_id, environment }, seconds) =>
      publish(
        { environment },
        { project_id },
        'railway_deployment_duration_seconds',
        MetricUnit.Seconds,
        seconds,
      ),
    addActiveProjects: (amount) => publish({}, {}, 'railway_active_projects', MetricUnit.Count, amount),
  };
}
