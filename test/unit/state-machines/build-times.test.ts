import { describe, expect, it } from 'vitest';
import { buildTimesSchema, readFailedBuildDuration } from '../../../state-machines/build/build-times.ts';

const STARTED_MS = Date.UTC(2026, 10, 25, 12);

type Moment = number | string;
const phase = (PhaseType: string, StartTime?: Moment, EndTime?: Moment) => ({
  PhaseType,
  StartTime,
  EndTime,
});
const selected = (...phases: object[]) => ({ phases: [phases] });

describe('a build’s time', () => {
  it.each([
    ['milliseconds', STARTED_MS, STARTED_MS + 90_000],
    ['seconds', STARTED_MS / 1000, STARTED_MS / 1000 + 90],
    ['texts', '2026-11-25T12:00:00Z', '2026-11-25T12:01:30.000Z'],
  ])('is read from moments that are %s', (_unit, start, end) => {
    expect(buildTimesSchema.parse(selected(phase('BUILD', start, end)))).toEqual({ duration_ms: 90_000 });
  });

  it('lasts from when it has its machine to its last phase’s end, in whatever order they come', () => {
    const phases = [
      phase('FINALIZING', STARTED_MS + 80, STARTED_MS + 100),
      phase('PROVISIONING', STARTED_MS + 50, STARTED_MS + 60),
      phase('SUBMITTED', STARTED_MS, STARTED_MS + 1),
      phase('QUEUED', STARTED_MS + 1, STARTED_MS + 50),
      phase('COMPLETED', STARTED_MS + 100),
    ];
    expect(buildTimesSchema.parse(selected(...phases))).toEqual({ duration_ms: 50 });
  });

  it('is read from a single find that is no list of finds, too', () => {
    const phases = [phase('BUILD', STARTED_MS, STARTED_MS + 30)];
    expect(buildTimesSchema.parse({ phases })).toEqual({ duration_ms: 30 });
  });

  it('is nothing for one that only waited', () => {
    const phases = [
      phase('SUBMITTED', STARTED_MS, STARTED_MS + 1),
      phase('QUEUED', STARTED_MS + 1, STARTED_MS + 9),
    ];
    expect(buildTimesSchema.parse(selected(...phases))).toEqual({ duration_ms: 0 });
  });

  it.each([
    ['none', { phases: [] }],
    ['an empty list', { phases: [[]] }],
    ['null', { phases: null }],
    ['another form', { phases: [['soon']] }],
    ['nothing', undefined],
  ])('is unknown where CodeBuild tells %s, and nothing fails by that', (_what, told) => {
    expect(buildTimesSchema.parse(told)).toEqual({ duration_ms: undefined });
  });

  it('is never below nothing', () => {
    expect(buildTimesSchema.parse(selected(phase('BUILD', STARTED_MS + 5, STARTED_MS)))).toEqual({
      duration_ms: 0,
    });
  });
});

describe('the time of a build that failed', () => {
  it('is read from its cause, without the wait', () => {
    const Phases = [
      phase('QUEUED', STARTED_MS, STARTED_MS + 50),
      phase('BUILD', STARTED_MS + 50, STARTED_MS + 80),
    ];
    expect(readFailedBuildDuration(JSON.stringify({ Build: { BuildStatus: 'FAILED', Phases } }))).toBe(30);
  });

  it.each([undefined, 'text', '{"errorMessage":"x"}', '{"Build":{"Phases":[{"PhaseTy', '{}'])(
    'is unknown from %j',
    (cause) => {
      expect(readFailedBuildDuration(cause)).toBeUndefined();
    },
  );
});
