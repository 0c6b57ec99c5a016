import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createOutboxPublisher } from '../../../functions/events/publish-outbox.ts';
import { createOutboxSweeper } from '../../../functions/schedules/sweep.ts';
import { outboxWrites, readOverdueEvents } from '../../../src/adapters/stores/outbox.ts';
import type { DomainEvent } from '../../../src/domain/shared/events.ts';
import { createRecordedLogger } from '../../support/recorded-logger.ts';
import { createMemoryTable } from '../../support/tables.ts';
import { createTestClock } from '../../support/test-clock.ts';
import { testId } from '../../support/test-ids.ts';

const event = (number: number, occurred_at = '2026-11-15T11:00:00.000Z'): DomainEvent => ({
  id: testId('evt', number),
  type: 'branchline.user.created',
  schema_version: 1,
  tenant_id: testId('ten', 1),
  entity: { id: testId('usr', 1), version: 1 },
  occurred_at,
  data: { user_id: testId('usr', 1) },
});

const record = (sequence: string): DynamoDBRecord => ({ dynamodb: { SequenceNumber: sequence } });

/** A publisher over fixed bodies, and what it did. */
function setUp(bodies: Readonly<Record<string, unknown>>, refused: readonly string[] = []) {
  const published: string[] = [];
  const acknowledged: string[] = [];
  const buried: string[] = [];
  const publish = createOutboxPublisher({
    readRecord: ({ dynamodb }) => bodies[dynamodb?.SequenceNumber ?? ''],
    publish: async (events) => {
      published.push(...events.map(({ id }) => id));
      return new Set(refused);
    },
    acknowledge: async ({ id }) => void acknowledged.push(id),
    bury: async (body) => void buried.push(body),
    logger: createRecordedLogger(),
  });
  return { publish, published, acknowledged, buried };
}

describe('the outbox publisher', () => {
  it('publishes and acknowledges what the stream brings', async () => {
    const run = setUp({ a: event(1), b: event(2) });
    const answer = await run.publish({ Records: [record('a'), record('b')] });
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(run.acknowledged).toEqual([testId('evt', 1), testId('evt', 2)]);
  });

  it('has a refused event delivered again, and keeps it in the outbox', async () => {
    const run = setUp({ a: event(1), b: event(2) }, [testId('evt', 2)]);
    const answer = await run.publish({ Records: [record('a'), record('b')] });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'b' }] });
    expect(run.acknowledged).toEqual([testId('evt', 1)]);
  });

  it('puts a poison item into the queue by itself, and publishes those around it', async () => {
    const run = setUp({ a: event(1), b: { type: 'nonsense' }, c: event(3) });
    const answer = await run.publish({ Records: [record('a'), record('b'), record('c')] });
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(run.buried).toEqual(['{"type":"nonsense"}']);
    expect(run.published).toEqual([testId('evt', 1), testId('evt', 3)]);
  });

  it('does not publish a batch again because one acknowledgement failed: that is left to the sweeper', async () => {
    const logger = createRecordedLogger();
    const acknowledged: string[] = [];
    const publish = createOutboxPublisher({
      readRecord: ({ dynamodb }) => event(dynamodb?.SequenceNumber === 'a' ? 1 : 2),
      publish: async () => new Set(),
      acknowledge: async ({ id }) => {
        if (id === testId('evt', 1)) throw new Error('throttled');
        acknowledged.push(id);
      },
      bury: async () => undefined,
      logger,
    });
    const answer = await publish({ Records: [record('a'), record('b')] });
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(acknowledged).toEqual([testId('evt', 2)]);
    expect(logger.text()).toContain('throttled');
  });

  it('leaves alone what is no outbox item', async () => {
    const run = setUp({});
    await run.publish({ Records: [record('z')] });
    expect([run.published, run.buried]).toEqual([[], []]);
  });
});

describe('the outbox sweeper', () => {
  it('publishes again what has waited too long, and nothing younger', async () => {
    const { table } = createMemoryTable();
    const clock = createTestClock('2026-11-15T12:00:00.000Z');
    const events = [
      ...Array.from({ length: 9 }, (_, number) => event(number)),
      event(100, '2026-11-15T11:59:00.000Z'),
    ];
    for (const write of outboxWrites(events)) await table.write(write);
    const acknowledged: string[] = [];
    const sweep = createOutboxSweeper({
      readOverdue: (before) => readOverdueEvents(table, before, 100),
      publish: async () => new Set([testId('evt', 3)]),
      acknowledge: async ({ id }) => void acknowledged.push(id),
      clock,
      logger: createRecordedLogger(),
    });
    expect(await sweep()).toEqual({ published: 8 });
    expect(acknowledged.sort()).toEqual([0, 1, 2, 4, 5, 6, 7, 8].map((number) => testId('evt', number)));
  });
});
