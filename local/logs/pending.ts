import { cleanMessage } from '../../src/adapters/stores/log-text.ts';
import type { LogLine } from '../../src/domain/deployments/index.ts';

/** Lines of one deployment that may wait in memory; what comes beyond is dropped and counted. */
const MAX_PENDING_LINES = 10_000;
const MAX_PENDING_CHARS = 2 * 1024 * 1024;

/** The lines that were appended and not yet written. */
interface PendingLines {
  readonly is_empty: boolean;
  add(line: LogLine): void;
  /** Takes all lines out, the note about dropped ones at their end. */
  take(now: Date): LogLine[];
}

export function createPendingLines(): PendingLines {
  let lines: LogLine[] = [];
  let size_chars = 0;
  let dropped = 0;
  return {
    get is_empty() {
      return lines.length === 0 && dropped === 0;
    },
    add(line) {
      if (lines.length >= MAX_PENDING_LINES || size_chars >= MAX_PENDING_CHARS) {
        dropped += 1;
        return;
      }
      const message = cleanMessage(line.message);
      lines.push({ ...line, message });
      size_chars += message.length;
    },
    take(now) {
      const taken = lines;
      if (dropped > 0)
        taken.push(note(now, `${dropped} lines dropped: they came faster than they can be written.`));
      lines = [];
      size_chars = 0;
      dropped = 0;
      return taken;
    },
  };
}

/** A line of the log about the log itself. */
export function note(now: Date, message: string): LogLine {
  return { timestamp: now.toISOString(), step: 'log', stream: 'system', level: 'warn', message };
}
