import type { Task } from '@aws-sdk/client-ecs';
import { expect, test } from 'vitest';
import { readTaskEnd } from '../../../../../src/adapters/aws/ecs/stopped-task.ts';

const app = (exitCode?: number, reason?: string): Task['containers'] => [
  { name: 'sidecar', exitCode: 0 },
  {
    name: 'app',
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(reason === undefined ? {} : { reason }),
  },
];
const EXITED = {
  stopCode: 'EssentialContainerExited',
  stoppedReason: 'Essential container in task exited',
} as const;
const BY_SERVICE = 'ServiceSchedulerInitiated';

test.each<[string, Task, string, string]>([
  ['an exit', { ...EXITED, containers: app(1) }, 'app_exited', 'It ended with exit code 1.'],
  ['an exit without failure', { ...EXITED, containers: app(0) }, 'app_exited', 'It ended with exit code 0.'],
  ['a kill', { ...EXITED, containers: app(137) }, 'app_exited', 'It ended with exit code 137 (killed).'],
  ['no exit code', { ...EXITED, containers: app() }, 'app_exited', 'It ended with no exit code.'],
  [
    'memory, told of the container',
    {
      ...EXITED,
      memory: '512',
      containers: app(137, 'OutOfMemoryError: Container killed due to memory usage'),
    },
    'out_of_memory',
    'An app may use 512 MiB.',
  ],
  [
    'memory, told of the task',
    { ...EXITED, stoppedReason: 'OutOfMemory', containers: app(137) },
    'out_of_memory',
    '',
  ],
  [
    'an image that is not there',
    {
      stopCode: 'TaskFailedToStart',
      stoppedReason: 'CannotPullContainerError: pull access denied',
      containers: app(),
    },
    'internal',
    'The app could not be started.',
  ],
  [
    'no log group',
    {
      stopCode: 'TaskFailedToStart',
      stoppedReason: 'ResourceInitializationError: failed to validate logger args',
    },
    'internal',
    'The app could not be started.',
  ],
  [
    'a start command that is not there',
    {
      stopCode: 'TaskFailedToStart',
      containers: app(
        undefined,
        'CannotStartContainerError: exec: "nope": executable file not found in $PATH',
      ),
    },
    'app_exited',
    'Its start command could not be run.',
  ],
  [
    'a load balancer’s health check',
    {
      stopCode: BY_SERVICE,
      stoppedReason: 'Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:x)',
      containers: app(143),
    },
    'healthcheck_failed',
    'No healthy answer in time.',
  ],
  [
    'a container’s health check',
    { stopCode: BY_SERVICE, stoppedReason: 'Task failed container health checks', containers: app(137) },
    'healthcheck_failed',
    'No healthy answer in time.',
  ],
  ['a lost host', { stopCode: 'InfrastructureHealth' }, 'internal', 'The app could not be kept running.'],
  ['a lost spot place', { stopCode: 'SpotInterruption' }, 'internal', 'The app could not be kept running.'],
  ['maintenance', { stopCode: 'TerminationNotice' }, 'internal', 'The app could not be kept running.'],
  ['no place', { stopCode: 'TaskFailedToStart' }, 'internal', 'The app could not be kept running.'],
  ['a person', { stopCode: 'UserInitiated', containers: app(143) }, 'interrupted', 'It was stopped.'],
])('%s', (_what, task, reason, detail) => {
  expect(readTaskEnd(task)).toMatchObject({ reason, detail });
});

test.each<[string, Task]>([
  [
    'replaced by the next release',
    { stopCode: BY_SERVICE, stoppedReason: 'Scaling activity initiated by (deployment ecs-svc/1)' },
  ],
  ['still running', {}],
])('a task that was %s ended for no reason', (_what, task) => {
  expect(readTaskEnd(task)).toBeUndefined();
});

test('nothing of what ECS says gets into the words for people', () => {
  const told = 'arn:aws:iam::123456789012:role/secret';
  for (const stopCode of ['TaskFailedToStart', 'EssentialContainerExited', BY_SERVICE] as const) {
    for (const stoppedReason of [
      `CannotPullContainerError: ${told}`,
      `Task failed ELB health checks in ${told}`,
      told,
    ]) {
      expect(readTaskEnd({ stopCode, stoppedReason })?.detail ?? '').not.toContain('secret');
    }
  }
});
