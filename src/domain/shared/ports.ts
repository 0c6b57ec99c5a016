import type { LogMessage } from './log-codes.ts';

/** The time, as a port: tests pass their own. */
export interface Clock {
  now(): Date;
}

/** New ids, as a port: tests pass a counter. */
export interface IdGenerator {
  /** A new UUIDv7 with a type prefix, for example `prj_0198...`: ids of one kind sort by creation time. */
  next(prefix: IdPrefix): string;
}

/** Where internal messages go; never to people. Secrets must not be passed in. The adapter adds the message's code. */
export interface Logger {
  debug(message: LogMessage, fields?: LogFields): void;
  info(message: LogMessage, fields?: LogFields): void;
  warn(message: LogMessage, fields?: LogFields): void;
  error(message: LogMessage, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, unknown>>;

/** One prefix per kind of thing. */
export const ID_PREFIXES = ['usr', 'ten', 'ses', 'tok', 'prj', 'dpl', 'rel', 'evt', 'req'] as const;

export type IdPrefix = (typeof ID_PREFIXES)[number];
