import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { killUntilGone } from '../kill.ts';
import type { ErrorReporter } from '../types.ts';
import { makeFolder, readText, removeFolder, writeText } from './cgroup-io.ts';
import type { CgroupBase } from './cgroup-location.ts';
import type { GuardedRun, MemoryGuard, MemoryWatch } from './guard.ts';

/** Begins the name of every platform's cgroup. */
export const CGROUP_NAME_PREFIX = 'branchline-';

interface Watched {
  readonly folder: string;
  readonly run: GuardedRun;
  reported: boolean;
}

/** Gives each run a cgroup: the kernel enforces the limit, and no process of the run can leave it. */
export class CgroupGuard implements MemoryGuard {
  readonly kind = 'cgroup';
  readonly #base: CgroupBase;
  readonly #onError: ErrorReporter;
  readonly #watched = new Map<string, Watched>();
  readonly #timer: NodeJS.Timeout;

  constructor(base: CgroupBase, interval_ms: number, onError: ErrorReporter) {
    this.#base = base;
    this.#onError = onError;
    this.#timer = setInterval(() => void this.#lookAtAll(), interval_ms).unref();
  }

  async watch(run: GuardedRun): Promise<MemoryWatch> {
    const folder = join(this.#base.folder, run.id);
    await makeFolder(folder);
    try {
      await this.#base.files.setLimit(folder, run.limit_bytes);
      await writeText(join(folder, 'cgroup.procs'), String(run.pid));
    } catch (error) {
      await removeFolder(folder);
      throw error;
    }
    this.#watched.set(run.id, { folder, run, reported: false });
    return {
      cgroup: folder,
      members: () => membersOf(folder),
      exceeded: async () => (await this.#base.files.killCount(folder)) > 0,
      release: async () => {
        this.#watched.delete(run.id);
        await removeFolder(folder);
      },
    };
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await removeIfUnused(this.#base.folder);
  }

  /** Version 1 ends one process of a group only, and tells nobody that it did. */
  async #lookAtAll(): Promise<void> {
    for (const watched of this.#watched.values()) {
      if (watched.reported) continue;
      try {
        if ((await this.#base.files.killCount(watched.folder)) === 0) continue;
        watched.reported = true;
        watched.run.onExceeded();
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}

async function membersOf(folder: string): Promise<number[]> {
  const text = (await readText(join(folder, 'cgroup.procs'))) ?? '';
  return text.split('\n').filter(Boolean).map(Number);
}

/**
 * Kills and removes a cgroup that an earlier platform process left, and that process's own one when it was the last.
 * @returns how many processes were in it
 */
export async function killCgroup(folder: string): Promise<number> {
  // The folder's name comes from a file: whatever that says, only a cgroup made here is touched.
  if (!basename(dirname(folder)).startsWith(CGROUP_NAME_PREFIX)) return 0;
  const found = await membersOf(folder);
  await killUntilGone(null, () => membersOf(folder));
  await removeFolder(folder);
  await removeIfUnused(dirname(folder));
  return found.length;
}

async function removeIfUnused(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => null);
  // No such folder, or one that another run still uses.
  if (entries === null || entries.some((entry) => entry.isDirectory())) return;
  await removeFolder(folder);
}
