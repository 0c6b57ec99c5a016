import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createEmfCircuitMetrics } from '../../../../functions/runtime/aws/circuit-metrics.ts';
import { createEmfDeploymentMetrics } from '../../../../functions/runtime/aws/deployment-metrics.ts';
import { createEmfHttpMetrics } from '../../../../functions/runtime/aws/http-metrics.ts';

// docs/costs.md: each set is a metric of its own to CloudWatch, at $0.30 a month.
const MAX_SETS = 50;

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
}
type Line = Readonly<Record<string, unknown>> & {
  readonly _aws: { CloudWatchMetrics: readonly Directive[] };
};

let lines: Line[];
beforeEach(() => {
  lines = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(JSON.parse(String(text)) as Line);
    return true;
  });
  return () => vi.restoreAllMocks();
});

/** The metrics of a line, each with its value, its unit and the values of its dimensions. */
function metricsOf(line: Line) {
  return line._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Metrics.flatMap(({ Name, Unit }) =>
      Dimensions.map((names) => ({
        name: `${Namespace} ${Name}`,
        unit: Unit,
        value: line[Name],
        dimensions: Object.fromEntries(names.map((name) => [name, line[name]])),
      })),
    ),
  );
}

test('a request is counted by the class of its status; its route is a property', () => {
  createEmfHttpMetrics().observeRequest({ method: 'GET', endpoint: '/a/{id}', status: 404 }, 0.25);
  expect(lines.flatMap(metricsOf)).toEqual([
    {
      name: 'Branchline railway_http_requests_total',
      unit: 'Count',
      value: 1,
      dimensions: { service: 'api', status: '4xx' },
    },
    {
      name: 'Branchline railway_http_request_duration_seconds',
      unit: 'Seconds',
      value: 0.25,
      dimensions: { service: 'api' },
    },
  ]);
  for (const line of lines) expect(line).toMatchObject({ method: 'GET', endpoint: '/a/{id}' });
  expect(lines[0]).toMatchObject({ status_code: '404' });
});

describe('a deployment', () => {
  const labels = { project_id: 'prj_1', environment: 'production' };

  test('is counted by its status and the kind of its environment; its project is a property', () => {
    const metrics = createEmfDeploymentMetrics('eu-central-1');
    metrics.countDeployment({ ...labels, status: 'success' });
    metrics.observeDuration({ ...labels, environment: 'pr-7' }, 61);
    expect(lines.flatMap(metricsOf)).toEqual([
      {
        name: 'Branchline railway_deployments_total',
        unit: 'Count',
        value: 1,
        dimensions: { service: 'deployments', status: 'success', environment: 'production' },
      },
      {
        name: 'Branchline railway_deployment_duration_seconds',
        unit: 'Seconds',
        value: 61,
        dimensions: { service: 'deployments', environment: 'other' },
      },
    ]);
    expect(lines).toMatchObject([{ project_id: 'prj_1' }, { project_id: 'prj_1', environment_name: 'pr-7' }]);
  });

  test('of a new project changes their number, by region and plan', () => {
    createEmfDeploymentMetrics('eu-central-1').addActiveProjects(-1);
    expect(lines.flatMap(metricsOf)).toMatchObject([
      {
        name: 'Branchline railway_active_projects',
        value: -1,
        dimensions: { region: 'eu-central-1', plan: 'free' },
      },
    ]);
  });
});

test('a change of a circuit is counted by its state; the service and its host are properties', () => {
  createEmfCircuitMetrics().countCircuitChange({ upstream: 'git', host: 'git.example', state: 'open' });
  expect(lines.flatMap(metricsOf)).toEqual([
    {
      name: 'Branchline railway_circuit_changes_total',
      unit: 'Count',
      value: 1,
      dimensions: { state: 'open' },
    },
  ]);
  expect(lines).toMatchObject([{ upstream: 'git', host: 'git.example' }]);
  expect(lines[0]?._aws).toMatchObject({ Timestamp: expect.any(Number) });
});

test('whatever happens, there are no more sets of dimensions than are paid for', () => {
  const http = createEmfHttpMetrics();
  const metrics = createEmfDeploymentMetrics('eu-central-1');
  const circuits = createEmfCircuitMetrics();
  for (let status = 200; status < 600; status += 1) {
    http.observeRequest({ method: `M${status}`, endpoint: `/${status}`, status }, status);
    for (const outcome of ['success', 'failed', 'cancelled']) {
      const labels = {
        project_id: `prj_${status}`,
        environment: status % 2 === 0 ? 'staging' : `pr-${status}`,
      };
      metrics.countDeployment({ ...labels, status: outcome });
      metrics.observeDuration(labels, status);
    }
    metrics.addActiveProjects(1);
    for (const state of ['closed', 'open', 'half_open'] as const) {
      circuits.countCircuitChange({ upstream: `service-${status}`, host: `host-${status}`, state });
    }
  }
  const sets = new Set(
    lines.flatMap(metricsOf).map(({ name, dimensions }) => JSON.stringify([name, dimensions])),
  );
  expect(sets.size).toBeGreaterThan(10);
  expect(sets.size).toBeLessThanOrEqual(MAX_SETS);
});
