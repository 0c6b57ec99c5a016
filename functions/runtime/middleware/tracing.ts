import { randomBytes } from 'node:crypto';
import type { HttpMiddleware } from './chain.ts';
import { addHeaders } from './chain.ts';

/** The ids that tie a request's log lines together (W3C Trace Context). */
export interface Trace {
  readonly trace_id: string;
  readonly span_id: string;
}

const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
const traces = new WeakMap<object, Trace>();

/** Continues the caller's trace or begins one, and answers with the request's id. */
export function tracing(): HttpMiddleware {
  return {
    before: ({ event }) => {
      const parent = TRACEPARENT.exec(event.headers['traceparent'] ?? '')?.[1];
      traces.set(event, {
        trace_id: parent ?? randomBytes(16).toString('hex'),
        span_id: randomBytes(8).toString('hex'),
      });
    },
    after: ({ event, response }) => addHeaders(response, { 'x-request-id': event.requestContext.requestId }),
    onError: ({ event, response }) =>
      addHeaders(response, { 'x-request-id': event.requestContext.requestId }),
  };
}

/** The trace that a request belongs to. */
export function traceOf(event: object): Trace | undefined {
  return traces.get(event);
}
