import { randomBytes } from 'node:crypto';
import {
  type Attributes,
  context,
  type Link,
  type Span as OtelSpan,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { Span, SpanAttributes, SpanOptions, TraceIds, Tracer } from '../../domain/shared/ports.ts';
import { redactText } from '../system/redact.ts';
import { readTraceparent, readXrayTraceId } from './trace-parent.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface Parent {
  readonly span: SpanContext;
  /** Whether the platform below made it, so that its id is the one that people find. */
  readonly is_own: boolean;
}

const NAME = 'branchline';
const KINDS = { server: SpanKind.SERVER, consumer: SpanKind.CONSUMER } as const;

/** Traces through OpenTelemetry's API, which does nothing unless an SDK was loaded before (docs/adr/0018). The ids are
 *  there in any case, for the log.
 *  @param environment - the process's; Lambda puts X-Ray's id of each invocation into it */
export function createTracer(environment: Environment): Tracer {
  const tracer = trace.getTracer(NAME);
  return {
    start(name, options = {}) {
      const caller = readTraceparent(options.traceparent);
      const parent = findParent(environment, caller);
      const parent_context =
        parent === undefined ? context.active() : trace.setSpanContext(context.active(), parent.span);
      const span = tracer.startSpan(name, spanOptions(options, parent, caller), parent_context);
      return new TracedSpan(span, idsOf(span, parent));
    },
  };
}

/** On Lambda that is X-Ray's segment of the invocation, since people look for that id; who called is linked to. */
function findParent(environment: Environment, caller: SpanContext | undefined): Parent | undefined {
  const active = trace.getSpanContext(context.active());
  if (active !== undefined && trace.isSpanContextValid(active)) return { span: active, is_own: true };
  const xray = readXrayTraceId(environment['_X_AMZN_TRACE_ID']);
  if (xray !== undefined) return { span: xray, is_own: true };
  return caller === undefined ? undefined : { span: caller, is_own: false };
}

function spanOptions(
  { kind, attributes = {} }: SpanOptions,
  parent: Parent | undefined,
  caller: SpanContext | undefined,
) {
  const is_linked = caller !== undefined && caller.traceId !== parent?.span.traceId;
  const links: Link[] = is_linked ? [{ context: caller }] : [];
  return {
    kind: kind === undefined ? SpanKind.INTERNAL : KINDS[kind],
    attributes: defined(attributes),
    links,
  };
}

/** Without an SDK, a span is its parent or nothing at all. */
function idsOf(span: OtelSpan, parent: Parent | undefined): TraceIds {
  const { traceId, spanId } = span.spanContext();
  if (trace.isSpanContextValid(span.spanContext()) && spanId !== parent?.span.spanId) {
    return { trace_id: traceId, span_id: spanId };
  }
  return {
    trace_id: parent?.span.traceId ?? randomBytes(16).toString('hex'),
    span_id: parent?.is_own === true ? parent.span.spanId : randomBytes(8).toString('hex'),
  };
}

class TracedSpan implements Span {
  readonly ids: TraceIds;
  readonly #span: OtelSpan;

  constructor(span: OtelSpan, ids: TraceIds) {
    this.#span = span;
    this.ids = ids;
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes(defined(attributes));
  }

  fail(error: unknown): void {
    if (!this.#span.isRecording()) return;
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    this.#span.recordException({
      name,
      message: redactText(message),
      ...(stack === undefined ? {} : { stack: redactText(stack) }),
    });
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message: redactText(message) });
  }

  within<T>(work: () => Promise<T>): Promise<T> {
    return context.with(trace.setSpan(context.active(), this.#span), work);
  }

  end(): void {
    this.#span.end();
  }
}

function defined(attributes: SpanAttributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
