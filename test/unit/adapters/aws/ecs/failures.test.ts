import {
  ClientException,
  ConflictException,
  CreateServiceCommand,
  DeleteServiceCommand,
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  InvalidParameterException,
  ListServicesCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  ServiceNotFoundException,
  StopTaskCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { expect, test } from 'vitest';
import { createEcsClient } from '../../../../../src/adapters/aws/ecs/client.ts';
import { serviceName } from '../../../../../src/adapters/aws/ecs/names.ts';
import { PROJECT, SERVICE, TENANT } from '../../../../support/things.ts';
import {
  ARN,
  createMockedCompute,
  DEPLOYMENT,
  haveNoRelease,
  haveRelease,
  haveService,
  type MockedCompute,
  PREVIOUS,
  SERVICE_TAGS,
  spec,
} from './harness.ts';

const $metadata = {};
const COMMANDS = [{ kind: 'shell', script: 'migrate' }] as const;
const throttled = () => Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });

function withRemoval(under: MockedCompute): MockedCompute {
  under.mock.on(DeregisterTaskDefinitionCommand).resolves({});
  under.mock.on(DeleteTaskDefinitionsCommand).resolves({});
  under.mock.on(RegisterTaskDefinitionCommand).resolves({ taskDefinition: { taskDefinitionArn: ARN } });
  return under;
}

test('throttling that the SDK could not wait out is a clear error', async () => {
  const under = createMockedCompute();
  under.mock.on(DescribeServicesCommand).rejects(throttled());
  await expect(under.compute.release(spec())).rejects.toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    cause: { message: expect.stringContaining('ECS did not take DescribeServices (ThrottlingException)') },
  });
});

test('the client itself repeats what is throttled', async () => {
  let calls = 0;
  const client = createEcsClient({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: {
      async handle() {
        calls += 1;
        const is_throttled = calls < 3;
        const text = is_throttled ? '{"__type":"ThrottlingException"}' : '{"serviceArns":["a"]}';
        const headers = { 'content-type': 'application/x-amz-json-1.1' };
        const body = new Blob([text]).stream();
        return { response: { statusCode: is_throttled ? 400 : 200, headers, body } };
      },
    },
  });
  expect((await client.send(new ListServicesCommand({}))).serviceArns).toEqual(['a']);
  expect(calls).toBe(3);
});

test('a call that failed in part is an error, unless something only is not there', async () => {
  const under = createMockedCompute();
  under.mock
    .on(DescribeServicesCommand)
    .resolves({ services: [], failures: [{ arn: 'arn', reason: 'ACCESS', detail: 'denied' }] });
  await expect(under.compute.release(spec())).rejects.toThrow(
    'DescribeServices failed in part: arn ACCESS denied',
  );
});

test('a service that exists by now is updated', async () => {
  const under = withRemoval(createMockedCompute());
  haveNoRelease(under);
  haveService(under);
  const message = 'Creation of service was not idempotent.';
  under.mock.on(CreateServiceCommand).rejects(new InvalidParameterException({ message, $metadata }));
  under.mock.on(UpdateServiceCommand).resolves({});
  await under.compute.release(spec());
  expect(under.operations().slice(-3)).toEqual(['CreateService', 'DescribeServices', 'UpdateService']);
});

test.each(['PRIMARY', 'ACTIVE'])(
  'a release that the service has already (%s) is left alone',
  async (status) => {
    const under = createMockedCompute();
    haveRelease(under, DEPLOYMENT);
    haveService(under, { deployments: [{ status, taskDefinition: ARN }] });
    await under.compute.release(spec());
    expect(under.operations()).toEqual(['DescribeServices', 'DescribeTaskDefinition']);
  },
);

test('another fault of the request is not taken for "already exists"', async () => {
  const under = withRemoval(createMockedCompute());
  haveNoRelease(under);
  haveService(under);
  const fault = new InvalidParameterException({ message: 'No gateway is associated', $metadata });
  under.mock.on(CreateServiceCommand).rejects(fault);
  await expect(under.compute.release(spec())).rejects.toBe(fault);
});

