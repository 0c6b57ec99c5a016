import { killUntilGone } from './kill.ts';
import { killCgroup } from './memory/cgroup.ts';
import { bootId, listProcesses, membersOf } from './process-table.ts';
import type { RunRecord } from './records.ts';

/**
 * Kills what is left of a recorded run.
 * @returns whether anything was left
 */
export async function killRecordedRun(record: RunRecord): Promise<boolean> {
  // Nothing outlives a boot, and pids and start times begin anew with it.
  if (record.boot_id !== bootId()) return false;
  const found = (await survivors(record)).length;
  if (found > 0) await killUntilGone(record.pid, () => survivors(record));
  const in_cgroup = record.cgroup === null ? 0 : await killCgroup(record.cgroup);
  return found + in_cgroup > 0;
}

/**
 * The run's processes. When the leader's pid now belongs to a process of another start time, the run's group is empty:
 * the kernel gives no number away that is still some group's. When there is no such process, a group of that number is
 * what the leader left behind.
 */
async function survivors(record: RunRecord): Promise<number[]> {
  const entries = await listProcesses();
  const leader = entries.find((entry) => entry.pid === record.pid);
  if (leader !== undefined && leader.started !== record.started) return [];
  return membersOf(entries, record.pid).map((entry) => entry.pid);
}
