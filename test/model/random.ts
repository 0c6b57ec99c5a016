import fc from 'fast-check';

/** Choices that a seed makes, the same each time. */
export interface Choices {
  /** A whole number below `limit`. */
  below(limit: number): number;
  /** One of these; undefined where there is none. */
  oneOf<T>(values: Iterable<T>): T | undefined;
}

const BATCH = 1000;

export function createChoices(seed: number): Choices {
  let batch: number[] = [];
  let drawn = 0;
  const next = (): number => {
    const value = batch.pop();
    if (value !== undefined) return value;
    drawn += 1;
    batch = fc.sample(fc.nat(), { numRuns: BATCH, seed: seed + drawn });
    return next();
  };
  const below = (limit: number): number => next() % limit;
  return {
    below,
    oneOf(values) {
      const all = [...values];
      return all.length === 0 ? undefined : all[below(all.length)];
    },
  };
}
