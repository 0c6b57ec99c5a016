import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

/**
 * A constant script: user text only ever arrives as its positional parameters. Without the trap, too large a file
 * kills git's helper silently; with it, the helper says "File too large".
 */
const LIMITED = `trap '' XFSZ; ulimit -c 0; ulimit -f "$1"; shift; exec "$@"`;
/** POSIX counts `ulimit -f` in these. */
const ULIMIT_BLOCK_BYTES = 512;
const MAX_STDOUT_BYTES = 4 * 1024 * 1024;
const MAX_STDERR_BYTES = 64 * 1024;

interface ProcessRequest {
  readonly args: readonly string[];
  readonly env: Record<string, string>;
  readonly cwd: string;
  /** No file that the process or its children write may grow beyond this. */
  readonly max_file_bytes: number;
  readonly signal: AbortSignal;
  /** Gets standard output as it comes, and nothing is collected then. What it throws kills the group and rejects. */
  readonly onStdout?: (chunk: Buffer) => void;
}

export interface ProcessResult {
  readonly exit_code: number | null;
  readonly exit_signal: NodeJS.Signals | null;
  /** The beginning of standard output, at most 4 MiB. */
  readonly stdout: string;
  /** The beginning of standard error, at most 64 KiB. */
  readonly stderr: string;
}

/**
 * Runs git in a process group of its own, with a limit on the size of the files it writes.
 * An aborted signal kills the whole group (git's transport helpers too) and rejects with the signal's reason.
 */
export function runGitProcess(request: ProcessRequest): Promise<ProcessResult> {
  request.signal.throwIfAborted();
  const child = start(request);
  const stdout = collect(MAX_STDOUT_BYTES);
  const stderr = collect(MAX_STDERR_BYTES);
  return new Promise((resolve, reject) => {
    let stopped: { readonly reason: unknown } | null = null;
    const stop = (reason: unknown): void => {
      stopped ??= { reason };
      if (child.pid !== undefined) killGroup(child.pid);
      // Something that left the group may still hold the pipes; 'close' must not wait for it.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const onAbort = (): void => stop(request.signal.reason);
    const settle = (action: () => void): void => {
      request.signal.removeEventListener('abort', onAbort);
      action();
    };
    request.signal.addEventListener('abort', onAbort, { once: true });
    child.stdout.on('data', stopOnThrow(request.onStdout ?? stdout.add, stop));
    child.stderr.on('data', stderr.add);
    child.once('error', (error) => settle(() => reject(error)));
    child.once('close', (exit_code, exit_signal) =>
      settle(() => {
        if (stopped !== null) reject(stopped.reason);
        else resolve({ exit_code, exit_signal, stdout: stdout.text(), stderr: stderr.text() });
      }),
    );
  });
}

function start(request: ProcessRequest): ChildProcessByStdio<null, Readable, Readable> {
  const blocks = Math.ceil(request.max_file_bytes / ULIMIT_BLOCK_BYTES);
  return spawn('/bin/sh', ['-c', LIMITED, 'sh', String(blocks), 'git', ...request.args], {
    cwd: request.cwd,
    env: request.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function stopOnThrow(
  handle: (chunk: Buffer) => void,
  stop: (reason: unknown) => void,
): (chunk: Buffer) => void {
  return (chunk) => {
    try {
      handle(chunk);
    } catch (error) {
      stop(error);
    }
  };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // the group ended by itself in the meantime
  }
}

function collect(max_bytes: number): { add: (chunk: Buffer) => void; text: () => string } {
  const chunks: Buffer[] = [];
  let size_bytes = 0;
  return {
    add(chunk) {
      if (size_bytes >= max_bytes) return;
      chunks.push(chunk.subarray(0, max_bytes - size_bytes));
      size_bytes += chunk.length;
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}
