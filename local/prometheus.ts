import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CircuitMetrics } from '../functions/runtime/circuit-report.ts';
import type { HttpMetrics } from '../functions/runtime/dependencies.ts';
import { CIRCUIT_CHANGES } from '../src/contracts/metrics.ts';
import { type DeploymentMetrics, PLAN } from '../src/domain/metrics/index.ts';

/** What the apps of one project use right now. */
export interface ResourceUsage {
  readonly project_id: string;
  readonly cpu_cores: number;
  readonly memory_gb: number;
  readonly storage_gb: number;
}

/** The brief's metric families, and those of circuits, as Prometheus text. */
export interface PrometheusMetrics extends HttpMetrics, DeploymentMetrics, CircuitMetrics {
  readonly content_type: string;
  render(): Promise<string>;
}

const REGION = 'local';

/** @param active_projects - how many projects there were when the platform started
 *  @param readUsage - asked at each scrape */
export function createPrometheusMetrics(
  active_projects: number,
  readUsage: () => Promise<readonly ResourceUsage[]>,
): PrometheusMetrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: 'railway_http_requests_total',
    help: 'Requests answered by the API',
    labelNames: ['method', 'endpoint', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'railway_http_request_duration_seconds',
    help: 'Time to answer a request',
    labelNames: ['method', 'endpoint'],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const deployments = new Counter({
    name: 'railway_deployments_total',
    help: 'Deployments that ended',
    labelNames: ['status', 'project_id', 'environment'],
    registers,
  });
  const deployment_durations = new Histogram({
    name: 'railway_deployment_duration_seconds',
    help: 'Time that successful deployments took',
    labelNames: ['project_id', 'environment'],
    buckets: [30, 60, 120, 300, 600, 1200, 1800, 3600],
    registers,
  });
  const circuits = new Counter({
    name: CIRCUIT_CHANGES,
    help: 'Changes of circuit breakers, by the state that they came to',
    // No host: users name those, and each would be a series of its own.
    labelNames: ['upstream', 'state'],
    registers,
  });
  const projects = new Gauge({
    name: 'railway_active_projects',
    help: 'Projects that exist',
    labelNames: ['region', 'plan'],
    registers,
  });
  projects.set({ region: REGION, plan: PLAN }, active_projects);
  new Gauge({
    name: 'railway_resource_usage',
    help: 'What apps use right now',
    labelNames: ['project_id', 'resource_type', 'unit'],
    registers,
    async collect() {
      this.reset();
      for (const usage of await readUsage()) {
        const { project_id } = usage;
        this.set({ project_id, resource_type: 'cpu', unit: 'cores' }, usage.cpu_cores);
        this.set({ project_id, resource_type: 'memory', unit: 'gb' }, usage.memory_gb);
        this.set({ project_id, resource_type: 'storage', unit: 'gb' }, usage.storage_gb);
      }
    },
  });

  return {
    content_type: registry.contentType,
    render: () => registry.metrics(),
    observeRequest({ method, endpoint, status }, seconds) {
      requests.inc({ method, endpoint, status: String(status) });
      durations.observe({ method, endpoint }, seconds);
    },
    countDeployment: (labels) => deployments.inc({ ...labels }),
    observeDuration: (labels, seconds) => deployment_durations.observe({ ...labels }, seconds),
    countCircuitChange: ({ upstream, state }) => circuits.inc({ upstream, state }),
    addActiveProjects: (amount) => projects.inc({ region: REGION, plan: PLAN }, amount),
  };
}
