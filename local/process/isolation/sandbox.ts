import type { ProcessEntry } from '../process-table.ts';
import type { IsolationLevel } from '../types.ts';

/** What a sandbox has to know of a run. */
export interface SandboxRequest {
  readonly cwd: string;
  readonly writable_paths: readonly string[];
  readonly readable_paths: readonly string[];
  readonly memory_limit_bytes: number;
  readonly user_id: number;
}

/** One way to keep a command from the machine. */
export interface Sandbox {
  readonly level: IsolationLevel;
  /** Commands run as {@link SandboxRequest.user_id} of the machine. */
  readonly changes_user: boolean;
  /** Ending the leader ends all else at once, so there is nobody to wait for after it. */
  readonly ends_with_leader: boolean;
  /** The arguments that stand before the command; each program in them by its absolute path. */
  wrap(request: SandboxRequest): Promise<string[]>;
  /** The process group that holds the app, for SIGTERM; null when the app has not begun. */
  appGroup(leader_pid: number, entries: readonly ProcessEntry[]): number | null;
}

/** Runs the command as it is. */
export const PLAIN_SANDBOX: Sandbox = {
  level: 'none',
  changes_user: false,
  ends_with_leader: false,
  wrap: async () => [],
  appGroup: (leader_pid) => leader_pid,
};