test('a name that is draining is waited for, and not for ever', async () => {
  const under = withRemoval(createMockedCompute());
  haveNoRelease(under);
  const draining = { services: [{ status: 'DRAINING' }] };
  under.mock
    .on(DescribeServicesCommand)
    .resolvesOnce(draining)
    .resolvesOnce({ services: [{ status: 'INACTIVE' }] })
    .resolves(draining);
  under.mock.on(CreateServiceCommand).resolves({});
  await under.compute.release(spec());
  expect(under.sleeps).toEqual([5000]);
  expect(under.inputs('CreateService')).toHaveLength(1);
  await expect(under.compute.release(spec())).rejects.toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    cause: { message: expect.stringContaining('still draining') },
  });
});

test('variables that a task definition cannot hold', async () => {
  const under = createMockedCompute();
  haveNoRelease(under);
  haveService(under);
  await expect(
    under.compute.release(spec({ variables: { A: 'x'.repeat(48 * 1024) } })),
  ).rejects.toMatchObject({
    name: 'DeploymentFailed',
    message: expect.stringContaining('49152 fit'),
  });
  expect(under.inputs('RegisterTaskDefinition')).toEqual([]);
});

test('a release to return to that somebody removed: the service is not touched', async () => {
  const under = createMockedCompute();
  haveNoRelease(under);
  haveRelease(under, DEPLOYMENT, {
    labels: { 'branchline.health-timeout-s': '5', 'branchline.previous': PREVIOUS },
  });
  haveService(under, { deployments: [{ status: 'PRIMARY', taskDefinition: ARN }] });
  await expect(under.compute.stop(DEPLOYMENT)).rejects.toThrow('The task definition to return to is gone');
  expect(under.operations()).toEqual([
    'DescribeTaskDefinition',
    'DescribeServices',
    'DescribeTaskDefinition',
  ]);
});

test('a task definition that cannot be deleted is in the log, and holds up nothing', async () => {
  const under = createMockedCompute();
  haveRelease(under, DEPLOYMENT);
  haveService(under);
  const message = 'The specified task definition is inactive';
  under.mock.on(DeregisterTaskDefinitionCommand).rejects(new ClientException({ message, $metadata }));
  under.mock.on(DeleteTaskDefinitionsCommand).resolves({ failures: [{ arn: ARN, reason: 'REASON' }] });
  await under.compute.stop(DEPLOYMENT);
  expect(under.logger.lines.map(({ level }) => level)).toEqual(['debug', 'warn']);
  expect(under.logger.text()).toContain('REASON');
});

test('all pages of a project’s services and tasks are removed, and nobody else’s', async () => {
  const under = withRemoval(createMockedCompute());
  haveNoRelease(under);
  const arn = (name: string) => `arn:aws:ecs:eu-central-1:1:service/apps/${name}`;
  const own = Array.from({ length: 11 }, (_, index) => `${PROJECT}-a-${index}`);
  under.mock
    .on(ListServicesCommand, { nextToken: undefined })
    .resolves({ serviceArns: [...own.map(arn), arn('prj_other-a')], nextToken: '2' });
  under.mock
    .on(ListServicesCommand, { nextToken: '2' })
    .resolves({ serviceArns: [arn(serviceName(SERVICE)), arn(`${PROJECT}-stolen`)] });
  under.mock.on(DescribeServicesCommand).callsFake(({ services }: { services: string[] }) => ({
    services: services.map((serviceName) => ({
      serviceName,
      status: serviceName.endsWith('3') ? 'DRAINING' : 'ACTIVE',
      tags: serviceName.endsWith('stolen') ? [] : SERVICE_TAGS,
    })),
  }));
  const not_found = new ServiceNotFoundException({ message: 'Service not found.', $metadata });
  under.mock.on(DeleteServiceCommand).rejectsOnce(not_found).resolves({});
  under.mock
    .on(ListTasksCommand)
    .resolvesOnce({ taskArns: ['t1'], nextToken: '2' })
    .resolves({ taskArns: ['t2'] });
  under.mock.on(DescribeTasksCommand).callsFake(({ tasks }: { tasks: string[] }) => ({
    tasks: tasks.map((taskArn) => ({ taskArn, taskDefinitionArn: ARN })),
  }));
  const gone = new InvalidParameterException({ message: 'The referenced task was not found.', $metadata });
  under.mock.on(StopTaskCommand).rejectsOnce(gone).resolves({});
  await under.compute.removeProject(TENANT, PROJECT);

  expect(under.inputs('ListServices')).toEqual([
    { cluster: 'apps', maxResults: 100 },
    { cluster: 'apps', maxResults: 100, nextToken: '2' },
  ]);
  expect(under.inputs('DescribeServices').map(({ services }) => services)).toEqual([
    own.slice(0, 10),
    [own[10], serviceName(SERVICE), `${PROJECT}-stolen`],
  ]);
  const deleted = under.inputs('DeleteService').map(({ service }) => service);
  expect(deleted).toEqual([...own.filter((name) => !name.endsWith('3')), serviceName(SERVICE)]);
  expect(under.inputs('ListTasks')).toEqual([
    { cluster: 'apps', maxResults: 100, startedBy: PROJECT },
    { cluster: 'apps', maxResults: 100, startedBy: PROJECT, nextToken: '2' },
  ]);
  expect(under.inputs('StopTask').map(({ task }) => task)).toEqual(['t1', 't2']);
  expect(under.inputs('DeleteTaskDefinitions')).toEqual([{ taskDefinitions: [ARN] }]);
});

