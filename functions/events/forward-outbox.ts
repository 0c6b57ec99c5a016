import { type DomainEvent, eventEnvelopeSchema } from '../../src/domain/shared/events.ts';
import type { Logger } from '../../src/domain/shared/ports.ts';

/** An item of an outbox, as the table's stream or the sweeper's query brings it. */
export interface OutboxItem {
  readonly pk: string;
  readonly sk: string;
  /** What should be an event. */
  readonly body: unknown;
}

export interface ForwardDependencies {
  /** @returns the ids of the events that the bus refused */
  readonly publish: (events: readonly DomainEvent[]) => Promise<ReadonlySet<string>>;
  /** Keeps what no consumer could ever read, where people find it. */
  readonly bury: (item: OutboxItem, reason: string) => Promise<void>;
  /** Takes the item out of its outbox. */
  readonly remove: (item: OutboxItem) => Promise<void>;
  readonly logger: Logger;
}

/** What became of outbox items. */
export interface Forwarded<T> {
  readonly published: readonly T[];
  /** Neither the bus nor the dead-letter queue took them: they have to be brought again. */
  readonly kept: readonly T[];
}

/** Takes outbox items to the bus, and each that is no event to the dead-letter queue, so that it can't hold up the others.
 *  An item leaves its outbox only when it lies safely in one of the two. The bus comes first: a batch that comes again for
 *  its sake has buried nothing yet. */
export async function forwardItems<T extends OutboxItem>(
  deps: ForwardDependencies,
  items: readonly T[],
): Promise<Forwarded<T>> {
  const events: { readonly item: T; readonly event: DomainEvent }[] = [];
  const invalid: { readonly item: T; readonly problem: string }[] = [];
  for (const item of items) {
    const parsed = eventEnvelopeSchema.safeParse(item.body);
    if (parsed.success) events.push({ item, event: parsed.data });
    else invalid.push({ item, problem: parsed.error.message });
  }
  const refused =
    events.length === 0 ? new Set<string>() : await deps.publish(events.map(({ event }) => event));
  if (refused.size > 0) deps.logger.warn('the bus refused events', { count: refused.size });
  const remover = createRemover(deps);
  const published: T[] = [];
  const kept: T[] = [];
  for (const { item, problem } of invalid) {
    if (await buryItem(deps, item, problem)) await remover(item);
    else kept.push(item);
  }
  for (const { item, event } of events) {
    if (refused.has(event.id)) {
      kept.push(item);
      continue;
    }
    await remover(item);
    published.push(item);
  }
  return { published, kept };
}

/** @returns false when the queue didn't take it */
async function buryItem(deps: ForwardDependencies, item: OutboxItem, problem: string): Promise<boolean> {
  deps.logger.error('an outbox item is no event', { outbox: item.pk, item: item.sk, problem });
  try {
    await deps.bury(item, 'not an event');
    return true;
  } catch (error) {
    deps.logger.error('an outbox item could not be buried', { outbox: item.pk, item: item.sk, error });
    return false;
  }
}

/** Takes items out that have arrived. They must not be brought again for this, so the first that fails ends it: a table that
 *  is slow now would take all of the function's time. The sweeper takes what is left once more, and removes it. */
function createRemover(deps: ForwardDependencies): (item: OutboxItem) => Promise<void> {
  let is_failing = false;
  return async (item) => {
    if (is_failing) return;
    try {
      await deps.remove(item);
    } catch (error) {
      is_failing = true;
      deps.logger.warn('an outbox item could not be removed', { outbox: item.pk, item: item.sk, error });
    }
  };
}
