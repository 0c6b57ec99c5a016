import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { platformSettings } from './platform.ts';

/** The checkout that the tests run in. */
export const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A platform as a process of its own. */
export interface Server {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Resolves with its port once it says that it is ready. @throws Error with its stderr when it ends before */
  readonly ready: Promise<number>;
  readonly exited: Promise<ServerExit>;
  /** What it wrote so far. */
  stdout(): string;
  stderr(): string;
  /** Sends a signal and waits for its end. */
  end(signal: NodeJS.Signals): Promise<ServerExit>;
}

export interface ServerOptions {
  /** Replaces single variables; what these tests run with when there is none. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Starts the platform another way. */
  readonly command?: readonly [string, ...string[]];
}

/** Starts a platform on a home. */
export function startServer(home: string, options: ServerOptions = {}): Server {
  const [program, ...args] = options.command ?? [process.execPath, 'local/main.ts'];
  const child = spawn(program, args, {
    cwd: CHECKOUT,
    env: { PATH: process.env['PATH'], HOME: home, ...platformSettings(home), ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const exited = once(child, 'close').then(([code, signal]) => ({ code, signal }) as ServerExit);
  const ready = new Promise<number>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      output.stdout += `${line}\n`;
      const port = /^Branchline is ready at http:\/\/localhost:(\d+)$/.exec(line)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    void exited.then(({ code }) => reject(new Error(`It ended with ${code}: ${output.stderr}`)));
  });
  // Where nobody waits for it to be ready, its end is no surprise.
  ready.catch(() => undefined);
  return {
    child,
    pid: child.pid ?? 0,
    ready,
    exited,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    end(signal) {
      child.kill(signal);
      return exited;
    },
  };
}
