import { listProcesses, membersOf, type ProcessEntry, residentBytes } from '../process-table.ts';
import type { ErrorReporter } from '../types.ts';
import type { GuardedRun, MemoryGuard, MemoryWatch } from './guard.ts';

interface Watched {
  readonly run: GuardedRun;
  /** Start times of all processes seen in the run, by pid: they are known still when they have left the group. */
  readonly seen: Map<number, string>;
  exceeded: boolean;
}

/** Looks at the resident memory of every run at an interval, and reports a run that holds too much. */
export class WatchdogGuard implements MemoryGuard {
  readonly kind = 'watchdog';
  readonly #onError: ErrorReporter;
  readonly #watched = new Map<string, Watched>();
  readonly #interval_ms: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(interval_ms: number, onError: ErrorReporter) {
    this.#interval_ms = interval_ms;
    this.#onError = onError;
  }

  async watch(run: GuardedRun): Promise<MemoryWatch> {
    const watched: Watched = { run, seen: new Map(), exceeded: false };
    this.#watched.set(run.id, watched);
    this.#schedule();
    return {
      cgroup: null,
      members: async () => {
        const entries = await listProcesses();
        return look(watched, entries).map((entry) => entry.pid);
      },
      exceeded: async () => watched.exceeded,
      release: async () => {
        this.#watched.delete(run.id);
      },
    };
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#watched.size === 0) return;
    this.#timer = setTimeout(() => void this.#lookAtAll(), this.#interval_ms).unref();
  }

  async #lookAtAll(): Promise<void> {
    try {
      const entries = await listProcesses();
      for (const watched of this.#watched.values()) this.#judge(watched, entries);
    } catch (error) {
      this.#onError(error);
    }
    this.#timer = undefined;
    this.#schedule();
  }

  #judge(watched: Watched, entries: readonly ProcessEntry[]): void {
    if (watched.exceeded) return;
    const { limit_bytes } = watched.run;
    if (residentBytes(look(watched, entries), limit_bytes) <= limit_bytes) return;
    watched.exceeded = true;
    watched.run.onExceeded();
  }
}

/** The run's processes now, remembering each. */
function look(watched: Watched, entries: readonly ProcessEntry[]): ProcessEntry[] {
  const still_there = entries.filter((entry) => watched.seen.get(entry.pid) === entry.started);
  const members = membersOf(entries, watched.run.pid, new Set(still_there.map((entry) => entry.pid)));
  watched.seen.clear();
  for (const member of members) watched.seen.set(member.pid, member.started);
  return members;
}
