import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 5;

/** Sends a signal to one process, or to a whole group when the number is negative; false when nobody is there. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/**
 * SIGKILL to a process group and to the processes that `members` finds, again and again until none is left: a process
 * may fork between a look and a kill.
 * @param group_id - null when no group may be signalled, since its number might be somebody else's by now
 * @throws Error when some are still there after `limit_ms` (a process stuck in the kernel can't be killed)
 */
export async function killUntilGone(
  group_id: number | null,
  members: () => Promise<readonly number[]>,
  limit_ms = 10_000,
): Promise<void> {
  const give_up_at = performance.now() + limit_ms;
  for (;;) {
    const pids = await members();
    if (pids.length === 0) return;
    if (group_id !== null) sendSignal(-group_id, 'SIGKILL');
    for (const pid of pids) sendSignal(pid, 'SIGKILL');
    if (performance.now() > give_up_at) throw new Error(`Processes ${pids.join(', ')} can not be killed`);
    // Only a parent is told that a process ended, and these are not our children: looking again is all there is.
    await delay(POLL_MS);
  }
}

/** Waits until `members` finds nobody, for at most `limit_ms`. */
export async function waitUntilGone(
  members: () => Promise<readonly number[]>,
  limit_ms: number,
): Promise<void> {
  const give_up_at = performance.now() + limit_ms;
  while ((await members()).length > 0 && performance.now() < give_up_at) await delay(POLL_MS);
}

function isGone(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error)) return false;
  // macOS answers EPERM for a group that holds nothing but zombies.
  return error.code === 'ESRCH' || (error.code === 'EPERM' && process.platform === 'darwin');
}
