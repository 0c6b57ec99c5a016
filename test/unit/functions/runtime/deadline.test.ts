import { expect, test } from 'vitest';
import { withinTime } from '../../../../functions/runtime/deadline.ts';
import { expectCode } from '../../../support/errors.ts';

const never = () => new Promise<never>(() => {});

test('work that ends in time answers for itself', async () => {
  expect(await withinTime(60_000, async () => 'done')).toBe('done');
  await expect(withinTime(60_000, () => Promise.reject(new Error('its own')))).rejects.toThrow('its own');
});

test.each([510, 0, -5])(
  'work that doesn’t end is given up while there is time to say so: %i ms left',
  async (left_ms) => {
    await expectCode(withinTime(left_ms, never), 'SERVICE_UNAVAILABLE');
  },
);

test('work that fails after it was given up ends nothing', async () => {
  const late = Promise.withResolvers<never>();
  await expectCode(
    withinTime(0, () => late.promise),
    'SERVICE_UNAVAILABLE',
  );
  late.reject(new Error('too late'));
  await expect(late.promise).rejects.toThrow('too late');
});
