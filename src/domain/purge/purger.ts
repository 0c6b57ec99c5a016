import type { Clock, Logger } from '../shared/ports.ts';
import { type Budget, createBudget } from './budget.ts';
import type { DuePurge } from './ports.ts';

/** `taken_back`: it was restored, or an earlier run had finished it. */
export type PurgeOutcome = 'purged' | 'taken_back' | 'unfinished';

/** Removes one thing for good, as far as the budget goes. A run that died on the way is made up for by the next. */
export type Purge = (due: DuePurge, budget: Budget) => Promise<PurgeOutcome>;

export interface PurgerDependencies {
  /** Some of what is due before an instant. @param before - ISO 8601 */
  readonly readDue: (before: string) => Promise<readonly DuePurge[]>;
  /** Who purges what, by its kind. */
  readonly purgers: Readonly<Record<string, Purge>>;
  /** Of one run, for all that is due together. */
  readonly max_steps: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One run of the purge: removes what is due, longest due first. What fails holds up nothing else.
 *  @throws AggregateError in the end, of what failed */
export function createPurger(deps: PurgerDependencies) {
  return async (signal?: AbortSignal): Promise<Readonly<Record<PurgeOutcome, number>>> => {
    const budget = createBudget(deps.max_steps, signal);
    const count = { purged: 0, taken_back: 0, unfinished: 0 };
    const failures: unknown[] = [];
    for (const due of await readInOrder(deps)) {
      try {
        const outcome = await purgerOf(deps, due)(due, budget);
        count[outcome] += 1;
        if (outcome === 'purged') deps.logger.info('purged for good', { ...due });
      } catch (error) {
        deps.logger.error('a purge failed', { ...due, error });
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} purges failed`);
    return count;
  };
}

async function readInOrder({ readDue, clock }: PurgerDependencies): Promise<DuePurge[]> {
  const due = await readDue(clock.now().toISOString());
  return due.toSorted((one, other) => (one.purge_at < other.purge_at ? -1 : 1));
}

function purgerOf({ purgers }: PurgerDependencies, { kind }: DuePurge): Purge {
  const purge = purgers[kind];
  if (purge === undefined) throw new Error(`Nobody purges a ${kind}`);
  return purge;
}
