import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS_NAMESPACE } from '../../../src/contracts/metrics.ts';
import type { HttpMetrics } from '../dependencies.ts';

/** The brief's request families as EMF. Each set of dimensions costs $0.30 a month, so only the class of the status is
 *  one; method, endpoint and the exact status are properties of the log line. */
export function createEmfHttpMetrics(): HttpMetrics {
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: 'api' });
  return {
    observeRequest({ method, endpoint, status }, seconds) {
      const single = metrics.singleMetric();
      single.addDimension('status', `${Math.floor(status / 100)}xx`);
      single.addMetadata('method', method);
      single.addMetadata('endpoint', endpoint);
      single.addMetadata('status_code', String(status));
      single.addMetric('railway_http_requests_total', MetricUnit.Count, 1);
      metrics.addMetadata('method', method);
      metrics.addMetadata('endpoint', endpoint);
      metrics.addMetric('railway_http_request_duration_seconds', MetricUnit.Seconds, seconds);
      metrics.publishStoredMetrics();
    },
  };
}
