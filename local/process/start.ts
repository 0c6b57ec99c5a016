import type { ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { lstat, realpath, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Command } from '../../src/domain/builds/model.ts';
import { DeploymentFailedError } from '../../src/domain/deployments/failure.ts';
import { commandEnvironment } from './environment.ts';
import { type GatedProcess, startGated } from './gate.ts';
import type { Sandbox } from './isolation/sandbox.ts';
import { isInside } from './isolation/toolchains.ts';
import type { MemoryGuard, MemoryWatch } from './memory/guard.ts';
import { closePipe, type OutputPipe, openOutputPipes, pumpLines } from './output.ts';
import { bootId, processStarted } from './process-table.ts';
import type { RunRecords } from './records.ts';
import { Run } from './run.ts';
import type { ErrorReporter, ProcessExit, ProcessSpec } from './types.ts';

export interface StartContext {
  readonly home: string;
  readonly runs_dir: string;
  readonly default_user_id: number;
  readonly sandbox: Sandbox;
  readonly guard: MemoryGuard;
  readonly records: RunRecords;
  readonly onError: ErrorReporter;
}

type LeaderExit = Omit<ProcessExit, 'out_of_memory'>;

/** Starts a command; when this resolves, its record is on disk and its memory is guarded. */
export async function startRun(context: StartContext, spec: ProcessSpec): Promise<Run> {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,100}$/.test(spec.id))
    throw new Error(`"${spec.id}" is not an id for a run`);
  const user_id = spec.user_id ?? context.default_user_id;
  await checkPaths(context, spec, user_id);
  const sandbox = await context.sandbox.wrap({
    cwd: spec.cwd,
    writable_paths: spec.writable_paths,
    readable_paths: spec.readable_paths ?? [],
    memory_limit_bytes: spec.memory_limit_bytes,
    user_id,
  });
  const pipes = await recorded(() =>
    openOutputPipes(context.runs_dir, spec.id, context.sandbox.changes_user ? user_id : undefined),
  );
  const gated = await gatedOrClosed(spec, sandbox, pipes);
  return admit(context, spec, gated, pipes);
}

/** Puts the child on record and under guard, then lets it become the command. */
async function admit(
  context: StartContext,
  spec: ProcessSpec,
  gated: GatedProcess,
  pipes: Pipes,
): Promise<Run> {
  const { onError, records } = context;
  const run: { current: Run | null } = { current: null };
  const leader_exit = exitOf(gated.child);
  const pumps = [
    pumpLines(pipes.stdout.reader, 'stdout', spec.onLine, onError),
    pumpLines(pipes.stderr.reader, 'stderr', spec.onLine, onError),
  ];
  let memory: MemoryWatch | null = null;
  try {
    const guarded = await context.guard.watch({
      id: spec.id,
      pid: gated.pid,
      limit_bytes: spec.memory_limit_bytes,
      onExceeded: () => void run.current?.kill(),
    });
    memory = guarded;
    await recorded(() => writeRecord(records, spec.id, gated.pid, guarded.cgroup));
    const forget = () => records.remove(spec.id);
    const parts = { ...gated, sandbox: context.sandbox, memory, pumps, forget, onError };
    run.current = new Run(parts, leader_exit);
    gated.open();
    return run.current;
  } catch (error) {
    gated.refuse();
    await leader_exit;
    await memory?.release();
    await records.remove(spec.id);
    throw error;
  }
}

async function writeRecord(
  records: RunRecords,
  id: string,
  pid: number,
  cgroup: string | null,
): Promise<void> {
  // An empty start time means that it ended already, which its exit will tell.
  const started = (await processStarted(pid)) ?? '';
  await records.write({ id, pid, started, boot_id: bootId(), cgroup });
}

interface Pipes {
  readonly stdout: OutputPipe;
  readonly stderr: OutputPipe;
}

async function gatedOrClosed(
  spec: ProcessSpec,
  sandbox: readonly string[],
  pipes: Pipes,
): Promise<GatedProcess> {
  try {
    const gated = await startGated({
      sandbox,
      argv: argvOf(spec.command),
      environment: commandEnvironment(spec.environment),
      cwd: spec.cwd,
      stdout: pipes.stdout.writer,
      stderr: pipes.stderr.writer,
    });
    closeSync(pipes.stdout.writer);
    closeSync(pipes.stderr.writer);
    return gated;
  } catch (error) {
    closePipe(pipes.stdout);
    closePipe(pipes.stderr);
    throw error;
  }
}

function argvOf(command: Command): readonly string[] {
  return command.kind === 'exec' ? command.argv : ['sh', '-c', command.script];
}

function exitOf(child: ChildProcess): Promise<LeaderExit> {
  const { promise, resolve } = Promise.withResolvers<LeaderExit>();
  child.once('exit', (code, signal) => resolve({ code, signal }));
  return promise;
}

/**
 * A build may have put a link where the platform expects a folder: binding it would open whatever it leads to.
 * @throws DeploymentFailedError naming the path
 */
async function checkPaths(context: StartContext, spec: ProcessSpec, user_id: number): Promise<void> {
  for (const path of new Set([spec.cwd, ...spec.writable_paths])) {
    await checkPath(context.home, path);
    if (!context.sandbox.changes_user || !spec.writable_paths.includes(path)) continue;
    if ((await stat(path)).uid !== user_id) throw new Error(`prepareWritablePath was not called for ${path}`);
  }
}

async function checkPath(home: string, path: string): Promise<void> {
  try {
    const linked = isInside(path, home)
      ? (await realpath(path)) !== join(await realpath(home), relative(home, path))
      : (await lstat(path)).isSymbolicLink();
    if (linked) throw new DeploymentFailedError('internal', `${path} leads elsewhere through a link.`);
  } catch (error) {
    if (error instanceof DeploymentFailedError) throw error;
    throw new DeploymentFailedError('internal', `The folder ${path} can not be used.`, error);
  }
}

async function recorded<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const reason = isStorageFull(error) ? 'storage_full' : 'internal';
    throw new DeploymentFailedError(reason, 'The run could not be recorded.', error);
  }
}

function isStorageFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')) return true;
  return 'stderr' in error && /no space left|quota exceeded/i.test(String(error.stderr));
}
