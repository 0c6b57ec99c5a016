import { type SpanContext, TraceFlags } from '@opentelemetry/api';

const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;
const XRAY_ROOT = /(?:^|;)\s*Root=1-([0-9a-f]{8})-([0-9a-f]{24})(?:;|$)/i;
const XRAY_PARENT = /(?:^|;)\s*Parent=([0-9a-f]{16})(?:;|$)/i;
const XRAY_SAMPLED = /(?:^|;)\s*Sampled=1(?:;|$)/;

/** The span that a `traceparent` header names (https://www.w3.org/TR/trace-context/); undefined when it names none. */
export function readTraceparent(text: string | undefined): SpanContext | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(text ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return remote(traceId, spanId, (Number.parseInt(flags, 16) & TraceFlags.SAMPLED) !== 0);
}

/** The span that X-Ray has open for this invocation, from `_X_AMZN_TRACE_ID`; undefined when it names none. X-Ray's
 *  `1-<8>-<24>` is the same trace id as W3C's 32 digits. */
export function readXrayTraceId(text: string | undefined): SpanContext | undefined {
  const [, time, random] = XRAY_ROOT.exec(text ?? '') ?? [];
  const spanId = XRAY_PARENT.exec(text ?? '')?.[1];
  if (time === undefined || random === undefined || spanId === undefined) return undefined;
  const traceId = `${time}${random}`.toLowerCase();
  return remote(traceId, spanId.toLowerCase(), XRAY_SAMPLED.test(text ?? ''));
}

function remote(traceId: string, spanId: string, is_sampled: boolean): SpanContext {
  return {
    traceId,
    spanId,
    traceFlags: is_sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
  };
}
