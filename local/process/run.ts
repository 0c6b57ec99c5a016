import type { ChildProcess } from 'node:child_process';
import type { Sandbox } from './isolation/sandbox.ts';
import { killUntilGone, sendSignal, waitUntilGone } from './kill.ts';
import type { MemoryWatch } from './memory/guard.ts';
import type { OutputPump } from './output.ts';
import { listeningPorts } from './ports.ts';
import { cpuSeconds, listProcesses, membersOf, residentBytes } from './process-table.ts';
import type { ErrorReporter, ProcessExit, ProcessUsage, SandboxedProcess } from './types.ts';

/** How long a pipe that a lost process still holds may stay silent before it is given up. */
const HELD_PIPE_MS = 500;

export interface RunParts {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly sandbox: Sandbox;
  readonly memory: MemoryWatch;
  readonly pumps: readonly OutputPump[];
  readonly forget: () => Promise<void>;
  readonly onError: ErrorReporter;
}

/** One command from its start until all that it started is gone. */
export class Run implements SandboxedProcess {
  readonly pid: number;
  readonly exited: Promise<ProcessExit>;
  readonly #parts: RunParts;
  #leader_gone = false;
  #terminated_until = 0;
  #ended = false;

  /** @param leader_exit - resolves when the leader has ended; listened to since before the child could end */
  constructor(parts: RunParts, leader_exit: Promise<Omit<ProcessExit, 'out_of_memory'>>) {
    this.#parts = parts;
    this.pid = parts.pid;
    this.exited = this.#settle(leader_exit);
  }

  async terminate(grace_ms: number): Promise<ProcessExit> {
    if (this.#ended) return this.exited;
    const first = this.#terminated_until === 0;
    this.#terminated_until = performance.now() + grace_ms;
    const timer = setTimeout(() => void this.kill(), grace_ms);
    try {
      if (first) await this.#askToEnd();
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  /** SIGKILL to everything at once; {@link exited} follows. */
  async kill(): Promise<void> {
    if (this.#ended) return;
    this.#terminated_until = -1;
    try {
      await killUntilGone(this.pid, () => this.#members());
    } catch (error) {
      this.#parts.onError(error);
    }
  }

  async listeningPorts(): Promise<number[]> {
    return this.#ended ? [] : listeningPorts(await this.#members());
  }

  async usage(): Promise<ProcessUsage> {
    const pids = new Set(this.#ended ? [] : await this.#members());
    const members = (await listProcesses()).filter((entry) => pids.has(entry.pid));
    return { resident_bytes: residentBytes(members, 0), cpu_s: cpuSeconds(members) };
  }

  async #askToEnd(): Promise<void> {
    try {
      const group = this.#parts.sandbox.appGroup(this.pid, await listProcesses());
      if (this.#leader_gone) return;
      // No app yet: there is nothing that could clean up after itself.
      if (group === null) await this.kill();
      else sendSignal(-group, 'SIGTERM');
    } catch (error) {
      this.#parts.onError(error);
    }
  }

  async #settle(leader_exit: Promise<Omit<ProcessExit, 'out_of_memory'>>): Promise<ProcessExit> {
    const exit = await leader_exit;
    this.#leader_gone = true;
    const out_of_memory = await this.#orElse(() => this.#cleanUp(), false);
    this.#ended = true;
    return { ...exit, out_of_memory };
  }

  async #cleanUp(): Promise<boolean> {
    const { memory, pumps, sandbox, forget } = this.#parts;
    if (!sandbox.ends_with_leader) await this.#letOthersFinish();
    await this.#orElse(() => killUntilGone(this.pid, () => this.#members()), undefined);
    await Promise.all(pumps.map((pump) => pump.finish(HELD_PIPE_MS)));
    const exceeded = await this.#orElse(() => memory.exceeded(), false);
    await this.#orElse(() => memory.release(), undefined);
    await this.#orElse(forget, undefined);
    return exceeded;
  }

  /** A shell may end at once on SIGTERM while the server that it started still finishes its requests. */
  async #letOthersFinish(): Promise<void> {
    const left_ms = this.#terminated_until - performance.now();
    if (left_ms > 0) await waitUntilGone(() => this.#group(), left_ms);
  }

  /** Those that got the SIGTERM. */
  async #group(): Promise<number[]> {
    const entries = await listProcesses();
    return entries.filter((entry) => entry.group_id === this.pid && !entry.zombie).map((entry) => entry.pid);
  }

  async #members(): Promise<number[]> {
    const entries = await listProcesses();
    const known = await this.#parts.memory.members();
    return membersOf(entries, this.pid, new Set(known)).map((entry) => entry.pid);
  }

  async #orElse<T>(action: () => Promise<T>, fallback: T): Promise<T> {
    try {
      return await action();
    } catch (error) {
      this.#parts.onError(error);
      return fallback;
    }
  }
}
