import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  createProcessRunner,
  hostEnvironment,
  type OutputLine,
  type ProcessExit,
  type ProcessRunner,
  type ProcessRunnerOptions,
  type ProcessSpec,
  type SandboxedProcess,
} from '../../../../local/process/index.ts';
import { listProcesses } from '../../../../local/process/process-table.ts';

/** A run and what it wrote so far. */
export interface ObservedRun extends SandboxedProcess {
  readonly lines: readonly OutputLine[];
  /** Resolves with the first line that contains `text`, also one that came before. */
  line(text: string): Promise<string>;
  /** All messages, joined. */
  text(): string;
}

export interface Bench {
  readonly runner: ProcessRunner;
  readonly errors: unknown[];
  readonly home: string;
  readonly runs_dir: string;
  /** The folder that commands run in and may write to. */
  readonly work: string;
  start(command: ProcessSpec['command'] | string, more?: Partial<ProcessSpec>): Promise<ObservedRun>;
  /** Starts a command and waits for its end. */
  finish(
    command: ProcessSpec['command'] | string,
    more?: Partial<ProcessSpec>,
  ): Promise<ProcessExit & { text: string; lines: readonly OutputLine[] }>;
}

/** A runner on folders of its own; all of it goes away when the test ends. */
export async function makeBench(
  options: Partial<ProcessRunnerOptions> = {},
  parent = tmpdir(),
): Promise<Bench> {
  const home = options.home ?? (await realpath(await mkdtemp(join(parent, 'branchline-process-'))));
  const runs_dir = join(home, 'runs');
  const work = join(home, 'work');
  await mkdir(work, { recursive: true });
  const errors: unknown[] = [];
  const runner = await createProcessRunner({
    level: 'none',
    memory: 'watchdog',
    memory_interval_ms: 50,
    environment: hostEnvironment(process.env),
    onError: (error) => errors.push(error),
    ...options,
    home,
    runs_dir,
  });
  onTestFinished(async () => {
    await runner.terminateAll(0);
    await rm(home, { recursive: true, force: true });
  });
  await runner.prepareWritablePath(work);
  let count = 0;
  const start: Bench['start'] = async (command, more = {}) => {
    const output = new Output();
    const run = await runner.start({
      id: `run-${++count}`,
      command: typeof command === 'string' ? { kind: 'shell', script: command } : command,
      cwd: work,
      environment: { PATH: hostEnvironment(process.env)['PATH'] ?? '', HOME: work },
      writable_paths: [work],
      memory_limit_bytes: 1024 * 1024 * 1024,
      onLine: (line) => output.add(line),
      ...more,
    });
    void run.exited.then(() => output.end());
    return {
      pid: run.pid,
      exited: run.exited,
      terminate: (grace_ms) => run.terminate(grace_ms),
      listeningPorts: () => run.listeningPorts(),

      usage: () => run.usage(),
      lines: output.lines,
      line: (text) => output.wait(text),
      text: () => output.lines.map((line) => line.message).join('\n'),
    };
  };
  const finish: Bench['finish'] = async (command, more) => {
    const run = await start(command, more);
    return { ...(await run.exited), text: run.text(), lines: run.lines };
  };
  return { runner, errors, home, runs_dir, work, start, finish };
}

/** Whether a process is there, one that only waits to be reaped not counted. */
export async function isAlive(pid: number): Promise<boolean> {
  return (await listProcesses()).some((entry) => entry.pid === pid && !entry.zombie);
}

class Output {
  readonly lines: OutputLine[] = [];
  #waiting: { text: string; resolve: (line: string) => void; reject: (error: Error) => void }[] = [];

  add(line: OutputLine): void {
    this.lines.push(line);
    for (const waiter of this.#waiting) if (line.message.includes(waiter.text)) waiter.resolve(line.message);
  }

  end(): void {
    for (const waiter of this.#waiting) waiter.reject(new Error(`It ended without writing "${waiter.text}"`));
  }

  wait(text: string): Promise<string> {
    const found = this.lines.find((line) => line.message.includes(text));
    if (found !== undefined) return Promise.resolve(found.message);
    return new Promise((resolve, reject) => this.#waiting.push({ text, resolve, reject }));
  }
}
