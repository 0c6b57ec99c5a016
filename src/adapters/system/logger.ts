import { Logger as Powertools } from '@aws-lambda-powertools/logger';
import type { LogFields, Logger } from '../../domain/shared/ports.ts';

const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
type Level = (typeof LEVELS)[number];

/** One JSON line a message through Powertools; newlines inside values are escaped by JSON.
 *  @param level - LOG_LEVEL as it is set; info when it is missing or wrong (the brief) */
export function createLogger(level: string | undefined): Logger {
  const logger = new Powertools({ serviceName: 'branchline', logLevel: toLevel(level) });
  return {
    debug: (message, fields) => logger.debug(message, plain(fields)),
    info: (message, fields) => logger.info(message, plain(fields)),
    warn: (message, fields) => logger.warn(message, plain(fields)),
    error: (message, fields) => logger.error(message, plain(fields)),
  };
}

function toLevel(text: string | undefined): Level {
  const wanted = text?.toUpperCase();
  return LEVELS.find((level) => level === wanted) ?? 'INFO';
}

function plain(fields: LogFields | undefined): Record<string, unknown> {
  return { ...fields };
}
