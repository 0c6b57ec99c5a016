import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { promisify } from 'node:util';

const LISTEN = '0A';

/** TCP ports on which any of the processes listens, ascending. Empty where the system has no way to tell. */
export async function listeningPorts(pids: readonly number[]): Promise<number[]> {
  if (pids.length === 0) return [];
  return existsSync('/proc/net/tcp') ? portsFromProc(pids) : portsFromLsof(pids);
}

/** Ports of listening sockets, by inode, from the text of /proc/net/tcp or tcp6. */
export function parseListeners(table: string): Map<string, number> {
  const ports = new Map<string, number>();
  for (const line of table.split('\n').slice(1)) {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    if (state !== LISTEN || inode === undefined) continue;
    ports.set(inode, Number.parseInt(local?.split(':').at(-1) ?? '', 16));
  }
  return ports;
}

/** Ports from the output of `lsof -F n`. */
export function parseLsof(output: string): number[] {
  return inOrder([...output.matchAll(/^n.*:(\d+)$/gm)].map((match) => Number(match[1])));
}

function portsFromProc(pids: readonly number[]): number[] {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].filter((path) => existsSync(path));
  const ports = new Map(tables.flatMap((path) => [...parseListeners(readFileSync(path, 'utf8'))]));
  const inodes = pids.flatMap(socketInodes);
  return inOrder(inodes.flatMap((inode) => ports.get(inode) ?? []));
}

function socketInodes(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).flatMap(
      (fd) => /^socket:\[(\d+)\]$/.exec(linkOf(`${folder}/${fd}`))?.[1] ?? [],
    );
  } catch {
    // The process ended in between.
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // Closed in between.
    return '';
  }
}

async function portsFromLsof(pids: readonly number[]): Promise<number[]> {
  const args = ['-nP', '-a', '-p', pids.join(','), '-iTCP', '-sTCP:LISTEN', '-F', 'n'];
  try {
    const { stdout } = await promisify(execFile)('lsof', args);
    return parseLsof(stdout);
  } catch {
    // lsof is absent, or found nothing: it ends with 1 for both.
    return [];
  }
}

function inOrder(ports: readonly number[]): number[] {
  return [...new Set(ports)].toSorted((one, other) => one - other);
}
