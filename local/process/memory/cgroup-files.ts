import { join } from 'node:path';
import { readText, writeText } from './cgroup-io.ts';

/** How one version of the kernel's control groups is spoken to. */
export interface CgroupFiles {
  readonly version: 1 | 2;
  setLimit(folder: string, limit_bytes: number): Promise<void>;
  /** How often the kernel has ended a process of the group for want of memory. */
  killCount(folder: string): Promise<number>;
}

export const CGROUP_V1: CgroupFiles = {
  version: 1,
  async setLimit(folder, limit_bytes) {
    await writeText(join(folder, 'memory.limit_in_bytes'), String(limit_bytes));
    const with_swap = join(folder, 'memory.memsw.limit_in_bytes');
    if ((await readText(with_swap)) !== null) await writeText(with_swap, String(limit_bytes));
  },
  killCount: (folder) => counter(join(folder, 'memory.oom_control')),
};

export const CGROUP_V2: CgroupFiles = {
  version: 2,
  async setLimit(folder, limit_bytes) {
    await writeText(join(folder, 'memory.max'), String(limit_bytes));
    for (const [file, value] of [
      ['memory.swap.max', '0'],
      ['memory.oom.group', '1'],
    ] as const) {
      // Kernels without swap accounting, or before 4.19, lack the file.
      if ((await readText(join(folder, file))) !== null) await writeText(join(folder, file), value);
    }
  },
  killCount: (folder) => counter(join(folder, 'memory.events')),
};

async function counter(path: string): Promise<number> {
  return Number(/^oom_kill (\d+)$/m.exec((await readText(path)) ?? '')?.[1] ?? 0);
}
