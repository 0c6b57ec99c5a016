import { afterEach, beforeEach, vi } from 'vitest';
import type { BreakerChange } from '../../src/adapters/resilience/breaker.ts';
import { type Breakers, createBreakers } from '../../src/adapters/resilience/breakers.ts';

export const TEST_BREAKER = { max_failures: 3, open_timeout_ms: 10_000, max_half_open_calls: 2 } as const;

/** Stops `Date` for each test of a file: it is what the breakers' library reads, and it moves when a test says so.
 *  @returns what moves it */
export function stopDate(): { advance(duration_ms: number): void } {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-15T12:00:00.000Z') });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  return { advance: (duration_ms) => vi.setSystemTime(Date.now() + duration_ms) };
}

/** Breakers whose changes are kept. */
export function createTestBreakers(): { readonly breakers: Breakers; readonly changes: BreakerChange[] } {
  const changes: BreakerChange[] = [];
  return { changes, breakers: createBreakers(TEST_BREAKER, (change) => changes.push(change)) };
}
