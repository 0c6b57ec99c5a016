import { describe, expect, test } from 'vitest';
import { createTracer } from '../../../../src/adapters/telemetry/tracer.ts';
import { recordSpans } from '../../../support/recorded-spans.ts';

const XRAY_TRACE = '5759e988bd862e3fe1be46a994272793';
const XRAY_SPAN = '53995c3f42cd8ad8';
const ON_LAMBDA = {
  _X_AMZN_TRACE_ID: `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=${XRAY_SPAN};Sampled=1`,
};
const CALLER_TRACE = 'a'.repeat(32);
const CALLER_SPAN = 'b'.repeat(16);
const traceparent = `00-${CALLER_TRACE}-${CALLER_SPAN}-01`;

describe('without an SDK', () => {
  test('a span has ids of its own, and work inside of it runs as it is', async () => {
    const tracer = createTracer({});
    const [one, other] = [tracer.start('one'), tracer.start('other')];
    expect(one.ids.trace_id).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
    expect(one.ids.span_id).toMatch(/^(?!0{16})[0-9a-f]{16}$/);
    expect(other.ids.trace_id).not.toBe(one.ids.trace_id);
    expect(await one.within(async () => 'done')).toBe('done');
    await expect(one.within(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    one.set({ a: 1 });
    one.fail(new Error('no'));
    one.end();
  });

  test('its ids are the ones that AWS shows, also where the caller names another trace', () => {
    expect(createTracer(ON_LAMBDA).start('one', { traceparent }).ids).toEqual({
      trace_id: XRAY_TRACE,
      span_id: XRAY_SPAN,
    });
  });

  test('elsewhere it is in the caller’s trace, as a span of its own', () => {
    const { ids } = createTracer({}).start('one', { traceparent });
    expect(ids).toEqual({
      trace_id: CALLER_TRACE,
      span_id: expect.stringMatching(/^(?!b{16})[0-9a-f]{16}$/),
    });
  });
});

describe('with an SDK', () => {
  const spans = recordSpans();

  test('a span is told with its name, kind and attributes, and its ids are the log’s', () => {
    const span = createTracer({}).start('work', {
      kind: 'consumer',
      attributes: { a: 'b', none: undefined },
    });
    span.set({ later: 1, nothing: undefined });
    expect(spans()).toEqual([]);
    span.end();
    expect(spans()).toEqual([
      {
        name: 'work',
        kind: 'CONSUMER',
        ...span.ids,
        parent_id: undefined,
        links: [],
        attributes: { a: 'b', later: 1 },
        errors: [],
      },
    ]);
  });

  test('is below X-Ray’s span of the invocation, and links to its caller', () => {
    createTracer(ON_LAMBDA).start('work', { traceparent }).end();
    expect(spans()).toMatchObject([{ trace_id: XRAY_TRACE, parent_id: XRAY_SPAN, links: [CALLER_TRACE] }]);
  });

  test('each invocation is below its own', () => {
    const environment: Record<string, string> = { ...ON_LAMBDA };
    const tracer = createTracer(environment);
    tracer.start('first').end();
    environment['_X_AMZN_TRACE_ID'] =
      `Root=1-11111111-222222222222222222222222;Parent=${XRAY_SPAN};Sampled=1`;
    tracer.start('second').end();
    expect(spans().map(({ trace_id }) => trace_id)).toEqual([XRAY_TRACE, `11111111${'2'.repeat(24)}`]);
  });

  test('elsewhere it is below its caller’s', () => {
    createTracer({}).start('work', { traceparent }).end();
    expect(spans()).toMatchObject([{ trace_id: CALLER_TRACE, parent_id: CALLER_SPAN, links: [] }]);
  });

  test('what is traced within is below it, whoever called, and across what it waits for', async () => {
    const tracer = createTracer(ON_LAMBDA);
    const outer = tracer.start('outer');
    await outer.within(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      tracer.start('inner', { traceparent }).end();
    });
    tracer.start('after').end();
    outer.end();
    expect(spans()).toMatchObject([
      { name: 'inner', trace_id: XRAY_TRACE, parent_id: outer.ids.span_id },
      { name: 'after', parent_id: XRAY_SPAN },
      { name: 'outer' },
    ]);
  });

  test('a failure is kept without the secrets that its text has', () => {
    const span = createTracer({}).start('work');
    span.fail(new Error('cloning https://me:hunter2@example.com/ failed'));
    span.fail('a text that somebody threw');
    span.end();
    expect(spans()).toMatchObject([
      { errors: ['cloning https://[redacted]@example.com/ failed', 'a text that somebody threw'] },
    ]);
    expect(JSON.stringify(spans())).not.toContain('hunter2');
  });

  test('spans reach an SDK that came with an API of 1.9, as the one in AWS’s layer did (docs/adr/0018)', () => {
    const shared = globalThis as unknown as Record<symbol, { version: string }>;
    const registered = shared[Symbol.for('opentelemetry.js.api.1')];
    if (registered === undefined) throw new Error('The API shares nothing under that name any more');
    const { version } = registered;
    registered.version = '1.9.0';
    createTracer({}).start('work').end();
    // The API registers nothing beside another version's.
    registered.version = version;
    expect(spans()).toMatchObject([{ name: 'work' }]);
  });

  test('what is not sampled has ids for the log, and is not told', () => {
    const environment = { _X_AMZN_TRACE_ID: ON_LAMBDA._X_AMZN_TRACE_ID.replace('Sampled=1', 'Sampled=0') };
    const span = createTracer(environment).start('work');
    span.fail(new Error('no'));
    span.end();
    expect(span.ids.trace_id).toBe(XRAY_TRACE);
    expect(span.ids.span_id).not.toBe(XRAY_SPAN);
    expect(spans()).toEqual([]);
  });
});
