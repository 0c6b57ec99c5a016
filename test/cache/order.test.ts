import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cachedInstances, neverStale } from '../support/cache-order.ts';

test('nobody is shown what was there before a write that has been answered, in thousands of orders', async () => {
  const checked = await fc.check(neverStale(cachedInstances), { numRuns: 3000 });
  expect(fc.defaultReportMessage(checked)).toBeUndefined();
}, 300_000);
