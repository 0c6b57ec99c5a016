import { expect, test } from 'vitest';
import { toStoredItem } from '../../../../src/adapters/dynamodb/items.ts';
import { readOutboxRecord } from '../../../../src/adapters/dynamodb/outbox-record.ts';
import { outboxWrites } from '../../../../src/adapters/stores/outbox.ts';
import { eventEnvelopeSchema } from '../../../../src/domain/shared/events.ts';
import { testId } from '../../../support/test-ids.ts';

const KEY = { pk: { S: 'T#ten_1#OUTBOX' }, sk: { S: 'evt_1' } };

test('an event is read from its record as it was written', () => {
  const event = {
    id: testId('evt', 1),
    type: 'branchline.user.created',
    schema_version: 1,
    tenant_id: testId('ten', 1),
    entity: { id: testId('usr', 1), version: 1 },
    occurred_at: '2026-11-15T11:00:00.000Z',
    data: { user_id: testId('usr', 1) },
  };
  const [write] = outboxWrites([event]);
  const record = readOutboxRecord(write === undefined ? {} : toStoredItem(write.item));
  expect(record).toEqual({ pk: `T#${event.tenant_id}#OUTBOX`, sk: event.id, body: event });
  expect(eventEnvelopeSchema.safeParse(record?.body).success).toBe(true);
});

test('what nobody of ours wrote is shown as it is stored, and stops nothing', () => {
  const image = { ...KEY, blob: { B: new Uint8Array([1]) } };
  expect(readOutboxRecord(image)).toEqual({ pk: 'T#ten_1#OUTBOX', sk: 'evt_1', body: image });
});

test.each([{ ...KEY, pk: { S: 'T#ten_1' } }, {}])('an item of no outbox is none: %j', (image) => {
  expect(readOutboxRecord(image)).toBeUndefined();
});
