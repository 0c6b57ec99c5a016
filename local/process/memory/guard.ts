import type { ErrorReporter } from '../types.ts';
import { CgroupGuard } from './cgroup.ts';
import { findCgroupBase } from './cgroup-location.ts';
import { WatchdogGuard } from './watchdog.ts';

/** What to keep within its memory. */
export interface GuardedRun {
  readonly id: string;
  readonly pid: number;
  readonly limit_bytes: number;
  /** Called once when the limit was exceeded: what is left of the run has to be killed. */
  onExceeded(): void;
}

/** A run whose memory is being watched. */
export interface MemoryWatch {
  /** The run's cgroup folder, when it has one. */
  readonly cgroup: string | null;
  /** Processes of the run that the guard knows of, besides the group and its descendants. */
  members(): Promise<number[]>;
  /** Whether the limit was exceeded at any time. */
  exceeded(): Promise<boolean>;
  /** Stops watching; the run's processes are gone by then. */
  release(): Promise<void>;
}

/** Keeps runs within their memory. */
export interface MemoryGuard {
  readonly kind: 'cgroup' | 'watchdog';
  /** Takes charge of a child before it runs anything. */
  watch(run: GuardedRun): Promise<MemoryWatch>;
  close(): Promise<void>;
}

export interface MemoryGuardOptions {
  readonly kind: 'auto' | 'cgroup' | 'watchdog';
  /** Distinguishes the cgroups of several platforms on one machine. */
  readonly name: string;
  readonly interval_ms: number;
  readonly onError: ErrorReporter;
}

/**
 * Picks the memory guard: a cgroup where one can be made, else a watchdog.
 * There is no address-space limit, which would end Node and Go at their start.
 * @throws Error when a cgroup is demanded and none can be made
 */
export async function createMemoryGuard(options: MemoryGuardOptions): Promise<MemoryGuard> {
  if (options.kind === 'watchdog') return new WatchdogGuard(options.interval_ms, options.onError);
  const base = await findCgroupBase(options.name);
  if (base !== null) return new CgroupGuard(base, options.interval_ms, options.onError);
  if (options.kind === 'auto') return new WatchdogGuard(options.interval_ms, options.onError);
  throw new Error('No memory cgroup can be made here: it needs a writable cgroup with the memory controller');
}
