import type { Clock } from '../../src/domain/shared/ports.ts';

/** A clock that moves only when a test says so. */
export interface TestClock extends Clock {
  advance(duration_ms: number): void;
  set(iso: string): void;
}

/** @param start - ISO 8601; the default is the middle of a month, so that no day or month ends by accident */
export function createTestClock(start = '2026-11-15T12:00:00.000Z'): TestClock {
  let now_ms = Date.parse(start);
  return {
    now: () => new Date(now_ms),
    advance(duration_ms) {
      now_ms += duration_ms;
    },
    set(iso) {
      now_ms = Date.parse(iso);
    },
  };
}
