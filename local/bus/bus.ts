import { setTimeout as delay } from 'node:timers/promises';
import { readOutboxItem } from '../../src/adapters/stores/outbox.ts';
import type { Item } from '../../src/adapters/table/port.ts';
import { type ConsumerName, consumersOf } from '../../src/contracts/events/rules.ts';
import type { DomainEvent, EventConsumer } from '../../src/domain/shared/events.ts';
import type { Logger } from '../../src/domain/shared/ports.ts';
import type { Outbox } from './outbox.ts';

export interface BusOptions {
  readonly consumers: Readonly<Record<ConsumerName, EventConsumer>>;
  readonly outbox: Outbox;
  readonly logger: Logger;
  /** Told of each dead letter, for what must not wait for anybody to look at it. */
  readonly onDeadLetter?: (event: DomainEvent, consumer: ConsumerName) => Promise<void>;
  /** Pauses before each further attempt, in milliseconds; after the last one the event is a dead letter. */
  readonly retry_delays_ms: readonly number[];
}

/** The laptop's EventBridge: takes what a committed write put into the outbox to the consumers that want it, at least
 *  once, without promising an order. */
export interface Bus {
  /** Called with every committed put. */
  accept(items: readonly Item[]): void;
  /** Delivers what an earlier process had not. */
  sweep(): Promise<void>;
  /** Resolves when nothing is being delivered. */
  idle(): Promise<void>;
  /** Starts no further delivery and waits for those under way. The outbox keeps the rest for the next start. */
  stop(): Promise<void>;
}

/** @param options - see {@link BusOptions} */
export function createBus(options: BusOptions): Bus {
  const stopped = new AbortController();
  const under_way = new Set<Promise<void>>();

  const deliver = (event: DomainEvent): void => {
    if (stopped.signal.aborted) return;
    const delivery = deliverToAll(options, event, stopped.signal)
      .catch((error: unknown) => {
        // The outbox can't be written (a full disk, say): it keeps the event for the next start.
        options.logger.error('event could not be acknowledged', { event_id: event.id, error });
      })
      .finally(() => under_way.delete(delivery));
    under_way.add(delivery);
  };

  const idle = async (): Promise<void> => {
    while (under_way.size > 0) await Promise.all(under_way);
  };

  return {
    accept(items) {
      for (const item of items) {
        const event = readOutboxItem(item);
        if (event !== undefined) deliver(event);
      }
    },
    async sweep() {
      for (const event of options.outbox.readUnpublished()) deliver(event);
    },
    idle,
    async stop() {
      stopped.abort();
      await idle();
    },
  };
}

async function deliverToAll(options: BusOptions, event: DomainEvent, signal: AbortSignal): Promise<void> {
  const outcomes = await Promise.all(
    consumersOf(event.type).map((name) => deliverToOne(options, name, event, signal)),
  );
  if (outcomes.every((settled) => settled)) options.outbox.acknowledge(event);
}

/** @returns false when the platform stops before the consumer took the event: the outbox keeps it */
async function deliverToOne(
  options: BusOptions,
  name: ConsumerName,
  event: DomainEvent,
  signal: AbortSignal,
): Promise<boolean> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await options.consumers[name].handle(event);
      return true;
    } catch (error) {
      const pause_ms = options.retry_delays_ms[attempt];
      if (pause_ms === undefined) {
        options.logger.error('event became a dead letter', { consumer: name, event_id: event.id, error });
        options.outbox.bury(event, name, error);
        await tellOfDeadLetter(options, event, name);
        return true;
      }
      options.logger.warn('event will be delivered again', { consumer: name, event_id: event.id, error });
      if (signal.aborted || !(await pause(pause_ms, signal))) return false;
    }
  }
}

async function tellOfDeadLetter(options: BusOptions, event: DomainEvent, name: ConsumerName): Promise<void> {
  try {
    await options.onDeadLetter?.(event, name);
  } catch (error) {
    options.logger.error('a dead letter could not be followed up', { event_id: event.id, error });
  }
}

async function pause(duration_ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(duration_ms, undefined, { signal });
    return true;
  } catch {
    // The only way that a delay rejects is its signal.
    return false;
  }
}
