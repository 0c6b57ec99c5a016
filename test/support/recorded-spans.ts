import { context, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach } from 'vitest';

/** A span as a test compares it. */
export interface RecordedSpan {
  readonly name: string;
  readonly kind: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_id: string | undefined;
  /** Trace ids of what it links to. */
  readonly links: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Messages of the errors that were recorded, when it failed. */
  readonly errors: readonly string[];
}

/** Loads OpenTelemetry's SDK for each test of a file, as an operator's layer would. @returns the spans that have ended */
export function recordSpans(): () => readonly RecordedSpan[] {
  let exporter = new InMemorySpanExporter();
  beforeEach(() => {
    exporter = new InMemorySpanExporter();
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.setGlobalTracerProvider(
      new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
    );
  });
  afterEach(() => {
    trace.disable();
    context.disable();
  });
  return () => exporter.getFinishedSpans().map(toRecorded);
}

function toRecorded(span: ReadableSpan): RecordedSpan {
  const { traceId, spanId } = span.spanContext();
  return {
    name: span.name,
    kind: SpanKind[span.kind],
    trace_id: traceId,
    span_id: spanId,
    parent_id: span.parentSpanContext?.spanId,
    links: span.links.map((link) => link.context.traceId),
    attributes: span.attributes,
    errors: span.events.map(({ attributes }) => String(attributes?.['exception.message'])),
  };
}
