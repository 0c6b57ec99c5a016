import type { Command } from '../../src/domain/builds/model.ts';

/** How far a command is kept from the machine; only `bubblewrap` hides the platform's own files. */
export type IsolationLevel = 'bubblewrap' | 'user' | 'none';

/** One line that a command wrote. */
export interface OutputLine {
  readonly stream: 'stdout' | 'stderr';
  readonly message: string;
  readonly timestamp: string;
}

/** What to run, and what it may touch. */
export interface ProcessSpec {
  /** Unique among runs; names the run record and the cgroup. Letters, digits, `_`, `-`, `.`. */
  readonly id: string;
  readonly command: Command;
  readonly cwd: string;
  /** The exact environment: nothing is inherited, and `BRANCHLINE_*` and `AWS_*` are dropped. */
  readonly environment: Readonly<Record<string, string>>;
  /** Bound read-write at the same path; each has to be prepared by {@link ProcessRunner.prepareWritablePath}. */
  readonly writable_paths: readonly string[];
  readonly readable_paths?: readonly string[];
  readonly memory_limit_bytes: number;
  /** The user that the command runs as, where the runner changes users; else the runner's default. */
  readonly user_id?: number;
  /** Output is read no faster than a returned promise resolves. */
  readonly onLine: (line: OutputLine) => void | Promise<void>;
}

/** How a run ended. Under bubblewrap a signal that killed the app arrives as code 128 + its number. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out_of_memory: boolean;
}

/** A command that is running, or was. */
export interface SandboxedProcess {
  readonly pid: number;
  /** Resolves when the command and all that it started are gone and its output was delivered; never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** SIGTERM to the app, SIGKILL to everything that is left after `grace_ms`. Safe to call again. */
  terminate(grace_ms: number): Promise<ProcessExit>;
  /** TCP ports on which any process of this run listens, ascending. */
  listeningPorts(): Promise<number[]>;
  /** What all processes of this run hold and have used so far. */
  usage(): Promise<ProcessUsage>;
}

export interface ProcessUsage {
  readonly resident_bytes: number;
  /** Processor time in seconds; 0 where the system doesn't tell. */
  readonly cpu_s: number;
}

/** Runs untrusted commands as child processes. */
export interface ProcessRunner {
  readonly level: IsolationLevel;
  /** True when commands run as another user than the platform, so that paths have to be prepared. */
  readonly changes_user: boolean;
  readonly memory: 'cgroup' | 'watchdog';
  start(spec: ProcessSpec): Promise<SandboxedProcess>;
  /** Makes a folder writable for commands at this level. Call it after the platform has filled the folder. */
  prepareWritablePath(path: string, user_id?: number): Promise<void>;
  /** Kills what an earlier platform process left running; the number of such runs that were still alive. */
  killOrphans(): Promise<number>;
  /** Ends every run of this runner; no new one can start afterwards. */
  terminateAll(grace_ms: number): Promise<void>;
}

/** Called with failures that no caller waits for (a log consumer that throws, a record that can't be removed). */
export type ErrorReporter = (error: unknown) => void;
