import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, realpath } from 'node:fs/promises';
import { promisify } from 'node:util';
import { DeploymentFailedError } from '../../src/domain/deployments/failure.ts';
import { detectSandbox } from './isolation/detect.ts';
import { CGROUP_NAME_PREFIX } from './memory/cgroup.ts';
import { createMemoryGuard } from './memory/guard.ts';
import { killRecordedRun } from './orphans.ts';
import { RunRecords } from './records.ts';
import type { Run } from './run.ts';
import { type StartContext, startRun } from './start.ts';
import type { ErrorReporter, IsolationLevel, ProcessRunner, ProcessSpec } from './types.ts';

export interface ProcessRunnerOptions {
  /** Folder of the run records, of one platform alone. */
  readonly runs_dir: string;
  readonly level: 'auto' | IsolationLevel;
  /** `auto` is a cgroup where one can be made. */
  readonly memory?: 'auto' | 'cgroup' | 'watchdog';
  /** The platform's data folder: hidden from commands, except the paths that a spec names. */
  readonly home: string;
  /** The operator's environment as {@link hostEnvironment} leaves it; says which toolchains are bound. */
  readonly environment: Readonly<Record<string, string>>;
  /** The user for commands whose spec names none, where users are changed; 65534 if not given. */
  readonly default_user_id?: number;
  /** How often memory is looked at; a second if not given. */
  readonly memory_interval_ms?: number;
  readonly onError?: ErrorReporter;
}

/**
 * Makes the runner for this machine.
 * @throws IsolationUnavailableError when a level is demanded that does not work here
 */
export async function createProcessRunner(options: ProcessRunnerOptions): Promise<ProcessRunner> {
  await Promise.all([options.home, options.runs_dir].map((path) => mkdir(path, { recursive: true })));
  const runs_dir = await realpath(options.runs_dir);
  const onError = options.onError ?? ((error) => process.emitWarning(asError(error)));
  const guard = await createMemoryGuard({
    kind: options.memory ?? 'auto',
    name: CGROUP_NAME_PREFIX + createHash('sha256').update(runs_dir).digest('hex').slice(0, 12),
    interval_ms: options.memory_interval_ms ?? 1_000,
    onError,
  });
  return new LocalProcessRunner({
    home: options.home,
    runs_dir,
    default_user_id: options.default_user_id ?? 65_534,
    sandbox: await detectSandbox(options),
    guard,
    records: new RunRecords(runs_dir),
    onError,
  });
}

class LocalProcessRunner implements ProcessRunner {
  readonly #context: StartContext;
  /** Null while a run is being started. */
  readonly #runs = new Map<string, Run | null>();
  readonly #starting = new Set<Promise<unknown>>();
  #closed = false;

  constructor(context: StartContext) {
    this.#context = context;
  }

  get level(): IsolationLevel {
    return this.#context.sandbox.level;
  }

  get changes_user(): boolean {
    return this.#context.sandbox.changes_user;
  }

  get memory(): 'cgroup' | 'watchdog' {
    return this.#context.guard.kind;
  }

  async start(spec: ProcessSpec): Promise<Run> {
    if (this.#closed) throw new DeploymentFailedError('interrupted');
    if (this.#runs.has(spec.id)) throw new Error(`A run "${spec.id}" is there already`);
    this.#runs.set(spec.id, null);
    const starting = startRun(this.#context, spec);
    this.#starting.add(starting);
    try {
      const run = await starting;
      this.#runs.set(spec.id, run);
      void run.exited.then(() => this.#runs.delete(spec.id));
      return run;
    } catch (error) {
      this.#runs.delete(spec.id);
      throw error;
    } finally {
      this.#starting.delete(starting);
    }
  }

  async prepareWritablePath(path: string, user_id?: number): Promise<void> {
    if (!this.changes_user) return;
    const id = String(user_id ?? this.#context.default_user_id);
    // chown itself walks by file descriptors, so a link that appears meanwhile does not lead it out of the folder.
    await promisify(execFile)('chown', ['-RPh', `${id}:${id}`, '--', path], {
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    });
  }

  async killOrphans(): Promise<number> {
    const records = (await this.#context.records.list()).filter((record) => !this.#runs.has(record.id));
    const alive = await Promise.all(
      records.map(async (record) => {
        const was_alive = await killRecordedRun(record);
        await this.#context.records.remove(record.id);
        return was_alive;
      }),
    );
    return alive.filter(Boolean).length;
  }

  async terminateAll(grace_ms: number): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#starting);
    const running = [...this.#runs.values()].filter((run) => run !== null);
    await Promise.all(running.map((run) => run.terminate(grace_ms)));
    await this.#context.guard.close();
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
