import type { Clock } from '../../src/domain/shared/ports.ts';
import { type ForwardDependencies, forwardItems, type OutboxItem } from '../events/forward-outbox.ts';

export interface SweeperDependencies extends ForwardDependencies {
  readonly readOverdue: (before: string) => Promise<readonly OutboxItem[]>;
  readonly clock: Clock;
}

// By now the stream has had all its retries but the last hours' ones; consumers drop what they get twice.
const OVERDUE_MS = 15 * 60_000;

/** Takes on what is still in an outbox: the stream lost it or gave it up, or it arrived and could not be removed. */
export function createOutboxSweeper(deps: SweeperDependencies) {
  return async (): Promise<{ readonly published: number }> => {
    const before = new Date(deps.clock.now().getTime() - OVERDUE_MS).toISOString();
    const overdue = await deps.readOverdue(before);
    const { published, kept } = await forwardItems(deps, overdue);
    if (overdue.length > 0) {
      deps.logger.warn('events were overdue', { overdue: overdue.length, kept: kept.length });
    }
    return { published: published.length };
  };
}
