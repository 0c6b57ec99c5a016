import { expect, test } from 'vitest';
import { readTraceparent, readXrayTraceId } from '../../../../src/adapters/telemetry/trace-parent.ts';

const TRACE = '5759e988bd862e3fe1be46a994272793';
const SPAN = '53995c3f42cd8ad8';

test.each([
  [`00-${TRACE}-${SPAN}-01`, 1],
  [`00-${TRACE}-${SPAN}-00`, 0],
  [`00-${TRACE}-${SPAN}-03`, 1],
])('a traceparent is read, and whether it is sampled: %s', (text, traceFlags) => {
  expect(readTraceparent(text)).toEqual({ traceId: TRACE, spanId: SPAN, traceFlags, isRemote: true });
});

test.each([
  undefined,
  '',
  `ff-${TRACE}-${SPAN}-01`,
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}-01 `,
  `00-${TRACE}-${SPAN}-01-more`,
])('what is no traceparent is none: %s', (text) => {
  expect(readTraceparent(text)).toBeUndefined();
});

test.each([
  [`Root=1-5759e988-bd862e3fe1be46a994272793;Parent=${SPAN};Sampled=1`, 1],
  [`Root=1-5759e988-bd862e3fe1be46a994272793;Parent=${SPAN};Sampled=0;Lineage=1:2a7d:0`, 0],
  [`Sampled=?; Parent=${SPAN}; Root=1-5759E988-BD862E3FE1BE46A994272793`, 0],
])('X-Ray’s id of an invocation is read as the same trace: %s', (text, traceFlags) => {
  expect(readXrayTraceId(text)).toEqual({ traceId: TRACE, spanId: SPAN, traceFlags, isRemote: true });
});

test.each([
  undefined,
  '',
  'Root=1-5759e988-bd862e3fe1be46a994272793',
  `Parent=${SPAN};Sampled=1`,
  `Root=2-5759e988-bd862e3fe1be46a994272793;Parent=${SPAN}`,
  `Root=1-5759e988-bd862e3fe1be46a99427279;Parent=${SPAN}`,
  `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=short`,
])('what is no id of X-Ray’s is none: %s', (text) => {
  expect(readXrayTraceId(text)).toBeUndefined();
});