function withOneOff(task: object): MockedCompute {
  const under = withRemoval(createMockedCompute());
  haveNoRelease(under);
  under.mock.on(RunTaskCommand).resolves({ tasks: [{ taskArn: 't' }] });
  under.mock.on(DescribeTasksCommand).resolves({ tasks: [task] });
  under.mock.on(StopTaskCommand).resolves({});
  return under;
}

const stopped = (
  exitCode: number | undefined,
  stoppedReason: string,
  stopCode = 'EssentialContainerExited',
) => ({
  lastStatus: 'STOPPED',
  stopCode,
  stoppedReason,
  containers: [{ name: 'app', ...(exitCode === undefined ? {} : { exitCode }) }],
});

test.each<[string, object, string, string]>([
  ['fails', stopped(2, 'exited'), 'pre_deploy_failed', 'migrate: exit code 2.'],
  ['takes all memory', stopped(137, 'OutOfMemoryError'), 'out_of_memory', 'migrate: it may use 512 MiB.'],
  [
    'cannot be started',
    stopped(undefined, 'CannotPullContainerError', 'TaskFailedToStart'),
    'internal',
    'migrate: The app could not be started.',
  ],
  [
    'has no shell',
    stopped(undefined, 'CannotStartContainerError', 'TaskFailedToStart'),
    'pre_deploy_failed',
    'migrate: no exit code.',
  ],
  ['never ends', { lastStatus: 'RUNNING' }, 'pre_deploy_failed', 'migrate: took longer than 600 s.'],
])('a one-off command that %s', async (_what, task, reason, text) => {
  const under = withOneOff(task);
  const failed = { reason, message: expect.stringContaining(text) };
  await expect(under.compute.runOneOff(spec(), COMMANDS)).rejects.toMatchObject(failed);
  expect(under.inputs('StopTask')).toHaveLength(text.includes('longer') ? 1 : 0);
  expect(under.inputs('DeleteTaskDefinitions')).toHaveLength(1);
});

test('a one-off command that found no place', async () => {
  const under = withOneOff({});
  under.mock.on(RunTaskCommand).resolves({ tasks: [], failures: [{ reason: 'RESOURCE:CPU' }] });
  await expect(under.compute.runOneOff(spec(), COMMANDS)).rejects.toMatchObject({ reason: 'internal' });
  expect(under.logger.text()).toContain('RESOURCE:CPU');
});

test('a one-off command that an earlier run started is waited for', async () => {
  const under = withOneOff(stopped(0, 'exited'));
  const conflict = new ConflictException({ message: 'conflict', resourceIds: ['earlier'], $metadata });
  under.mock.on(RunTaskCommand).rejects(conflict);
  await under.compute.runOneOff(spec(), COMMANDS);
  expect(under.inputs('DescribeTasks')).toEqual([{ cluster: 'apps', tasks: ['earlier'] }]);
});

test('a one-off command is not stopped because it could not be looked at', async () => {
  const under = withOneOff({});
  under.mock.on(DescribeTasksCommand).rejects(throttled());
  await expect(under.compute.runOneOff(spec(), COMMANDS)).rejects.toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
  });
  expect(under.inputs('StopTask')).toEqual([]);
});

test('a one-off command that is too long for ECS', async () => {
  const under = withOneOff({});
  const commands = [{ kind: 'shell', script: 'x'.repeat(8192) }] as const;
  await expect(under.compute.runOneOff(spec(), commands)).rejects.toMatchObject({
    reason: 'pre_deploy_failed',
    message: expect.stringContaining('longer than 8192 bytes'),
  });
  expect(under.inputs('RunTask')).toEqual([]);
});
