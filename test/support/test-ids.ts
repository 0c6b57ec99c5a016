import type { IdGenerator, IdPrefix } from '../../src/domain/shared/ports.ts';

/** Ids that count up, so that later ones sort after earlier ones and a failing test shows the same ones again. */
export function createTestIds(): IdGenerator {
  let count = 0;
  return {
    next(prefix) {
      count += 1;
      return testId(prefix, count);
    },
  };
}

/** The id that has this number. */
export function testId(prefix: IdPrefix, number: number): string {
  return `${prefix}_00000000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
}
