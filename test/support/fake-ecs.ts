import {
  type CreateServiceRequest,
  type DeleteServiceRequest,
  type DeleteTaskDefinitionsRequest,
  type DeregisterTaskDefinitionRequest,
  type DescribeGatewayRouteRequest,
  type DescribeServicesRequest,
  type DescribeTaskDefinitionRequest,
  type DescribeTasksRequest,
  ECSClient,
  type ListGatewayRoutesRequest,
  type ListServicesRequest,
  type ListTasksRequest,
  type RegisterTaskDefinitionRequest,
  type RunTaskRequest,
  type StopTaskRequest,
  type TagResourceRequest,
  type UpdateServiceRequest,
} from '@aws-sdk/client-ecs';
import type { Clock } from '../../src/domain/shared/ports.ts';
import { FakeCluster, FakeEcsError, type FakeService, type FakeTask } from './fake-ecs-cluster.ts';
import { findModelErrors } from './fake-ecs-model.ts';
import { findRunTaskErrors, findServiceErrors, findTaskDefinitionErrors } from './fake-ecs-rules.ts';

/** A strict ECS in memory, which knows the calls that our provider makes and refuses what their model doesn't allow. */
export interface FakeEcs {
  readonly cluster: FakeCluster;
  /** A real client whose requests end here. */
  readonly client: ECSClient;
  /** The operations called so far. */
  readonly calls: readonly string[];
  /** Answers a request: its `x-amz-target` header and its body. */
  handle(target: string, body: string): { readonly status: number; readonly body: string };
}

/** The operations it knows, with their inputs. */
interface Inputs {
  RegisterTaskDefinition: RegisterTaskDefinitionRequest;
  DescribeTaskDefinition: DescribeTaskDefinitionRequest;
  TagResource: TagResourceRequest;
  DeregisterTaskDefinition: DeregisterTaskDefinitionRequest;
  DeleteTaskDefinitions: DeleteTaskDefinitionsRequest;
  CreateService: CreateServiceRequest;
  UpdateService: UpdateServiceRequest;
  DeleteService: DeleteServiceRequest;
  DescribeServices: DescribeServicesRequest;
  ListServices: ListServicesRequest;
  RunTask: RunTaskRequest;
  ListTasks: ListTasksRequest;
  DescribeTasks: DescribeTasksRequest;
  StopTask: StopTaskRequest;
  ListGatewayRoutes: ListGatewayRoutesRequest;
  DescribeGatewayRoute: DescribeGatewayRouteRequest;
}

const OPERATIONS: { readonly [K in keyof Inputs]: (cluster: FakeCluster, input: Inputs[K]) => object } = {
  RegisterTaskDefinition(cluster, input) {
    demand(findTaskDefinitionErrors(input));
    return { taskDefinition: cluster.register(input) };
  },
  DescribeTaskDefinition(cluster, input) {
    const found = cluster.definition(input.taskDefinition ?? '');
    if (found === undefined) throw new FakeEcsError('ClientException', 'Unable to describe task definition.');
    const { tags, ...taskDefinition } = found;
    return { taskDefinition, ...(input.include?.includes('TAGS') ? { tags } : {}) };
  },
  TagResource(cluster, input) {
    const found = cluster.definition(input.resourceArn ?? '');
    if (found === undefined) throw new FakeEcsError('InvalidParameterException', 'No such resource');
    found.tags = [...found.tags, ...(input.tags ?? [])];
    return {};
  },
  DeregisterTaskDefinition(cluster, input) {
    const found = cluster.definition(input.taskDefinition ?? '');
    if (found === undefined)
      throw new FakeEcsError('ClientException', 'The specified task definition does not exist.');
    found.status = 'INACTIVE';
    return { taskDefinition: found };
  },
  DeleteTaskDefinitions(cluster, { taskDefinitions: arns = [] }) {
    demand(arns.length > 10 ? ['at most ten task definitions'] : []);
    const active = arns.filter((arn) => cluster.definition(arn)?.status !== 'INACTIVE');
    for (const arn of arns) if (!active.includes(arn)) cluster.definitions.delete(arn);
    return { failures: active.map((arn) => ({ arn, reason: 'The task definition is active' })) };
  },
  CreateService(cluster, input) {
    const containers = cluster.definition(input.taskDefinition ?? '')?.containerDefinitions ?? [];
    const ports = containers.flatMap(({ portMappings = [] }) =>
      portMappings.flatMap(({ name }) => name ?? []),
    );
    demand(findServiceErrors(input, ports));
    return { service: describe(cluster.create(input)) };
  },
  UpdateService: (cluster, input) => ({ service: describe(cluster.update(input)) }),
  DeleteService(cluster, input) {
    const service = cluster.services.get(input.service ?? '');
    if (service === undefined) throw new FakeEcsError('ServiceNotFoundException', 'Service not found.');
    if (!input.force) throw new FakeEcsError('InvalidParameterException', 'The service cannot be stopped');
    Object.assign(service, { status: 'DRAINING', deployments: [] });
    return { service: describe(service) };
  },
  DescribeServices(cluster, { services: names = [] }) {
    demand(names.length > 10 ? ['at most ten services'] : []);
    const found = names.flatMap((name) => cluster.services.get(name) ?? []);
    const missing = names.filter((name) => !cluster.services.has(name));
    return {
      services: found.map(describe),
      failures: missing.map((name) => ({ arn: name, reason: 'MISSING' })),
    };
  },
  ListServices(cluster, input) {
    const arns = [...cluster.services.values()]
      .filter(({ status }) => status !== 'INACTIVE')
      .map(({ arn }) => arn);
    // Pages of two, whatever was asked: so that every reader of a list meets a second page.
    const start = Number(input.nextToken ?? 0);
    const more = start + 2 < arns.length ? { nextToken: String(start + 2) } : {};
    return { serviceArns: arns.slice(start, start + 2), ...more };
  },
  RunTask(cluster, input) {
    demand(findRunTaskErrors(input));
    return { tasks: [describeTask(cluster.run(input))], failures: [] };
  },
  ListTasks(cluster, input) {
    demand(
      input.family !== undefined && input.startedBy !== undefined ? ['family and startedBy at once'] : [],
    );
    const wanted = cluster.tasks.filter(
      ({ family, started_by, status }) =>
        (input.family === undefined || family === input.family) &&
        (input.startedBy === undefined || started_by === input.startedBy) &&
        status === (input.desiredStatus ?? 'RUNNING'),
    );
    return { taskArns: wanted.map(({ arn }) => arn) };
  },
  DescribeTasks(cluster, { tasks: arns = [] }) {
    demand(arns.length > 100 ? ['at most a hundred tasks'] : []);
    const found = cluster.tasks.filter(({ arn }) => arns.includes(arn));
    const missing = arns.filter((arn) => !found.some((task) => task.arn === arn));
    return {
      tasks: found.map(describeTask),
      failures: missing.map((arn) => ({ arn, reason: 'MISSING' })),
    };
  },
  StopTask(cluster, input) {
    cluster.stop(input.task ?? '', input.reason ?? '');
    return {};
  },
  ListGatewayRoutes(cluster, { service: name = '' }) {
    const service = cluster.services.get(name);
    if (service?.status !== 'ACTIVE') return { gatewayRoutes: [] };
    return {
      gatewayRoutes: [{ gatewayRouteArn: routeArn(service), serviceArn: service.arn, status: 'ACTIVE' }],
    };
  },
  DescribeGatewayRoute(cluster, { gatewayRouteArn = '' }) {
    const service = [...cluster.services.values()].find((one) => routeArn(one) === gatewayRouteArn);
    if (service === undefined) throw new FakeEcsError('ResourceNotFoundException', 'No such route');
    return { gatewayRoute: { gatewayRouteArn, serviceArn: service.arn, serviceUrl: cluster.urlOf(service) } };
  },
};

