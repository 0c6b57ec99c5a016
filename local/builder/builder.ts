import { mkdir, rename, rm, statfs } from 'node:fs/promises';
import * as z from 'zod';
import type { Task } from '../../functions/runtime/task.ts';
import { createTask } from '../../functions/runtime/task.ts';
import { createSemaphore } from '../../src/adapters/system/semaphore.ts';
import { type Command, describeCommand } from '../../src/domain/builds/index.ts';
import {
  DeploymentEndedError,
  DeploymentFailedError,
  type DeploymentKey,
  endBuild,
  isUnderWay,
  loadDeployment,
  loadRelease,
  loadReleaseVariables,
  type PipelineDependencies,
  say,
  type TaskContext,
} from '../../src/domain/deployments/index.ts';
import { deployInputSchema } from '../../state-machines/catalog.ts';
import type { HomeFolders } from '../home.ts';
import { exitOrStop, type ProcessRunner } from '../process/index.ts';
import { sourceDirectory } from '../source/provider.ts';
import { imageEnvironment } from './environment.ts';
import { imageDirectory } from './images.ts';
import type { Limits } from './limits.ts';

import { checkToolchains } from './toolchains.ts';
import { projectUserId } from './user.ts';

export interface LocalBuilderOptions {
  readonly pipeline: PipelineDependencies;
  readonly runner: ProcessRunner;
  readonly folders: HomeFolders;
  /** What builds may see of the operator's environment. */
  readonly host_environment: Readonly<Record<string, string>>;
  readonly limits: Limits;
}

interface Build {
  readonly key: DeploymentKey;
  readonly image_dir: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly writable_paths: readonly string[];
  readonly user_id: number;
  readonly signal: AbortSignal;
}

// What CodeBuild gets on AWS: the same parameters name the same deployment here.
const startBuildSchema = z.object({
  EnvironmentVariablesOverride: z.array(z.object({ Name: z.string(), Value: z.string() })),
});

const NO_SPACE_BYTES = 16 * 1024 * 1024;

/** The laptop's CodeBuild: takes the state's own parameters, and builds with child processes in the sandbox. */
export function createLocalBuilder(options: LocalBuilderOptions): Task {
  const places = createSemaphore(options.limits.concurrent_builds);
  return createTask(startBuildSchema, async (parameters, context) => {
    const variables = Object.fromEntries(
      parameters.EnvironmentVariablesOverride.map(({ Name, Value }) => [Name.toLowerCase(), Value]),
    );
    const key = deployInputSchema.parse(variables);
    return places.run(() => build(options, key, context), context.signal);
  });
}

/** What the state machine selects of a finished build, as CodeBuild tells it. */
interface FinishedBuild {
  readonly Build: {
    readonly Phases: readonly [
      { readonly PhaseType: 'BUILD'; readonly StartTime: number; readonly EndTime: number },
    ];
  };
}

async function build(
  options: LocalBuilderOptions,
  key: DeploymentKey,
  context: TaskContext,
): Promise<FinishedBuild> {
  const { pipeline, runner, folders } = options;
  const current = await loadDeployment(pipeline, key);
  if (!isUnderWay(current.status)) throw new DeploymentEndedError(current.status);
  const release = await loadRelease(pipeline, current);
  const warnings = await checkToolchains(release.plan, options.host_environment);
  for (const warning of warnings) say(pipeline, key, 'build', warning, 'warn');

  const image_dir = imageDirectory(folders.images, release.id);
  await rm(image_dir, { recursive: true, force: true });
  await rename(sourceDirectory(folders.sources, key.deployment_id), image_dir);
  const home = `${folders.caches}/${current.project_id}`;
  const temporary = `${home}/tmp`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  const user_id = projectUserId(current.project_id);
  for (const path of [image_dir, home]) await runner.prepareWritablePath(path, user_id);

  const timeout_ms = options.limits.build_timeout_ms;
  const timeout = AbortSignal.timeout(timeout_ms);
  const signal = AbortSignal.any([timeout, ...(context.signal === undefined ? [] : [context.signal])]);
  const environment = {
    ...imageEnvironment({
      host: options.host_environment,
      plan: release.plan,
      variables: await loadReleaseVariables(pipeline, current),
      root: image_dir,
      home,
    }),
    // The sandbox's own /tmp lies in memory, too small for what package managers unpack.
    TMPDIR: temporary,
  };
  const job: Build = { key, image_dir, environment, signal, user_id, writable_paths: [image_dir, home] };
  const StartTime = pipeline.clock.now().getTime();
  try {
    for (const command of [...release.plan.install, ...release.plan.build]) {
      await runCommand(options, job, command);
    }
  } catch (error) {
    await rm(image_dir, { recursive: true, force: true });
    // Stopped from outside: whoever stopped it ends the step, or another run goes on with it.
    if (context.signal?.aborted === true) throw error;
    await endBuild(pipeline, key, 'failed', pipeline.clock.now().getTime() - StartTime);
    if (!timeout.aborted) throw error;
    throw new DeploymentFailedError('build_timeout', `The limit is ${timeout_ms / 1000} s.`, error);
  }
  const EndTime = pipeline.clock.now().getTime();
  return { Build: { Phases: [{ PhaseType: 'BUILD', StartTime, EndTime }] } };
}

async function runCommand(options: LocalBuilderOptions, job: Build, command: Command): Promise<void> {
  const { pipeline, runner } = options;
  job.signal.throwIfAborted();
  say(pipeline, job.key, 'build', `$ ${describeCommand(command)}`);
  const child = await runner.start({
    id: `build-${job.key.deployment_id}`,
    command,
    cwd: job.image_dir,
    environment: job.environment,
    writable_paths: job.writable_paths,
    user_id: job.user_id,
    memory_limit_bytes: options.limits.build_memory_bytes,
    onLine: (line) => pipeline.logs.append(job.key, { ...line, step: 'build', level: 'info' }),
  });
  const exit = await exitOrStop(child, job.signal, options.limits.stop_grace_ms);
  if (exit.code === 0) return;
  job.signal.throwIfAborted();
  if (exit.out_of_memory) {
    throw new DeploymentFailedError(
      'out_of_memory',
      `The build may use ${options.limits.build_memory_bytes / 1024 ** 2} MiB.`,
    );
  }
  const { bavail, bsize } = await statfs(job.image_dir);
  if (bavail * bsize < NO_SPACE_BYTES)
    throw new DeploymentFailedError('storage_full', describeCommand(command));
  const how = exit.code === null ? `ended by ${exit.signal}` : `exit code ${exit.code}`;
  throw new DeploymentFailedError('build_failed', `${describeCommand(command)}: ${how}.`);
}
