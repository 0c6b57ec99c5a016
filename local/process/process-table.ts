import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';

/** One process of the machine. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent_pid: number;
  readonly group_id: number;
  /** When it started, in the system's own terms: with the pid it tells a process from a later one of the same pid. */
  readonly started: string;
  /** Ended, and only waiting for its parent to notice. */
  readonly zombie: boolean;
  /** Known where `ps` lists it; on Linux {@link residentBytes} looks. */
  readonly resident_bytes: number | null;
}

const ON_LINUX = existsSync('/proc/self/stat');
// USER_HZ, which is 100 on every Linux that Node runs on.
const TICKS_PER_SECOND = 100;

/** Every process of the machine that this user may see. */
export async function listProcesses(): Promise<ProcessEntry[]> {
  return ON_LINUX ? listProc() : listPs();
}

/** What {@link ProcessEntry.started} is for one process, or null when there is none. */
export async function processStarted(pid: number): Promise<string | null> {
  if (ON_LINUX) return readStat(pid)?.started ?? null;
  return (await listPs()).find((entry) => entry.pid === pid)?.started ?? null;
}

/** An identifier of this boot of the machine, since pids and start times begin anew with each. */
export function bootId(): string {
  if (!ON_LINUX) return '';
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/**
 * The processes of a run: those of the leader's group, all their descendants, and the ones in `also`.
 * Zombies and the calling process are left out.
 */
export function membersOf(
  entries: readonly ProcessEntry[],
  leader_pid: number,
  also: ReadonlySet<number> = new Set(),
): ProcessEntry[] {
  const children = Map.groupBy(entries, (entry) => entry.parent_pid);
  const found = new Map<number, ProcessEntry>();
  const pending = entries.filter((entry) => entry.group_id === leader_pid || also.has(entry.pid));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (found.has(next.pid) || next.pid === process.pid) continue;
    found.set(next.pid, next);
    pending.push(...(children.get(next.pid) ?? []));
  }
  return [...found.values()].filter((entry) => !entry.zombie);
}

/** Memory that the processes hold, shared pages of forked workers counted once where the system tells. */
export function residentBytes(entries: readonly ProcessEntry[], worth_a_closer_look_bytes: number): number {
  const quick = sum(entries.map((entry) => entry.resident_bytes ?? statusBytes(entry.pid)));
  if (!ON_LINUX || quick <= worth_a_closer_look_bytes) return quick;
  // Forked workers share pages, which the quick sum counts for each; the exact figure costs a walk of page tables.
  return sum(entries.map((entry) => proportionalBytes(entry.pid) ?? statusBytes(entry.pid)));
}

/** Processor time that the processes have used, in seconds; 0 where the system doesn't tell. */
export function cpuSeconds(entries: readonly ProcessEntry[]): number {
  if (!ON_LINUX) return 0;
  return sum(entries.map((entry) => cpuTicks(entry.pid))) / TICKS_PER_SECOND;
}

/** Reads the output of `ps -A -o pid=,ppid=,pgid=,rss=,stat=,lstart=`. */
export function parsePs(output: string): ProcessEntry[] {
  return output.split('\n').flatMap((line) => {
    const [pid, parent, group, rss_kib, stat, ...started] = line.trim().split(/\s+/);
    if (stat === undefined) return [];
    return {
      pid: Number(pid),
      parent_pid: Number(parent),
      group_id: Number(group),
      started: started.join(' '),
      zombie: stat.startsWith('Z'),
      resident_bytes: Number(rss_kib) * 1024,
    };
  });
}

async function listPs(): Promise<ProcessEntry[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,pgid=,rss=,stat=,lstart='], {
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    maxBuffer: 16 * 1024 * 1024,
  });
  return parsePs(stdout);
}

function listProc(): ProcessEntry[] {
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid)) return [];
    return readStat(pid) ?? [];
  });
}

function readStat(pid: number): ProcessEntry | null {
  const stat = readProc(pid, 'stat');
  if (stat === null) return null;
  // The name in brackets may itself hold brackets and spaces, so fields count from the last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    pid,
    zombie: fields[0] === 'Z' || fields[0] === 'X',
    parent_pid: Number(fields[1]),
    group_id: Number(fields[2]),
    started: fields[19] ?? '',
    resident_bytes: null,
  };
}

function statusBytes(pid: number): number {
  const status = readProc(pid, 'status') ?? '';
  return kibOf(status, 'RssAnon') + kibOf(status, 'RssShmem');
}

function proportionalBytes(pid: number): number | null {
  const rollup = readProc(pid, 'smaps_rollup');
  if (rollup === null || rollup === '') return null;
  return kibOf(rollup, 'Pss_Anon') + kibOf(rollup, 'Pss_Shmem');
}

/** utime and stime, proc(5). */
function cpuTicks(pid: number): number {
  const stat = readProc(pid, 'stat');
  if (stat === null) return 0;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

function kibOf(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) * 1024;
}

function readProc(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // It ended in between, or it is somebody else's: either way there is nothing to read.
    return null;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
