import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../local/main.ts', import.meta.url));

/** A server of its own process. */
export interface BenchServer {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts the platform alone, as `npm start` does, in a fresh home and without a rate limit. */
export async function startPlatformServer(): Promise<BenchServer> {
  const home = await mkdtemp(join(tmpdir(), 'branchline-bench-'));
  const server = await startServer(MAIN, {
    BRANCHLINE_HOME: home,
    BRANCHLINE_PORT: '0',
    BRANCHLINE_RATE_LIMIT: '0',
    LOG_LEVEL: 'error',
  });
  return {
    ...server,
    async stop() {
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Starts a Node program that prints one line with its address. */
export async function startServer(
  program: string,
  environment: Readonly<Record<string, string>>,
): Promise<BenchServer> {
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await readPort(child);
  return {
    port,
    pid: child.pid ?? 0,
    async stop() {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function readPort(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error('The server has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /:(\d+)$/.exec(line)?.[1];
    if (port !== undefined) return Number(port);
  }
  throw new Error('The server ended without saying its address');
}