/** @param clock - the time that things get @param cluster - another one than images' names tell the apps of */
export function createFakeEcs(clock: Clock, cluster: FakeCluster = new FakeCluster(clock)): FakeEcs {
  const calls: string[] = [];

  const handle: FakeEcs['handle'] = (target, body) => {
    const operation = target.slice(target.indexOf('.') + 1);
    calls.push(operation);
    try {
      const input: unknown = JSON.parse(body);
      if (!isKnown(operation)) throw new FakeEcsError('UnsupportedFeatureException', operation);
      demand(findModelErrors(operation, input));
      // The model has checked that the input is that of the operation.
      const run = OPERATIONS[operation] as (cluster: FakeCluster, input: unknown) => object;
      return { status: 200, body: JSON.stringify(run(cluster, input), writeDates) };
    } catch (error) {
      if (!(error instanceof FakeEcsError)) throw error;
      return {
        status: 400,
        body: JSON.stringify({ __type: error.name, message: error.message, ...error.members }),
      };
    }
  };

  const client = new ECSClient({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: {
      async handle(request: { headers: Record<string, string>; body: Uint8Array }) {
        const answer = handle(request.headers['x-amz-target'] ?? '', new TextDecoder().decode(request.body));
        const headers = { 'content-type': 'application/x-amz-json-1.1' };
        const body = new Blob([answer.body]).stream();
        return { response: { statusCode: answer.status, headers, body } };
      },
    },
  });
  return { cluster, client, calls, handle };
}

const routeArn = ({ arn }: FakeService): string => arn.replace(':service/', ':gateway-route/');

function isKnown(operation: string): operation is keyof Inputs {
  return Object.hasOwn(OPERATIONS, operation);
}

function demand(errors: readonly string[]): void {
  if (errors.length > 0) throw new FakeEcsError('InvalidParameterException', errors.join('; '));
}

function describe(service: FakeService): object {
  return {
    serviceArn: service.arn,
    serviceName: service.name,
    status: service.status,
    desiredCount: service.desired_count,
    taskDefinition: service.deployments[0]?.taskDefinition,
    deployments: service.deployments,
    tags: service.tags,
    events: [],
  };
}

function describeTask(task: FakeTask): object {
  return {
    taskArn: task.arn,
    taskDefinitionArn: task.task_definition,
    lastStatus: task.status,
    startedAt: task.started_at,
    memory: '512',
    ...(task.stop === null
      ? { containers: [{ name: 'app' }] }
      : {
          stopCode: task.stop.code,
          stoppedReason: task.stop.reason,
          executionStoppedAt: task.stopped_at,
          stoppedAt: task.stopped_at,
          containers: [
            { name: 'app', ...(task.stop.exit_code === null ? {} : { exitCode: task.stop.exit_code }) },
          ],
        }),
  };
}

// JSON.stringify has made a text of a Date before it asks.
function writeDates(this: unknown, key: string, value: unknown): unknown {
  const raw = (this as Record<string, unknown>)[key];
  return raw instanceof Date ? raw.getTime() / 1000 : value;
}
