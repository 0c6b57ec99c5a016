import type { LogFields, Logger } from '../../src/domain/shared/ports.ts';

/** A line as a use case logged it. */
export interface RecordedLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields;
}

export interface RecordedLogger extends Logger {
  readonly lines: readonly RecordedLine[];
  /** All that was logged as one text, errors and their causes written out. */
  text(): string;
}

/** A logger that keeps its lines. */
export function createRecordedLogger(): RecordedLogger {
  const lines: RecordedLine[] = [];
  const log =
    (level: RecordedLine['level']) =>
    (message: string, fields: LogFields = {}) => {
      lines.push({ level, message, fields });
    };
  return {
    lines,
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    text: () =>
      JSON.stringify(lines, (_key, value: unknown) => (value instanceof Error ? spread(value) : value)),
  };
}

function spread(error: Error): object {
  const { name, message, stack, cause } = error;
  return { ...Object.fromEntries(Object.entries(error)), name, message, stack, cause };
}
