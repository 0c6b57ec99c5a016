import type { Task } from '@aws-sdk/client-ecs';
import type { FailureReason } from '../../../domain/deployments/index.ts';
import { CONTAINER_NAME } from './names.ts';

/** Why a task ended, in the platform's own words: what ECS says may name things of the operator's. */
export interface TaskEnd {
  readonly reason: FailureReason;
  readonly detail: string;
  readonly exit_code: number | null;
}

const OUT_OF_MEMORY = /OutOfMemory|memory usage/i;
const NEVER_STARTED = /^(?:Cannot(?:Pull|Create|Inspect)|ResourceInitialization|AGENT|Internal)\w*Error/;
const BAD_START = /CannotStartContainerError|executable file not found|no such file or directory/;
const FAILED_HEALTH_CHECK = /failed .*health ?check|unhealthy/i;
const EXIT_KILLED = 137;

/** Why a stopped task ended; undefined when it was only replaced, or took part in no failure. */
export function readTaskEnd(task: Task): TaskEnd | undefined {
  const container = task.containers?.find(({ name }) => name === CONTAINER_NAME);
  const exit_code = container?.exitCode ?? null;
  const told = [container?.reason, task.stoppedReason].filter((text) => text !== undefined);
  const says = (pattern: RegExp) => told.some((text) => pattern.test(text));
  const end = (reason: FailureReason, detail: string): TaskEnd => ({ reason, detail, exit_code });

  if (says(OUT_OF_MEMORY)) return end('out_of_memory', memoryDetail(task));
  if (says(BAD_START)) return end('app_exited', 'Its start command could not be run.');
  if (says(NEVER_STARTED)) return end('internal', 'The app could not be started.');
  switch (task.stopCode) {
    case 'EssentialContainerExited':
      return end('app_exited', `It ended with ${describeExitCode(exit_code)}.`);
    case 'ServiceSchedulerInitiated':
      return says(FAILED_HEALTH_CHECK) ? end('healthcheck_failed', 'No healthy answer in time.') : undefined;
    case 'TaskFailedToStart':
    case 'InfrastructureHealth':
    case 'SpotInterruption':
    case 'TerminationNotice':
      return end('internal', 'The app could not be kept running.');
    case 'UserInitiated':
      return end('interrupted', 'It was stopped.');
    default:
      return undefined;
  }
}

/** An exit code, for people. */
export function describeExitCode(exit_code: number | null): string {
  if (exit_code === null) return 'no exit code';
  return exit_code === EXIT_KILLED ? `exit code ${exit_code} (killed)` : `exit code ${exit_code}`;
}

function memoryDetail({ memory }: Task): string {
  return memory === undefined ? '' : `An app may use ${memory} MiB.`;
}
