import { type Deployment, DescribeServiceDeploymentsCommand, type Service } from '@aws-sdk/client-ecs';
import { expect, test } from 'vitest';
import {
  ARN,
  createMockedCompute,
  DEPLOYMENT,
  haveRelease,
  haveService,
  haveStopped,
  PREVIOUS,
} from './harness.ts';

const STARTED = new Date('2026-11-15T11:59:50.000Z');
const HEALTHY = { state: 'healthy' };
const PENDING = { state: 'pending' };
const UNHEALTHY = {
  state: 'failed',
  reason: 'healthcheck_failed',
  detail: 'No healthy answer from the app within 300 s.',
};

function own(changes: Deployment = {}): Deployment {
  return {
    status: 'PRIMARY',
    taskDefinition: ARN,
    rolloutState: 'IN_PROGRESS',
    createdAt: STARTED,
    ...changes,
  };
}

async function progressOf(service: Service, status?: string) {
  const under = createMockedCompute({ progress_wait_ms: 0 });
  haveRelease(under, DEPLOYMENT);
  haveService(under, service);
  under.mock.on(DescribeServiceDeploymentsCommand).resolves({
    serviceDeployments: status === undefined ? [] : [{ status: status as 'PENDING' }],
  });
  return { progress: await under.compute.progress(DEPLOYMENT), under };
}

test.each<[string, Service, object]>([
  ['is under way', { deployments: [own()] }, PENDING],
  ['is complete', { deployments: [own({ rolloutState: 'COMPLETED' })] }, HEALTHY],
  ['failed', { deployments: [own({ rolloutState: 'FAILED' })] }, UNHEALTHY],
  [
    'was rolled back',
    { deployments: [own({ status: 'ACTIVE' }), { status: 'PRIMARY', taskDefinition: PREVIOUS }] },
    UNHEALTHY,
  ],
  ['is out of sight', { deployments: [{ status: 'PRIMARY', taskDefinition: PREVIOUS }] }, UNHEALTHY],
  ['takes too long', { deployments: [own({ createdAt: new Date('2026-11-15T11:51:59.000Z') })] }, UNHEALTHY],
  ['takes long', { deployments: [own({ createdAt: new Date('2026-11-15T11:52:01.000Z') })] }, PENDING],
  [
    'found no place',
    {
      deployments: [own({ rolloutState: 'FAILED' })],
      events: [{ message: '(service x) was unable to place a task. Reason: You’ve reached the limit' }],
    },
    { state: 'failed', reason: 'internal', detail: 'There was no room for the app.' },
  ],
  [
    'is complete and was given up',
    { desiredCount: 0, deployments: [own({ rolloutState: 'COMPLETED' })] },
    UNHEALTHY,
  ],
  [
    'is draining',
    { status: 'DRAINING', deployments: [own()] },
    { state: 'failed', reason: 'interrupted', detail: 'It is not running.' },
  ],
])('a rollout that %s', async (_what, service, expected) => {
  const { progress } = await progressOf(service);
  expect(progress).toEqual(expected);
});

test.each<[string, object]>([
  ['PENDING', PENDING],
  ['IN_PROGRESS', PENDING],
  ['SUCCESSFUL', HEALTHY],
  ['STOPPED', UNHEALTHY],
  ['STOP_REQUESTED', UNHEALTHY],
  ['ROLLBACK_REQUESTED', UNHEALTHY],
  ['ROLLBACK_IN_PROGRESS', UNHEALTHY],
  ['ROLLBACK_SUCCESSFUL', UNHEALTHY],
  ['ROLLBACK_FAILED', UNHEALTHY],
])('the service deployment knows better, its bake time too: %s', async (status, expected) => {
  const deployments = [own({ rolloutState: 'COMPLETED' })];
  const { progress, under } = await progressOf({ deployments, currentServiceDeployment: 'sd' }, status);
  expect(progress).toEqual(expected);
  expect(under.inputs('DescribeServiceDeployments')).toEqual([{ serviceDeploymentArns: ['sd'] }]);
});

test('a service deployment that is gone says nothing', async () => {
  const deployments = [own({ rolloutState: 'COMPLETED' })];
  const { progress } = await progressOf({ deployments, currentServiceDeployment: 'sd' });
  expect(progress).toEqual(HEALTHY);
});

test('the newest stopped task that says why is the reason', async () => {
  const under = createMockedCompute();
  haveRelease(under, DEPLOYMENT);
  haveService(under, { deployments: [own({ rolloutState: 'FAILED' })] });
  haveStopped(
    under,
    { stopCode: 'UserInitiated', stoppedAt: new Date(1) },
    {
      stopCode: 'EssentialContainerExited',
      stoppedAt: new Date(2),
      containers: [{ name: 'app', exitCode: 9 }],
    },
    { stopCode: 'ServiceSchedulerInitiated', stoppedAt: new Date(3) },
  );
  expect(await under.compute.progress(DEPLOYMENT)).toEqual({
    state: 'failed',
    reason: 'app_exited',
    detail: 'It ended with exit code 9.',
  });
  expect(under.inputs('ListTasks')).toEqual([
    { cluster: 'apps', maxResults: 100, family: DEPLOYMENT, desiredStatus: 'STOPPED' },
  ]);
});

test('it waits a little for news, and not at all when nobody waits for it', async () => {
  const under = createMockedCompute();
  haveRelease(under, DEPLOYMENT);
  haveService(under, { deployments: [own()] });
  expect(await under.compute.progress(DEPLOYMENT)).toEqual(PENDING);
  expect(under.sleeps).toEqual([5000, 5000]);
  expect(await under.compute.progress(DEPLOYMENT, AbortSignal.abort())).toEqual(PENDING);
  expect(under.sleeps).toEqual([5000, 5000]);
});
