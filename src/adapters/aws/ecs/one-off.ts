import { createHash } from 'node:crypto';
import { ConflictException, RunTaskCommand, type RunTaskRequest, type Task } from '@aws-sdk/client-ecs';
import { type Command, describeCommand } from '../../../domain/builds/index.ts';
import { DeploymentFailedError, type ReleaseSpec } from '../../../domain/deployments/index.ts';
import { callEcs } from './client.ts';
import type { EcsComputeDependencies } from './config.ts';
import { CONTAINER_NAME, clientToken, serviceTags } from './names.ts';
import { networkConfiguration } from './service.ts';
import { describeExitCode, readTaskEnd } from './stopped-task.ts';
import { describeTasks, stopTask } from './tasks.ts';

/** What RunTask takes as overrides, all of it counted. */
const MAX_OVERRIDES_BYTES = 8192;
const HASH_LENGTH = 16;

/** One command of a deployment, to be run in a task of its own. */
export interface OneOff {
  readonly spec: ReleaseSpec;
  readonly task_definition: string;
  readonly command: Command;
  /** Its place among the deployment's commands: with the deployment's id it says which run this is. */
  readonly position: number;
}

/** Runs a command to its end. A rerun after a death finds the task of the first run.
 *  @throws DeploymentFailedError pre_deploy_failed, out_of_memory; the signal's reason when it was stopped */
export async function runOneOff(
  deps: EcsComputeDependencies,
  one_off: OneOff,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  const arn = await startTask(deps, one_off);
  const task = await awaitEnd(deps, one_off, arn, signal);
  const end = readTaskEnd(task);
  const exit_code = task.containers?.find(({ name }) => name === CONTAINER_NAME)?.exitCode ?? null;
  if (exit_code === 0) return;
  const what = describeCommand(one_off.command);
  switch (end?.reason) {
    case 'out_of_memory':
      throw new DeploymentFailedError('out_of_memory', `${what}: it may use ${deps.config.memory_mib} MiB.`);
    case 'internal':
      deps.logger.error('one-off task could not be run', { arn, stopped_reason: task.stoppedReason });
      throw new DeploymentFailedError('internal', `${what}: ${end.detail}`);
    default:
      throw new DeploymentFailedError('pre_deploy_failed', `${what}: ${describeExitCode(exit_code)}.`);
  }
}

/** @returns the task's ARN */
async function startTask(deps: EcsComputeDependencies, one_off: OneOff): Promise<string> {
  const input = runTaskInput(deps, one_off);
  try {
    const { tasks = [], failures = [] } = await callEcs('RunTask', () =>
      deps.ecs.send(new RunTaskCommand(input)),
    );
    const arn = tasks[0]?.taskArn;
    if (arn !== undefined) return arn;
    deps.logger.error('one-off task was not started', { failures });
    throw new DeploymentFailedError('internal', 'There was no room for the command.');
  } catch (error) {
    // Started by a run of this step that died: its task definition had another revision.
    const arn = error instanceof ConflictException ? error.resourceIds?.[0] : undefined;
    if (arn === undefined) throw error;
    return arn;
  }
}

function runTaskInput({ config }: EcsComputeDependencies, one_off: OneOff): RunTaskRequest {
  const { spec, command, task_definition } = one_off;
  const overrides = { containerOverrides: [{ name: CONTAINER_NAME, command: [toScript(command)] }] };
  if (Buffer.byteLength(JSON.stringify(overrides)) > MAX_OVERRIDES_BYTES) {
    const detail = `The command is longer than ${MAX_OVERRIDES_BYTES} bytes. Put it into a script of the repository.`;
    throw new DeploymentFailedError('pre_deploy_failed', detail);
  }
  return {
    cluster: config.cluster,
    taskDefinition: task_definition,
    clientToken: runToken(one_off),
    count: 1,
    launchType: 'FARGATE',
    networkConfiguration: networkConfiguration(config),
    overrides,
    enableECSManagedTags: true,
    enableExecuteCommand: false,
    startedBy: spec.service.project_id,
    tags: serviceTags(spec.service),
  };
}

/** The same for a rerun of the same command, at most 64 characters. */
function runToken({ spec, position, command }: OneOff): string {
  const hash = createHash('sha256').update(toScript(command)).digest('hex').slice(0, HASH_LENGTH);
  return `${clientToken(spec.deployment_id)}-${position}-${hash}`;
}

async function awaitEnd(
  deps: EcsComputeDependencies,
  one_off: OneOff,
  arn: string,
  signal: AbortSignal | undefined,
): Promise<Task> {
  const { config, clock } = deps;
  const deadline_ms = clock.now().getTime() + config.one_off_timeout_s * 1000;
  try {
    for (;;) {
      const [task] = await describeTasks(deps, [arn]);
      if (task?.lastStatus === 'STOPPED') return task;
      if (clock.now().getTime() >= deadline_ms) break;
      await deps.sleep(config.poll_ms, signal);
      signal?.throwIfAborted();
    }
  } catch (error) {
    // Where only the look at it failed, it runs on: a rerun finds it.
    if (signal?.aborted === true) await stopTask(deps, arn, 'The deployment was stopped');
    throw error;
  }
  await stopTask(deps, arn, 'It took too long');
  const what = describeCommand(one_off.command);
  throw new DeploymentFailedError(
    'pre_deploy_failed',
    `${what}: took longer than ${config.one_off_timeout_s} s.`,
  );
}

/** The command as one shell script; a program's arguments in quotes, so that the shell takes each as it is. */
function toScript(command: Command): string {
  if (command.kind === 'shell') return command.script;
  return `exec ${command.argv.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')}`;
}
