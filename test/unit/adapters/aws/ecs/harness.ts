import {
  ClientException,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  type Service,
  type Task,
} from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import type { EcsComputeConfig } from '../../../../../src/adapters/aws/ecs/config.ts';
import { createEcsCompute } from '../../../../../src/adapters/aws/ecs/provider.ts';
import type { ReleaseSpec } from '../../../../../src/domain/deployments/index.ts';
import { createRecordedLogger } from '../../../../support/recorded-logger.ts';
import { createTestClock } from '../../../../support/test-clock.ts';
import { testId } from '../../../../support/test-ids.ts';
import { release, SERVICE, TENANT } from '../../../../support/things.ts';

export const DEPLOYMENT = testId('dpl', 1);
export const UUID = '00000000-0000-7000-8000-000000000001';
export const ARN = `arn:aws:ecs:eu-central-1:1:task-definition/${DEPLOYMENT}:1`;
export const PREVIOUS = `arn:aws:ecs:eu-central-1:1:task-definition/${testId('dpl', 9)}:1`;

export const CONFIG: EcsComputeConfig = {
  cluster: 'apps',
  region: 'eu-central-1',
  subnets: ['subnet-1', 'subnet-2'],
  security_groups: ['sg-1'],
  assign_public_ip: true,
  execution_role_arn: 'arn:aws:iam::1:role/execution',
  architecture: 'ARM64',
  cpu_units: 256,
  memory_mib: 512,
  temporary_mib: 64,
  desired_count: 1,
  bake_minutes: 1,
  start_allowance_s: 120,
  stop_grace_s: 30,
  one_off_timeout_s: 600,
  progress_wait_ms: 10_000,
  poll_ms: 5000,
  drain_wait_ms: 10_000,
  log_group: '/branchline/apps',
};

export const SERVICE_TAGS = [
  { key: 'branchline:tenant', value: TENANT },
  { key: 'branchline:project', value: SERVICE.project_id },
  { key: 'branchline:environment', value: 'production' },
  { key: 'branchline:service', value: 'web' },
];
export const RELEASE_TAGS = [...SERVICE_TAGS, { key: 'branchline:deployment', value: DEPLOYMENT }];
export const PROMOTED = { key: 'branchline:promoted', value: 'true' };

export function spec(changes: Partial<ReleaseSpec> = {}): ReleaseSpec {
  return {
    service: SERVICE,
    deployment_id: DEPLOYMENT,
    release_id: testId('rel', 1),
    display_name: 'shop',
    host: 'shop',
    image: '1.dkr.ecr.eu-central-1.amazonaws.com/apps@sha256:0',
    plan: release().plan,
    variables: { B: '2', A: '1' },
    ...changes,
  };
}

/** The provider on a client that sends nothing; sleeping moves its clock. */
export function createMockedCompute(config: Partial<EcsComputeConfig> = {}) {
  const ecs = new ECSClient({ region: 'eu-central-1' });
  const mock = mockClient(ecs);
  const clock = createTestClock();
  const logger = createRecordedLogger();
  const sleeps: number[] = [];
  const lines: string[] = [];
  const sleep = async (duration_ms: number, signal?: AbortSignal) => {
    signal?.throwIfAborted();
    sleeps.push(duration_ms);
    clock.advance(duration_ms);
  };
  const deps = {
    ecs,
    config: { ...CONFIG, ...config },
    clock,
    logger,
    logs: { append: (_key: object, line: { message: string }) => void lines.push(line.message) },
    sleep,
  };
  mock.on(ListTasksCommand).resolves({ taskArns: [] });
  return {
    compute: createEcsCompute(deps),
    deps,
    mock,
    clock,
    logger,
    sleeps,
    lines,
    /** The operations called, in order. */
    operations: () => mock.calls().map((call) => call.args[0].constructor.name.replace('Command', '')),
    /** The inputs of one operation. */
    inputs: (operation: string) =>
      mock
        .calls()
        .filter((call) => call.args[0].constructor.name === `${operation}Command`)
        .map((call) => call.args[0].input as Readonly<Record<string, unknown>>),
  };
}

export type MockedCompute = ReturnType<typeof createMockedCompute>;

/** There is this service; none at all without one. */
export function haveService({ mock }: MockedCompute, service?: Service): void {
  mock
    .on(DescribeServicesCommand)
    .resolves(
      service === undefined
        ? { services: [], failures: [{ arn: 'arn', reason: 'MISSING' }] }
        : { services: [{ status: 'ACTIVE', serviceName: 'name', tags: SERVICE_TAGS, ...service }] },
    );
}

/** There is a release's task definition. */
export function haveRelease(
  { mock }: MockedCompute,
  name: string,
  options: { arn?: string; labels?: Record<string, string>; is_promoted?: boolean } = {},
): void {
  const { arn = ARN, labels = { 'branchline.health-timeout-s': '300' }, is_promoted = false } = options;
  const answer = {
    taskDefinition: {
      taskDefinitionArn: arn,
      status: 'ACTIVE' as const,
      containerDefinitions: [{ name: 'app', dockerLabels: labels }],
    },
    tags: is_promoted ? [...RELEASE_TAGS, PROMOTED] : RELEASE_TAGS,
  };
  mock.on(DescribeTaskDefinitionCommand, { taskDefinition: name }).resolves(answer);
}

/** There is no other release than those named after this. */
export function haveNoRelease({ mock }: MockedCompute): void {
  mock
    .on(DescribeTaskDefinitionCommand)
    .rejects(new ClientException({ message: 'Unable to describe task definition.', $metadata: {} }));
}

/** These tasks have stopped. */
export function haveStopped({ mock }: MockedCompute, ...tasks: Task[]): void {
  mock.on(ListTasksCommand).resolves({ taskArns: ['task/1'] });
  mock.on(DescribeTasksCommand).resolves({ tasks });
}
