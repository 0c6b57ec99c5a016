import { execFile } from 'node:child_process';
import { closeSync, constants, fchownSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LineSplitter } from './lines.ts';
import type { ErrorReporter, OutputLine } from './types.ts';

/** Both ends of one real pipe. */
export interface OutputPipe {
  readonly reader: Socket;
  /** Descriptor of the writing end, to close once the command has it. */
  readonly writer: number;
}

/** Reads one output stream to its end. */
export interface OutputPump {
  readonly done: Promise<void>;
  /** Gives up on a pipe that somebody still holds open, once nothing has come for `idle_ms`. */
  finish(idle_ms: number): Promise<void>;
}

/**
 * Opens pipes by way of FIFOs that are unlinked at once. Node's own pipes are sockets, which a program can't open again
 * by the name /dev/stdout or /dev/stderr, as many start scripts do.
 * @param user_id - who will write, when that is somebody else
 */
export async function openOutputPipes(
  folder: string,
  id: string,
  user_id: number | undefined,
): Promise<{ stdout: OutputPipe; stderr: OutputPipe }> {
  const paths = [join(folder, `${id}.out`), join(folder, `${id}.err`)] as const;
  await Promise.all(paths.map((path) => rm(path, { force: true })));
  await promisify(execFile)('mkfifo', ['-m', '600', ...paths], {
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
  });
  try {
    const stdout = openFifo(paths[0], user_id);
    try {
      return { stdout, stderr: openFifo(paths[1], user_id) };
    } catch (error) {
      closePipe(stdout);
      throw error;
    }
  } finally {
    await Promise.all(paths.map((path) => rm(path, { force: true })));
  }
}

/** Closes both ends, when there is no command to write. */
export function closePipe(pipe: OutputPipe): void {
  pipe.reader.destroy();
  closeSync(pipe.writer);
}

/** Delivers a pipe's lines, reading no faster than `onLine` takes them. */
export function pumpLines(
  reader: Socket,
  stream: OutputLine['stream'],
  onLine: (line: OutputLine) => void | Promise<void>,
  onError: ErrorReporter,
): OutputPump {
  const state = { delivering: false, abandoned: false };
  const done = pump();

  async function pump(): Promise<void> {
    const splitter = new LineSplitter();
    try {
      for await (const chunk of reader) await deliver(splitter.push(chunk as Buffer));
    } catch (error) {
      if (!state.abandoned) onError(error);
    }
    await deliver(splitter.end());
  }

  async function deliver(lines: Iterable<string>): Promise<void> {
    state.delivering = true;
    for (const message of lines) await deliverOne(message);
    state.delivering = false;
  }

  async function deliverOne(message: string): Promise<void> {
    try {
      const pending = onLine({ stream, message, timestamp: new Date().toISOString() });
      if (pending !== undefined) await pending;
    } catch (error) {
      // The command must not block on a full pipe because its log can't be stored: read on and report.
      onError(error);
    }
  }

  return {
    done,
    finish(idle_ms) {
      reader.setTimeout(idle_ms, () => {
        if (state.delivering) return;
        state.abandoned = true;
        reader.destroy();
      });
      return done;
    },
  };
}

function openFifo(path: string, user_id: number | undefined): OutputPipe {
  // The reading end first and without waiting: the writing end's open would wait for it.
  const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const writer = openSync(path, constants.O_WRONLY);
    if (user_id !== undefined) fchownSync(writer, user_id, user_id);
    return { reader: new Socket({ fd: reading, readable: true, writable: false }), writer };
  } catch (error) {
    closeSync(reading);
    throw error;
  }
}
