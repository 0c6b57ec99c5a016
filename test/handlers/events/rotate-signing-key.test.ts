import { expect, test } from 'vitest';
import { createKeyRotator } from '../../../functions/schedules/rotate-signing-key.ts';
import { createRecordedLogger } from '../../support/recorded-logger.ts';

test('a change of the signing keys is logged by their ids, and a day without one isn’t', async () => {
  const logger = createRecordedLogger();
  await createKeyRotator({ rotate: async () => ({ kids: ['one'], changed: false }), logger })();
  await createKeyRotator({ rotate: async () => ({ kids: ['one', 'two'], changed: true }), logger })();

  expect(logger.lines).toEqual([
    { level: 'info', message: 'signing keys were renewed', fields: { kids: ['one', 'two'] } },
  ]);
});

test('a rotation that fails is tried again by whoever runs it', async () => {
  const rotate = () => Promise.reject(new Error('throttled'));

  await expect(createKeyRotator({ rotate, logger: createRecordedLogger() })()).rejects.toThrow('throttled');
});
