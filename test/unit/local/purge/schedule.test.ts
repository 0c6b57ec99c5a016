import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { schedulePurge } from '../../../../local/purge/schedule.ts';
import { createRecordedLogger } from '../../../support/recorded-logger.ts';

const HOUR_MS = 3_600_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('the purge runs at once and then every hour, also after a run that failed, and never after the stop', async () => {
  const logger = createRecordedLogger();
  let runs = 0;
  const schedule = schedulePurge(async () => {
    runs += 1;
    if (runs === 2) throw new Error('the disk failed');
  }, logger);
  expect(runs).toBe(1);

  await vi.advanceTimersByTimeAsync(2 * HOUR_MS);
  expect(runs).toBe(3);
  expect(logger.lines).toMatchObject([{ level: 'error', message: 'the purge failed' }]);

  await schedule.stop();
  await vi.advanceTimersByTimeAsync(2 * HOUR_MS);
  expect(runs).toBe(3);
});

test('a run that takes longer than an hour is not joined by another, and the stop waits for its end', async () => {
  let runs = 0;
  const ended: string[] = [];
  const schedule = schedulePurge(async (signal) => {
    runs += 1;
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    ended.push('run');
  }, createRecordedLogger());
  await vi.advanceTimersByTimeAsync(3 * HOUR_MS);
  expect(runs).toBe(1);

  await schedule.stop();
  ended.push('stop');
  expect(ended).toEqual(['run', 'stop']);
});
