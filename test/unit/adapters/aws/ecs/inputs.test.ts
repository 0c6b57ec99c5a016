import {
  CreateServiceCommand,
  DeleteServiceCommand,
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeGatewayRouteCommand,
  DescribeTasksCommand,
  ListGatewayRoutesCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionRequest,
  RunTaskCommand,
  TagResourceCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { expect, test } from 'vitest';
import { findServiceUrl } from '../../../../../src/adapters/aws/ecs/address.ts';
import { serviceName } from '../../../../../src/adapters/aws/ecs/names.ts';
import type { ReleaseSpec } from '../../../../../src/domain/deployments/index.ts';
import { SERVICE } from '../../../../support/things.ts';
import {
  ARN,
  createMockedCompute,
  DEPLOYMENT,
  haveNoRelease,
  haveRelease,
  haveService,
  type MockedCompute,
  PREVIOUS,
  PROMOTED,
  RELEASE_TAGS,
  SERVICE_TAGS,
  spec,
  UUID,
} from './harness.ts';

const NAME = serviceName(SERVICE);
const NETWORK = {
  awsvpcConfiguration: {
    subnets: ['subnet-1', 'subnet-2'],
    securityGroups: ['sg-1'],
    assignPublicIp: 'ENABLED',
  },
};
const CONTAINER = {
  name: 'app',
  image: '1.dkr.ecr.eu-central-1.amazonaws.com/apps@sha256:0',
  essential: true,
  environment: [
    { name: 'A', value: '1' },
    { name: 'B', value: '2' },
    { name: 'HOME', value: '/tmp' },
    { name: 'PORT', value: '8080' },
  ],
  user: '65532:65532',
  readonlyRootFilesystem: true,
  linuxParameters: {
    capabilities: { drop: ['ALL'] },
    initProcessEnabled: true,
    tmpfs: [{ containerPath: '/tmp', size: 64, mountOptions: ['rw', 'exec', 'nosuid', 'nodev'] }],
  },
  stopTimeout: 30,
  logConfiguration: {
    logDriver: 'awslogs',
    options: {
      'awslogs-group': '/branchline/apps',
      'awslogs-region': 'eu-central-1',
      'awslogs-stream-prefix': `ten_${UUID}/${DEPLOYMENT}/runtime`,
      mode: 'non-blocking',
      'max-buffer-size': '4m',
    },
  },
};
const LABELS = {
  'branchline.health-timeout-s': '300',
  'branchline.restart': 'on_failure',
  'branchline.restart-retries': '10',
};
const TASK_DEFINITION = {
  executionRoleArn: 'arn:aws:iam::1:role/execution',
  networkMode: 'awsvpc',
  requiresCompatibilities: ['FARGATE'],
  runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
  cpu: '256',
  memory: '512',
  tags: RELEASE_TAGS,
};
const ROLLOUT = {
  cluster: 'apps',
  taskDefinition: ARN,
  desiredCount: 1,
  networkConfiguration: NETWORK,
  healthCheckGracePeriodSeconds: 300,
  deploymentConfiguration: {
    strategy: 'ROLLING',
    minimumHealthyPercent: 100,
    maximumPercent: 200,
    bakeTimeInMinutes: 1,
    deploymentCircuitBreaker: {
      enable: true,
      rollback: true,
      resetOnHealthyTask: false,
      thresholdConfiguration: { type: 'COUNT', value: 3 },
    },
    earlySuccessCriteria: { enable: true, healthyPercent: 100, sourceServiceRevisionCleanup: 'DEFERRED' },
  },
  gatewayConnectors: [
    {
      portName: 'http',
      healthCheck: {
        healthCheckProtocol: 'HTTP',
        healthCheckPath: '/',
        healthCheckIntervalSeconds: 5,
        healthCheckTimeoutSeconds: 4,
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 3,
        matcher: { httpCode: '200-499' },
      },
      filters: { accessTypes: ['PUBLIC'] },
    },
  ],
};

function withRegister(under: MockedCompute): MockedCompute {
  under.mock.on(RegisterTaskDefinitionCommand).resolves({ taskDefinition: { taskDefinitionArn: ARN } });
  return under;
}

test('a service is created with its first release', async () => {
  const under = withRegister(createMockedCompute());
  haveService(under);
  haveNoRelease(under);
  under.mock.on(CreateServiceCommand).resolves({});
  await under.compute.release(spec());

  expect(under.operations()).toEqual([
    'DescribeServices',
    'DescribeTaskDefinition',
    'RegisterTaskDefinition',
    'CreateService',
  ]);
  expect(under.inputs('DescribeServices')).toEqual([
    { cluster: 'apps', services: [NAME], include: ['TAGS'] },
  ]);
  expect(under.inputs('DescribeTaskDefinition')).toEqual([{ taskDefinition: DEPLOYMENT, include: ['TAGS'] }]);
  expect(under.inputs('RegisterTaskDefinition')).toEqual([
    {
      ...TASK_DEFINITION,
      family: DEPLOYMENT,
      containerDefinitions: [
        {
          ...CONTAINER,
          portMappings: [{ name: 'http', containerPort: 8080, protocol: 'tcp' }],
          dockerLabels: LABELS,
        },
      ],
    },
  ]);
  expect(under.inputs('CreateService')).toEqual([
    {
      ...ROLLOUT,
      serviceName: NAME,
      clientToken: UUID,
      launchType: 'FARGATE',
      schedulingStrategy: 'REPLICA',
      deploymentController: { type: 'ECS' },
      enableECSManagedTags: true,
      propagateTags: 'SERVICE',
      enableExecuteCommand: false,
      tags: SERVICE_TAGS,
    },
  ]);
});

test('its next release updates it, and notes what served before', async () => {
  const under = withRegister(createMockedCompute());
  haveService(under, { deployments: [{ status: 'PRIMARY', taskDefinition: PREVIOUS }] });
  haveNoRelease(under);
  haveRelease(under, PREVIOUS, { arn: PREVIOUS, is_promoted: true });
  under.mock.on(UpdateServiceCommand).resolves({});
  const { plan } = spec();
  await under.compute.release(spec({ plan: { ...plan, health_check: { path: '/up?a=b', timeout_s: 10 } } }));

  expect(under.inputs('RegisterTaskDefinition')).toMatchObject([
    {
      containerDefinitions: [
        {
          dockerLabels: {
            'branchline.health-path': '/up?a=b',
            ...LABELS,
            'branchline.health-timeout-s': '10',
            'branchline.previous': PREVIOUS,
          },
        },
      ],
    },
  ]);
  const [connector] = ROLLOUT.gatewayConnectors;
  const healthCheck = {
    ...connector?.healthCheck,
    healthCheckPath: '/up?a=b',
    matcher: { httpCode: '200-399' },
  };
  expect(under.inputs('UpdateService')).toEqual([
    {
      ...ROLLOUT,
      service: NAME,
      healthCheckGracePeriodSeconds: 10,
      gatewayConnectors: [{ ...connector, healthCheck }],
    },
  ]);
});

test('what never served is nothing to return to', async () => {
  const under = withRegister(createMockedCompute());
  haveService(under, { deployments: [{ status: 'PRIMARY', taskDefinition: PREVIOUS }] });
  haveNoRelease(under);
  haveRelease(under, PREVIOUS, { arn: PREVIOUS });
  under.mock.on(UpdateServiceCommand).resolves({});
  await under.compute.release(spec());
  const [input] = under.inputs('RegisterTaskDefinition');
  expect(input).toMatchObject({ containerDefinitions: [{ dockerLabels: LABELS }] });
  expect(JSON.stringify(input)).not.toContain('branchline.previous');
});

test('promoting marks the release and removes the one before', async () => {
  const under = createMockedCompute();
  haveService(under, {
    deployments: [{ status: 'PRIMARY', taskDefinition: ARN, rolloutState: 'COMPLETED' }],
  });
  const labels = { 'branchline.health-timeout-s': '300', 'branchline.previous': PREVIOUS };
  haveRelease(under, DEPLOYMENT, { labels });
  haveRelease(under, PREVIOUS, { arn: PREVIOUS, is_promoted: true });
  under.mock.on(TagResourceCommand).resolves({});
  under.mock.on(DeregisterTaskDefinitionCommand).resolves({});
  under.mock.on(DeleteTaskDefinitionsCommand).resolves({});
  await under.compute.promote(spec());
  expect(under.inputs('TagResource')).toEqual([{ resourceArn: ARN, tags: [PROMOTED] }]);
  expect(under.inputs('DeregisterTaskDefinition')).toEqual([{ taskDefinition: PREVIOUS }]);
  expect(under.inputs('DeleteTaskDefinitions')).toEqual([{ taskDefinitions: [PREVIOUS] }]);
});

test('stopping returns to the release before, with its own health check', async () => {
  const under = createMockedCompute();
  haveService(under, { deployments: [{ status: 'PRIMARY', taskDefinition: ARN }] });
  haveRelease(under, DEPLOYMENT, {
    labels: { 'branchline.health-timeout-s': '5', 'branchline.previous': PREVIOUS },
  });
  haveRelease(under, PREVIOUS, { arn: PREVIOUS, is_promoted: true });
  under.mock.on(UpdateServiceCommand).resolves({});
  under.mock.on(DeregisterTaskDefinitionCommand).resolves({});
  under.mock.on(DeleteTaskDefinitionsCommand).resolves({});
  await under.compute.stop(DEPLOYMENT);
  expect(under.inputs('UpdateService')).toEqual([{ ...ROLLOUT, service: NAME, taskDefinition: PREVIOUS }]);
  expect(under.inputs('DeregisterTaskDefinition')).toEqual([{ taskDefinition: ARN }]);
});

test('stopping a service that never served deletes it', async () => {
  const under = createMockedCompute();
  haveService(under, { deployments: [{ status: 'PRIMARY', taskDefinition: ARN }] });
  haveRelease(under, DEPLOYMENT);
  under.mock.on(DeleteServiceCommand).resolves({});
  under.mock.on(DeregisterTaskDefinitionCommand).resolves({});
  under.mock.on(DeleteTaskDefinitionsCommand).resolves({});
  await under.compute.stop(DEPLOYMENT);
  expect(under.inputs('DeleteService')).toEqual([{ cluster: 'apps', service: NAME, force: true }]);
  expect(under.inputs('UpdateService')).toEqual([]);
});

test('an image of the repository’s own starts by itself, or by the command that is stated', async () => {
  const startOf = async (start: ReleaseSpec['plan']['start']) => {
    const under = withRegister(createMockedCompute());
    haveService(under);
    haveNoRelease(under);
    under.mock.on(CreateServiceCommand).resolves({});
    const { plan, ...rest } = spec();
    await under.compute.release({ ...rest, plan: { ...plan, dockerfile: 'Dockerfile', start } });
    const [input] = under.inputs('RegisterTaskDefinition') as unknown as RegisterTaskDefinitionRequest[];
    const { entryPoint, command } = input?.containerDefinitions?.[0] ?? {};
    return { entryPoint, command };
  };
  expect(await startOf({ kind: 'image' })).toEqual({});
  expect(await startOf({ kind: 'shell', script: './run --fast' })).toEqual({
    entryPoint: ['/bin/sh', '-c'],
    command: ['./run --fast'],
  });
});

test('a one-off command is a task with its script, by a task definition that starts a shell', async () => {
  const under = withRegister(createMockedCompute({ assign_public_ip: false }));
  haveNoRelease(under);
  under.mock.on(RunTaskCommand).resolves({ tasks: [{ taskArn: 'task/1' }] });
  under.mock.on(DescribeTasksCommand).resolves({
    tasks: [{ lastStatus: 'STOPPED', containers: [{ name: 'app', exitCode: 0 }] }],
  });
  under.mock.on(DeregisterTaskDefinitionCommand).resolves({});
  under.mock.on(DeleteTaskDefinitionsCommand).resolves({});
  await under.compute.runOneOff(spec(), [{ kind: 'exec', argv: ['echo', "it's", '$HOME'] }]);

  expect(under.inputs('RegisterTaskDefinition')).toEqual([
    {
      ...TASK_DEFINITION,
      family: `${DEPLOYMENT}-one-off`,
      containerDefinitions: [
        {
          ...CONTAINER,
          entryPoint: ['/bin/sh', '-c'],
          logConfiguration: {
            ...CONTAINER.logConfiguration,
            options: {
              ...CONTAINER.logConfiguration.options,
              'awslogs-stream-prefix': `ten_${UUID}/${DEPLOYMENT}/pre_deploy`,
            },
          },
        },
      ],
    },
  ]);
  expect(under.inputs('RunTask')).toEqual([
    {
      cluster: 'apps',
      taskDefinition: ARN,
      clientToken: expect.stringMatching(new RegExp(`^${UUID}-0-[0-9a-f]{16}$`)),
      count: 1,
      launchType: 'FARGATE',
      networkConfiguration: {
        awsvpcConfiguration: { ...NETWORK.awsvpcConfiguration, assignPublicIp: 'DISABLED' },
      },
      overrides: { containerOverrides: [{ name: 'app', command: ["exec 'echo' 'it'\\''s' '$HOME'"] }] },
      enableECSManagedTags: true,
      enableExecuteCommand: false,
      startedBy: `prj_${UUID}`,
      tags: SERVICE_TAGS,
    },
  ]);
  expect(under.inputs('DescribeTasks')).toEqual([{ cluster: 'apps', tasks: ['task/1'] }]);
  expect(under.inputs('DeleteTaskDefinitions')).toEqual([{ taskDefinitions: [ARN] }]);
  expect(under.lines).toEqual(["$ echo it's $HOME"]);
});

test('an own PATH stands behind the plan’s folders', async () => {
  const under = withRegister(createMockedCompute({ architecture: 'X86_64' }));
  haveService(under);
  haveNoRelease(under);
  under.mock.on(CreateServiceCommand).resolves({});
  const plan = { ...spec().plan, path_prefix: ['.venv/bin'], environment: { A: 'plan', C: '3' } };
  await under.compute.release(spec({ plan, variables: { PATH: '/opt', A: 'own', PORT: '1' } }));
  const [input] = under.inputs('RegisterTaskDefinition');
  expect(input).toMatchObject({
    runtimePlatform: { cpuArchitecture: 'X86_64' },
    containerDefinitions: [
      {
        environment: [
          { name: 'A', value: 'own' },
          { name: 'C', value: '3' },
          { name: 'HOME', value: '/tmp' },
          { name: 'PATH', value: '/app/.venv/bin:/opt' },
          { name: 'PORT', value: '8080' },
        ],
      },
    ],
  });
});

test('the address comes from the gateway’s route', async () => {
  const under = createMockedCompute();
  under.mock
    .on(ListGatewayRoutesCommand)
    .resolvesOnce({})
    .resolves({ gatewayRoutes: [{ gatewayRouteArn: 'route' }] });
  under.mock.on(DescribeGatewayRouteCommand).resolves({ gatewayRoute: { serviceUrl: 'https://a.example' } });
  expect(await findServiceUrl(under.deps, SERVICE)).toBeUndefined();
  expect(await findServiceUrl(under.deps, SERVICE)).toBe('https://a.example');
  expect(under.inputs('ListGatewayRoutes')[1]).toEqual({
    cluster: 'apps',
    service: NAME,
    serviceContainerPortName: 'http',
  });
  expect(under.inputs('DescribeGatewayRoute')).toEqual([{ gatewayRouteArn: 'route' }]);
});
