import { type Command, describeCommand } from '../../src/domain/builds/index.ts';
import { DeploymentFailedError } from '../../src/domain/deployments/index.ts';
import type { Limits } from '../builder/limits.ts';
import { exitOrStop, type OutputLine, type ProcessRunner } from '../process/index.ts';
import type { Launch } from './launch.ts';
import { describeExit } from './restart.ts';

/** Runs one command to its end.
 *  @throws DeploymentFailedError pre_deploy_failed, out_of_memory; the signal's reason when it was stopped */
export async function runToEnd(options: {
  readonly runner: ProcessRunner;
  readonly limits: Limits;
  readonly launch: Launch;
  readonly id: string;
  readonly command: Command;
  readonly signal: AbortSignal | undefined;
  readonly onLine: (line: OutputLine) => void;
}): Promise<void> {
  const { limits } = options;
  const timeout = AbortSignal.timeout(limits.pre_deploy_timeout_ms);
  const signal = AbortSignal.any([timeout, ...(options.signal === undefined ? [] : [options.signal])]);
  signal.throwIfAborted();
  const child = await options.runner.start({
    ...options.launch,
    id: options.id,
    memory_limit_bytes: limits.app_memory_bytes,
    onLine: options.onLine,
  });
  const exit = await exitOrStop(child, signal, limits.stop_grace_ms);
  if (exit.code === 0) return;
  options.signal?.throwIfAborted();
  const what = describeCommand(options.command);
  if (timeout.aborted) {
    throw new DeploymentFailedError(
      'pre_deploy_failed',
      `${what}: took longer than ${limits.pre_deploy_timeout_ms / 1000} s.`,
    );
  }
  if (exit.out_of_memory) {
    const limit_mib = limits.app_memory_bytes / 1024 ** 2;
    throw new DeploymentFailedError('out_of_memory', `${what}: it may use ${limit_mib} MiB.`);
  }
  throw new DeploymentFailedError('pre_deploy_failed', `${what}: ${describeExit(exit)}.`);
}
