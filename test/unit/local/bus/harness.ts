import { type Bus, type BusOptions, createBus } from '../../../../local/bus/bus.ts';
import { createOutbox, type Outbox } from '../../../../local/bus/outbox.ts';
import { outboxWrites } from '../../../../src/adapters/stores/outbox.ts';
import type { ConsumerName } from '../../../../src/contracts/events/rules.ts';
import type { DomainEvent, EventConsumer } from '../../../../src/domain/shared/events.ts';
import { createRecordedLogger, type RecordedLogger } from '../../../support/recorded-logger.ts';
import { createMemoryTable, type MemoryTable } from '../../../support/tables.ts';

/** A bus on a table in memory; every committed event goes to it, as on the laptop. */
export interface TestBus {
  readonly bus: Bus;
  readonly outbox: Outbox;
  readonly logger: RecordedLogger;
  readonly memory: MemoryTable;
  /** Deliveries as `consumer event`. */
  readonly delivered: string[];
  /** What a consumer does with an event, besides having it counted. */
  readonly act: Partial<Record<ConsumerName, EventConsumer['handle']>>;
  readonly publish: (...events: readonly DomainEvent[]) => Promise<void>;
}

const CONSUMERS: readonly ConsumerName[] = [
  'start-deployment',
  'stop-deployment',
  'remove-project',
  'metrics',
  'billing',
];

/** @param earlier - a bus on whose table this one begins, as after a restart */
export function createTestBus(
  options: {
    readonly earlier?: TestBus;
    readonly retry_delays_ms?: readonly number[];
    readonly wrapOutbox?: (outbox: Outbox) => Outbox;
    readonly onDeadLetter?: NonNullable<BusOptions['onDeadLetter']>;
  } = {},
): TestBus {
  const current: { accept: Bus['accept'] } = { accept: () => undefined };
  const memory = options.earlier?.memory ?? createMemoryTable({ onPut: (items) => current.accept(items) });
  const outbox = (options.wrapOutbox ?? ((same) => same))(createOutbox(memory.database));
  const delivered: string[] = [];
  const act: TestBus['act'] = {};
  const logger = createRecordedLogger();
  const consumer = (name: ConsumerName): EventConsumer => ({
    async handle(event) {
      delivered.push(`${name} ${event.id.slice(-2)}`);
      await act[name]?.(event);
    },
  });
  const bus = createBus({
    consumers: Object.fromEntries(CONSUMERS.map((name) => [name, consumer(name)])) as Record<
      ConsumerName,
      EventConsumer
    >,
    outbox,
    logger,
    retry_delays_ms: options.retry_delays_ms ?? [0, 0],
    ...(options.onDeadLetter === undefined ? {} : { onDeadLetter: options.onDeadLetter }),
  });
  current.accept = (items) => bus.accept(items);
  return {
    bus,
    outbox,
    logger,
    memory,
    delivered,
    act,
    publish: (...events) => memory.table.transact(outboxWrites(events)),
  };
}
