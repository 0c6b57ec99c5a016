import { describe, expect, test } from 'vitest';
import { testId } from '../../../support/test-ids.ts';
import { event } from '../../../support/things.ts';
import { createTestBus } from './harness.ts';

const CANCELLED = event('branchline.deployment.cancelled', { id: testId('evt', 1) });
const QUEUED = event('branchline.deployment.queued', { id: testId('evt', 2) });
const BUILDING = event('branchline.deployment.building', { id: testId('evt', 3) });

const refuse = async () => {
  throw new Error('no');
};

describe('an event', () => {
  test('goes to each consumer that wants it and to no other, and is then forgotten', async () => {
    const { bus, delivered, publish, outbox } = createTestBus();
    await publish(CANCELLED, QUEUED);
    await bus.idle();

    expect(delivered.sort()).toEqual([
      'billing 01',
      'metrics 01',
      'start-deployment 02',
      'stop-deployment 01',
    ]);
    expect(outbox.readUnpublished()).toEqual([]);
    expect(outbox.readDeadLetters()).toEqual([]);
  });

  test('that nobody wants is forgotten at once', async () => {
    const { bus, delivered, publish, outbox } = createTestBus();
    await publish(BUILDING);
    await bus.idle();

    expect(delivered).toEqual([]);
    expect(outbox.readUnpublished()).toEqual([]);
  });

  test('of a transaction that was refused goes nowhere', async () => {
    const { bus, delivered, memory } = createTestBus();
    const key = { table: 'tenants', pk: 'T#x', sk: 'x' } as const;
    const work = memory.table.transact([
      { kind: 'check', key, condition: { kind: 'present' } },
      { kind: 'put', item: { key: { ...key, pk: 'T#x#OUTBOX' }, attributes: {} } },
    ]);
    await expect(work).rejects.toThrow();
    await bus.idle();

    expect(delivered).toEqual([]);
  });

  test('that a consumer publishes while it handles another is delivered too', async () => {
    const test_bus = createTestBus();
    test_bus.act['stop-deployment'] = () => test_bus.publish(QUEUED);
    await test_bus.publish(CANCELLED);
    await test_bus.bus.idle();

    expect(test_bus.delivered).toContain('start-deployment 02');
  });
});

describe('a consumer that fails', () => {
  test('is asked again, and the event is forgotten once it took it', async () => {
    const test_bus = createTestBus();
    let failures = 2;
    test_bus.act.metrics = async () => {
      failures -= 1;
      if (failures >= 0) throw new Error('not yet');
    };
    await test_bus.publish(CANCELLED);
    await test_bus.bus.idle();

    expect(test_bus.delivered.filter((each) => each === 'metrics 01')).toHaveLength(3);
    expect(test_bus.outbox.readUnpublished()).toEqual([]);
    expect(test_bus.outbox.readDeadLetters()).toEqual([]);
  });

  test('to the end leaves a dead letter, which says what, whose and why', async () => {
    const test_bus = createTestBus();
    test_bus.act.metrics = refuse;
    await test_bus.publish(CANCELLED);
    await test_bus.bus.idle();

    expect(test_bus.delivered.filter((each) => each === 'metrics 01')).toHaveLength(3);
    expect(test_bus.outbox.readDeadLetters()).toEqual([
      { event: CANCELLED, consumer: 'metrics', error: 'Error: no' },
    ]);
    expect(test_bus.outbox.readUnpublished()).toEqual([]);
    expect(test_bus.logger.lines.at(-1)?.level).toBe('error');
  });

  test('to the end is told to who follows up dead letters, and who fails at that harms nothing', async () => {
    const told: string[] = [];
    const test_bus = createTestBus({
      onDeadLetter: async (event, consumer) => {
        told.push(`${consumer} ${event.id.slice(-2)}`);
        throw new Error('no');
      },
    });
    test_bus.act['start-deployment'] = refuse;
    await test_bus.publish(QUEUED);
    await test_bus.bus.idle();

    expect(told).toEqual(['start-deployment 02']);
    expect(test_bus.outbox.readUnpublished()).toEqual([]);
  });

  test('does not keep the others from the event, or from later ones', async () => {
    const test_bus = createTestBus();
    test_bus.act.metrics = refuse;
    await test_bus.publish(CANCELLED);
    await test_bus.publish(QUEUED);
    await test_bus.bus.idle();

    expect(test_bus.delivered).toEqual(
      expect.arrayContaining(['billing 01', 'stop-deployment 01', 'start-deployment 02']),
    );
    expect(test_bus.delivered.filter((each) => each === 'billing 01')).toHaveLength(1);
  });

  test('by throwing at once is no different', async () => {
    const test_bus = createTestBus({ retry_delays_ms: [] });
    test_bus.act.billing = () => {
      throw new Error('at once');
    };
    await test_bus.publish(CANCELLED);
    await test_bus.bus.idle();

    expect(test_bus.outbox.readDeadLetters()).toMatchObject([
      { consumer: 'billing', error: 'Error: at once' },
    ]);
  });
});

