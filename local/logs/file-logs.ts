import { rm } from 'node:fs/promises';
import type { DeploymentLogs, LogLine, LogQuery } from '../../src/domain/deployments/index.ts';
import type { Clock } from '../../src/domain/shared/ports.ts';
import { type LogPage, readPage } from './reader.ts';
import { logFolder } from './segments.ts';
import { createWaiters, startDeadline } from './waiters.ts';
import { type AppendFile, createLogWriter, type LogWriter } from './writer.ts';

export interface FileLogsOptions {
  /** Gets one folder per deployment. */
  readonly directory: string;
  /** A segment that has reached it is followed by a new one. */
  readonly segment_bytes: number;
  /** At least 2; their product is what one deployment's log may take on disk. */
  readonly max_segments: number;
  readonly clock: Clock;
  /** Idle writers that are kept to go on without looking at the disk. */
  readonly max_idle_writers?: number;
  /** Replaces the disk in tests. */
  readonly append?: AppendFile;
}

/** Logs by deployment id. The laptop's home holds every tenant's, and ids are unique among them all. */
export interface FileLogs {
  append(deployment_id: string, line: LogLine): void;
  flush(deployment_id?: string): Promise<void>;
  read(deployment_id: string, query: LogQuery): ReturnType<DeploymentLogs['read']>;
  /** Removes a log for good. Does nothing when there is none. */
  remove(deployment_id: string): Promise<void>;
}

/** The log port on files. */
export function createLocalLogs(files: FileLogs): DeploymentLogs {
  return {
    append: ({ deployment_id }, line) => files.append(deployment_id, line),
    flush: () => files.flush(),
    read: ({ deployment_id }, query) => files.read(deployment_id, query),
  };
}

/**
 * Deployment logs in files: bounded in memory and on disk, and whole again after a death of the process.
 * Trouble with the disk never reaches who logs; only an id that is none throws (RangeError), before it is a path.
 */
export function createFileLogs(options: FileLogsOptions): FileLogs {
  const { max_idle_writers = 64 } = options;
  const writers = new Map<string, LogWriter>();
  const waiters = createWaiters();

  const releaseIdle = (): void => {
    let excess = writers.size - max_idle_writers;
    for (const [deployment_id, writer] of writers) {
      if (excess <= 0) return;
      if (!writer.is_idle) continue;
      writers.delete(deployment_id);
      excess -= 1;
    }
  };

  const createWriter = (deployment_id: string): LogWriter =>
    createLogWriter({
      ...options,
      folder: logFolder(options.directory, deployment_id),
      onBatch: () => waiters.wake(deployment_id),
    });

  const flush = async (deployment_id: string): Promise<void> => {
    await writers.get(deployment_id)?.flush();
  };

  const readOnce = async (deployment_id: string, after: number, limit: number): Promise<LogPage> => {
    await flush(deployment_id);
    return await readPage(logFolder(options.directory, deployment_id), after, limit);
  };

  return {
    append(deployment_id, line) {
      const writer = writers.get(deployment_id) ?? createWriter(deployment_id);
      // Moved to the end: the ones that have been silent for longest come first, and go first.
      writers.delete(deployment_id);
      writers.set(deployment_id, writer);
      writer.append(line);
      releaseIdle();
    },

    async flush(deployment_id) {
      const ids = deployment_id === undefined ? Array.from(writers.keys()) : [deployment_id];
      await Promise.all(ids.map(flush));
      releaseIdle();
    },

    async remove(deployment_id) {
      const folder = logFolder(options.directory, deployment_id);
      await flush(deployment_id);
      writers.delete(deployment_id);
      await rm(folder, { recursive: true, force: true });
    },

    async read(deployment_id, { after, limit, wait_ms = 0, signal }) {
      const deadline = startDeadline(wait_ms, signal);
      try {
        for (let cursor = after; ; ) {
          // Listening begins before the look, so that no line can come between the two.
          const news = waiters.listen(deployment_id);
          try {
            const page = await readOnce(deployment_id, cursor, limit);
            if (page.lines.length > 0 || deadline.is_over) return page;
            cursor = page.next;
            await Promise.race([news.arrived, deadline.over]);
          } finally {
            news.stop();
          }
        }
      } finally {
        deadline.clear();
      }
    },
  };
}
