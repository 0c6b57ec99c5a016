import { appendFile, mkdir, rm, truncate } from 'node:fs/promises';
import type { LogLine } from '../../src/domain/deployments/index.ts';
import type { Clock } from '../../src/domain/shared/ports.ts';
import { type Batch, splitIntoBatches } from './batches.ts';
import { createPendingLines, note } from './pending.ts';
import { type LogEnd, recoverEnd, segmentPath } from './segments.ts';

/** Appends to a file that may not exist. */
export type AppendFile = (path: string, data: string) => Promise<void>;

interface WriterOptions {
  readonly folder: string;
  readonly segment_bytes: number;
  readonly max_segments: number;
  readonly clock: Clock;
  /** Called after each batch, written or lost. */
  readonly onBatch: () => void;
  readonly append?: AppendFile;
}

/** Writes the log of one deployment, in order, one batch after the other. */
export interface LogWriter {
  /** True while nothing waits, is being written, or has yet to be told to readers. */
  readonly is_idle: boolean;
  append(line: LogLine): void;
  /** Resolves when all that was appended before is written, or lost and counted. */
  flush(): Promise<void>;
}

export function createLogWriter(options: WriterOptions): LogWriter {
  const pending = createPendingLines();
  let end: LogEnd | null = null;
  let lost = 0;
  let tail: Promise<void> = Promise.resolve();
  let is_scheduled = false;
  let is_writing = false;

  const write = async (lines: readonly LogLine[]): Promise<number> => {
    let written = 0;
    try {
      await mkdir(options.folder, { recursive: true });
      end ??= await recoverEnd(options.folder);
      for (const batch of splitIntoBatches(lines, end, options.segment_bytes)) {
        end = await writeBatch(options, end, batch);
        written += batch.count;
      }
    } catch {
      // A log that can't be written must not stop what it is about; the next batch tells of the loss.
      end = null;
    }
    return written;
  };

  const runBatch = async (): Promise<void> => {
    // Lines that come in the same turn, or while the batch before is being written, go together.
    await new Promise(setImmediate);
    is_scheduled = false;
    is_writing = true;
    const now = options.clock.now();
    const lines = pending.take(now);
    const about_loss = lost === 0 ? [] : [note(now, `${lost} lines lost: the disk was full or failed.`)];
    const written = await write([...about_loss, ...lines]);
    lost = written === 0 ? lost + lines.length : about_loss.length + lines.length - written;
    is_writing = false;
    options.onBatch();
  };

  return {
    get is_idle() {
      return !is_scheduled && !is_writing && lost === 0;
    },
    append(line) {
      pending.add(line);
      if (is_scheduled) return;
      is_scheduled = true;
      tail = tail.then(runBatch);
    },
    flush: () => tail,
  };
}

async function writeBatch(options: WriterOptions, end: LogEnd, batch: Batch): Promise<LogEnd> {
  const { folder, append = appendFile } = options;
  const segments = batch.is_new_segment ? [...end.segments, batch.first_sequence] : end.segments;
  const path = segmentPath(folder, segments.at(-1) ?? batch.first_sequence);
  const size_bytes = batch.is_new_segment ? 0 : end.size_bytes;
  try {
    await append(path, batch.data);
  } catch (error) {
    // A full disk may have taken a part of it: half a batch must not be read, nor be followed by its number again.
    await truncate(path, size_bytes);
    throw error;
  }
  return {
    next_sequence: batch.first_sequence + batch.count,
    segments: await dropSegments(folder, segments, options.max_segments),
    size_bytes: size_bytes + Buffer.byteLength(batch.data),
  };
}

/**
 * The rule of what is kept: the first quarter of the segments (at least one), which is where the build's lines are,
 * stays for good; of the rest the oldest goes first, so that the newest lines are always there.
 */
async function dropSegments(folder: string, segments: number[], max_segments: number): Promise<number[]> {
  const excess = segments.length - Math.max(max_segments, 2);
  if (excess <= 0) return segments;
  const kept_first = Math.max(1, Math.floor(max_segments / 4));
  for (const first of segments.slice(kept_first, kept_first + excess)) {
    await rm(segmentPath(folder, first), { force: true });
  }
  return [...segments.slice(0, kept_first), ...segments.slice(kept_first + excess)];
}
