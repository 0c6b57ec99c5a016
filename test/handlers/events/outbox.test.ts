import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createOutboxPublisher } from '../../../functions/events/publish-outbox.ts';
import { createOutboxSweeper } from '../../../functions/schedules/sweep.ts';
import { outboxWrites, readOverdueItems } from '../../../src/adapters/stores/outbox.ts';
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

const KEY = { pk: 'T#ten_1#OUTBOX', sk: 'evt_1' };

/** A publisher over fixed bodies, and what it did, in order. */
function setUp(
  bodies: Readonly<Record<string, unknown>>,
  faults: {
    readonly refused?: readonly string[];
    readonly unburied?: string;
    readonly unremoved?: string;
    readonly unpublished?: boolean;
  } = {},
) {
  const done: string[] = [];
  const logger = createRecordedLogger();
  const publish = createOutboxPublisher({
    readRecord({ dynamodb }) {
      const sk = dynamodb?.SequenceNumber ?? '';
      return sk in bodies ? { ...KEY, sk, body: bodies[sk] } : undefined;
    },
    publish: async (events) => {
      if (faults.unpublished === true) throw new Error('the bus is not there');
      done.push(...events.map(({ id }) => `publish ${id}`));
      return new Set(faults.refused);
    },
    bury: async ({ sk, body }) => {
      if (sk === faults.unburied) throw new Error('the queue is not there');
      done.push(`bury ${sk} ${JSON.stringify(body)}`);
    },
    remove: async ({ sk }) => {
      if (sk === faults.unremoved) throw new Error('throttled');
      done.push(`remove ${sk}`);
    },
    logger,
  });
  const run = (...sequences: string[]) => publish({ Records: sequences.map(record) });
  return { run, done, logger };
}

const published = (number: number) => `publish ${testId('evt', number)}`;
const POISON = { type: 'nonsense' };

describe('the outbox publisher', () => {
  it('publishes what the stream brings, and removes it from the outbox', async () => {
    const { run, done } = setUp({ a: event(1), b: event(2) });
    expect(await run('a', 'b')).toEqual({ batchItemFailures: [] });
    expect(done).toEqual([published(1), published(2), 'remove a', 'remove b']);
  });

  it('has a refused event delivered again, and keeps it in the outbox', async () => {
    const { run, done } = setUp({ a: event(1), b: event(2) }, { refused: [testId('evt', 2)] });
    expect(await run('a', 'b')).toEqual({ batchItemFailures: [{ itemIdentifier: 'b' }] });
    expect(done).toEqual([published(1), published(2), 'remove a']);
  });

  it('publishes those around a poison item first, and removes it only after the queue has it', async () => {
    const { run, done } = setUp({ a: event(1), b: POISON, c: event(3) });
    expect(await run('a', 'b', 'c')).toEqual({ batchItemFailures: [] });
    expect(done).toEqual([
      published(1),
      published(3),
      'bury b {"type":"nonsense"}',
      'remove b',
      'remove a',
      'remove c',
    ]);
  });

  it('buries nothing while the bus is away: the batch comes again as it was', async () => {
    const { run, done } = setUp({ a: event(1), b: POISON }, { unpublished: true });
    await expect(run('a', 'b')).rejects.toThrow('the bus is not there');
    expect(done).toEqual([]);
  });

  it('keeps a poison item that the queue refuses, has it delivered again, and publishes those around it', async () => {
    const { run, done, logger } = setUp({ a: event(1), b: POISON }, { unburied: 'b' });
    expect(await run('a', 'b')).toEqual({ batchItemFailures: [{ itemIdentifier: 'b' }] });
    expect(done).toEqual([published(1), 'remove a']);
    expect(logger.text()).toContain('the queue is not there');
  });

  it.each([
    ['an event', event(1), published(1)],
    ['a poison item', POISON, 'bury a {"type":"nonsense"}'],
  ])(
    'does not bring a batch again because %s could not be removed: that is left to the sweeper',
    async (_what, body, arrived) => {
      const { run, done, logger } = setUp({ a: body, b: event(2) }, { unremoved: 'a' });
      expect(await run('a', 'b')).toEqual({ batchItemFailures: [] });
      // Nor is another removal tried then: a slow table would take all the time there is.
      expect(done.toSorted()).toEqual([arrived, published(2)].toSorted());
      expect(logger.text()).toContain('throttled');
    },
  );

  it('leaves alone what is no outbox item', async () => {
    const { run, done } = setUp({});
    expect(await run('z')).toEqual({ batchItemFailures: [] });
    expect(done).toEqual([]);
  });
});

describe('the outbox sweeper', () => {
  /** An outbox with nine overdue events, a younger one and something that is no event; and what became of them. */
  async function setUpSweeper(faults: { readonly refuses_burial?: boolean } = {}) {
    const { table } = createMemoryTable();
    const events = [
      ...Array.from({ length: 9 }, (_, number) => event(number)),
      event(100, '2026-11-15T11:59:00.000Z'),
    ];
    for (const write of outboxWrites(events)) await table.write(write);
    const [poison] = outboxWrites([event(200)]);
    if (poison !== undefined) {
      await table.write({ ...poison, item: { ...poison.item, attributes: { type: 'nonsense' } } });
    }
    const buried: string[] = [];
    const reports: unknown[] = [];
    const sweep = createOutboxSweeper({
      async readOverdue(before) {
        return readOverdueItems(table, before, 100);
      },
      publish: async () => new Set([testId('evt', 3)]),
      bury: async ({ sk }) => {
        if (faults.refuses_burial === true) throw new Error('the queue is not there');
        buried.push(sk);
      },
      remove: ({ pk, sk }) => table.write({ kind: 'delete', key: { table: 'tenants', pk, sk } }),
      report: async (found) => void reports.push(found),
      clock: createTestClock('2026-11-15T12:00:00.000Z'),
      logger: createRecordedLogger(),
    });
    const left = async () => {
      const items = await readOverdueItems(table, '2027', 100);
      return items.map(({ sk }) => sk).toSorted();
    };
    return { sweep, buried, reports, left };
  }

  it('publishes again what has waited too long, and nothing younger', async () => {
    const { sweep, left } = await setUpSweeper();
    expect(await sweep()).toEqual({ published: 8 });
    expect(await left()).toEqual([testId('evt', 3), testId('evt', 100)].toSorted());
  });

  it('tells people of what was overdue, and of nothing when nothing was', async () => {
    const { sweep, reports } = await setUpSweeper();
    await sweep();
    expect(reports).toEqual([{ overdue: 10, kept: 1 }]);

    const quiet: unknown[] = [];
    const none = createOutboxSweeper({
      readOverdue: async () => [],
      publish: async () => new Set(),
      bury: async () => undefined,
      remove: async () => undefined,
      report: async (found) => void quiet.push(found),
      clock: createTestClock(),
      logger: createRecordedLogger(),
    });
    expect(await none()).toEqual({ published: 0 });
    expect(quiet).toEqual([]);
  });

  it('buries what is no event once, and not again an hour later', async () => {
    const { sweep, buried } = await setUpSweeper();
    await sweep();
    await sweep();
    expect(buried).toEqual([testId('evt', 200)]);
  });

  it('keeps what is no event while the queue refuses it', async () => {
    const { sweep, left } = await setUpSweeper({ refuses_burial: true });
    expect(await sweep()).toEqual({ published: 8 });
    expect(await left()).toContain(testId('evt', 200));
  });
});
