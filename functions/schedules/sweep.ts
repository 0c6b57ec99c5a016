import type { DomainEvent } from '../../src/domain/shared/events.ts';
import type { Clock, Logger } from '../../src/domain/shared/ports.ts';

export interface SweeperDependencies {
  readonly readOverdue: (before: string) => Promise<readonly DomainEvent[]>;
  /** @returns the ids of the events that the bus refused */
  readonly publish: (events: readonly DomainEvent[]) => Promise<ReadonlySet<string>>;
  readonly acknowledge: (event: DomainEvent) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

// By now the stream has had all its retries but the last hours' ones; consumers drop what they get twice.
const OVERDUE_MS = 15 * 60_000;

/** Publishes again what was never acknowledged: the stream lost it, gave it up, or its acknowledgement failed. */
export function createOutboxSweeper(deps: SweeperDependencies) {
  return async (): Promise<{ readonly published: number }> => {
    const before = new Date(deps.clock.now().getTime() - OVERDUE_MS).toISOString();
    const overdue = await deps.readOverdue(before);
    const refused = await deps.publish(overdue);
    const published = overdue.filter((event) => !refused.has(event.id));
    for (const event of published) await deps.acknowledge(event);
    if (overdue.length > 0) {
      deps.logger.warn('events were overdue', { overdue: overdue.length, refused: refused.size });
    }
    return { published: published.length };
  };
}
