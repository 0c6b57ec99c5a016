import type { Clock } from '../../src/domain/shared/ports.ts';
import { type ForwardDependencies, forwardItems, type OutboxItem } from '../events/forward-outbox.ts';

export interface SweeperDependencies extends ForwardDependencies {
  readonly readOverdue: (before: string) => Promise<readonly OutboxItem[]>;
  /** Tells people that the publisher isn't doing its work: a stream that nobody reads has no age to watch. */
  readonly report: (found: { readonly overdue: number; readonly kept: number }) => Promise<void>;
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
      const found = { overdue: overdue.length, kept: kept.length };
      deps.logger.warn('events were overdue', found);
      await deps.report(found);
    }
    return { published: published.length };
  };
}
