import type { Logger } from '../../src/domain/shared/ports.ts';

export interface KeyRotatorDependencies {
  /** Makes another key, and drops old ones, when that is due. */
  readonly rotate: () => Promise<{ readonly kids: readonly string[]; readonly changed: boolean }>;
  readonly logger: Logger;
}

/** Looks after the signing keys, and says so when it changed them. */
export function createKeyRotator({ rotate, logger }: KeyRotatorDependencies) {
  return async (): Promise<void> => {
    const { kids, changed } = await rotate();
    if (changed) logger.info('signing keys were renewed', { kids });
  };
}
