import { Logger as Powertools } from '@aws-lambda-powertools/logger';
import { LOG_CODES, type LogMessage } from '../../domain/shared/log-codes.ts';
import type { LogFields, Logger } from '../../domain/shared/ports.ts';
import { redactField } from './redact.ts';

const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
type Level = (typeof LEVELS)[number];

/** One JSON line a message through Powertools, with the message's code; newlines inside values are escaped by JSON, and
 *  what looks like a secret is left out.
 *  @param level - LOG_LEVEL as it is set; info when it is missing or wrong (the brief) */
export function createLogger(level: string | undefined): Logger {
  const logger = new Powertools({
    serviceName: 'branchline',
    logLevel: toLevel(level),
    jsonReplacerFn: redactField,
  });
  return {
    debug: (message, fields) => logger.debug(message, withCode(message, fields)),
    info: (message, fields) => logger.info(message, withCode(message, fields)),
    warn: (message, fields) => logger.warn(message, withCode(message, fields)),
    error: (message, fields) => logger.error(message, withCode(message, fields)),
  };
}

function toLevel(text: string | undefined): Level {
  const wanted = text?.toUpperCase();
  return LEVELS.find((level) => level === wanted) ?? 'INFO';
}

function withCode(message: LogMessage, fields: LogFields | undefined): Record<string, unknown> {
  return { ...fields, code: LOG_CODES[message] };
}
