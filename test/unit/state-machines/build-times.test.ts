import { describe, expect, it } from 'vitest';
import { buildTimesSchema } from '../../../state-machines/build/build-times.ts';

const STARTED_MS = Date.UTC(2026, 10, 25, 12);

describe('a build’s time', () => {
  it.each([
    ['milliseconds', [STARTED_MS], [STARTED_MS + 90_000]],
    ['seconds', [STARTED_MS / 1000], [STARTED_MS / 1000 + 90]],
    ['texts', ['2026-11-25T12:00:00Z'], ['2026-11-25T12:01:30.000Z']],
  ])('is read from moments that are %s', (_unit, started_at, ended_at) => {
    expect(buildTimesSchema.parse({ started_at, ended_at })).toEqual({ duration_ms: 90_000 });
  });

  it('lasts from the first beginning to the last end, in whatever order they are', () => {
    const started_at = [STARTED_MS + 5, STARTED_MS, STARTED_MS + 9];
    const ended_at = [STARTED_MS + 7, STARTED_MS + 30, STARTED_MS + 10];
    expect(buildTimesSchema.parse({ started_at, ended_at })).toEqual({ duration_ms: 30 });
  });

  it.each([
    ['none', { started_at: [], ended_at: [] }],
    ['no end', { started_at: [STARTED_MS], ended_at: [] }],
    ['null', { started_at: null, ended_at: null }],
    ['another form', { started_at: ['soon'], ended_at: [{}] }],
    ['nothing', undefined],
  ])('is unknown where CodeBuild tells %s, and nothing fails by that', (_what, told) => {
    expect(buildTimesSchema.parse(told)).toEqual({ duration_ms: undefined });
  });

  it('is never below nothing', () => {
    expect(buildTimesSchema.parse({ started_at: [STARTED_MS + 5], ended_at: [STARTED_MS] })).toEqual({
      duration_ms: 0,
    });
  });
});
