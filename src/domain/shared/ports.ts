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

/** The ids that tie log lines and spans of one piece of work together (W3C Trace Context). */
export interface TraceIds {
  readonly trace_id: string;
  readonly span_id: string;
}

export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SpanOptions {
  /** `server` answers a request, `consumer` takes an event; left out for work inside of the platform. */
  readonly kind?: 'server' | 'consumer';
  /** What is undefined is left out. Secrets must not be passed in. */
  readonly attributes?: SpanAttributes;
  /** The `traceparent` header of whoever asks for the work. */
  readonly traceparent?: string | undefined;
}

/** One piece of work, as a trace shows it. */
export interface Span {
  readonly ids: TraceIds;
  set(attributes: SpanAttributes): void;
  /** Marks the work as failed, and keeps the error. */
  fail(error: unknown): void;
  /** Runs work whose own spans are to be below this one. */
  within<T>(work: () => Promise<T>): Promise<T>;
  end(): void;
}

/** Where the course of work is traced; never to people. */
export interface Tracer {
  /** Begins a span below the one that work is done within, else below whoever asked for it. The caller ends it. */
  start(name: string, options?: SpanOptions): Span;
}

/** One prefix per kind of thing. */
export const ID_PREFIXES = [
  'usr',
  'ten',
  'ses',
  'tok',
  'key',
  'inv',
  'prj',
  'dpl',
  'rel',
  'evt',
  'req',
] as const;

export type IdPrefix = (typeof ID_PREFIXES)[number];