describe('after a restart', () => {
  test('what was never acknowledged is delivered again to all of its consumers, oldest first', async () => {
    const first = createTestBus();
    await first.bus.stop();
    await first.publish(CANCELLED);
    await first.publish(QUEUED);
    expect(first.delivered).toEqual([]);

    const second = createTestBus({ earlier: first });
    await second.bus.sweep();
    await second.bus.idle();

    expect([...second.delivered].sort()).toEqual([
      'billing 01',
      'metrics 01',
      'start-deployment 02',
      'stop-deployment 01',
    ]);
    expect(second.delivered.at(-1)).toBe('start-deployment 02');
    expect(second.outbox.readUnpublished()).toEqual([]);
  });

  test('what was acknowledged or buried is not', async () => {
    const first = createTestBus();
    first.act.metrics = refuse;
    await first.publish(CANCELLED);
    await first.bus.idle();

    const second = createTestBus({ earlier: first });
    await second.bus.sweep();
    await second.bus.idle();

    expect(second.delivered).toEqual([]);
    expect(second.outbox.readDeadLetters()).toHaveLength(1);
  });
});

describe('stopping', () => {
  test('waits for what is being delivered', async () => {
    const test_bus = createTestBus();
    const order: string[] = [];
    let finish: () => void = () => undefined;
    test_bus.act['start-deployment'] = () => new Promise((resolve) => (finish = resolve));
    await test_bus.publish(QUEUED);
    const stopped = test_bus.bus.stop().then(() => order.push('stopped'));
    order.push('finished');
    finish();
    await stopped;

    expect(order).toEqual(['finished', 'stopped']);
    expect(test_bus.outbox.readUnpublished()).toEqual([]);
  });

  test('does not wait out the pause before another attempt: the outbox keeps the event', async () => {
    const test_bus = createTestBus({ retry_delays_ms: [3_600_000] });
    test_bus.act.metrics = refuse;
    await test_bus.publish(CANCELLED);
    while (test_bus.logger.lines.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await test_bus.bus.stop();

    expect(test_bus.outbox.readUnpublished()).toEqual([CANCELLED]);
    expect(test_bus.outbox.readDeadLetters()).toEqual([]);
  });

  test('begins no delivery any more, and keeps what comes then', async () => {
    const test_bus = createTestBus();
    await test_bus.bus.stop();
    await test_bus.publish(QUEUED);
    await test_bus.bus.sweep();
    await test_bus.bus.idle();

    expect(test_bus.delivered).toEqual([]);
    expect(test_bus.outbox.readUnpublished()).toEqual([QUEUED]);
  });
});

describe('an outbox that can not be written (a full disk, say)', () => {
  const full = () => {
    throw new Error('disk full');
  };

  test('ends neither the platform nor other deliveries; the event is delivered again later', async () => {
    const first = createTestBus({ wrapOutbox: (outbox) => ({ ...outbox, acknowledge: full }) });
    await first.publish(CANCELLED);
    await first.bus.idle();
    await first.publish(QUEUED);
    await first.bus.idle();

    expect(first.delivered).toContain('start-deployment 02');
    expect(first.logger.text()).toContain('disk full');
    expect(first.outbox.readUnpublished()).toEqual([CANCELLED, QUEUED]);
  });

  test('loses no event that became a dead letter', async () => {
    const first = createTestBus({ wrapOutbox: (outbox) => ({ ...outbox, bury: full }) });
    first.act.metrics = refuse;
    await first.publish(CANCELLED);
    await first.bus.idle();

    expect(first.outbox.readUnpublished()).toEqual([CANCELLED]);
  });
});
