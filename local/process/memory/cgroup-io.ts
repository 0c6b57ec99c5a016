import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** A control file's text, or null when there is no such file. */
export async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENODEV')) return null;
    throw error;
  }
}

/** Writes to a control file that exists. */
export async function writeText(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: 'r+' });
}

/** Makes a cgroup, unless it is there. */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
}

/** Removes a cgroup; the kernel keeps one busy for a moment after its last process ended, and tells nobody when. */
export async function removeFolder(path: string, limit_ms = 2_000): Promise<void> {
  const give_up_at = performance.now() + limit_ms;
  for (;;) {
    try {
      await rmdir(path);
      return;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return;
      if (!hasCode(error, 'EBUSY') || performance.now() > give_up_at) throw error;
      await delay(5);
    }
  }
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
