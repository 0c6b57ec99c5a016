import { setImmediate } from 'node:timers/promises';

/** Puts the steps of things that happen at once in an order that is a matter of chance, and the same for the same seed. */
export interface Interleaver {
  /** Resolves when this step's turn has come. */
  readonly step: () => Promise<void>;
  /** Runs until none of the work and no step is left. */
  readonly finish: (work: Promise<unknown>) => Promise<void>;
}

/** @param random - below 1, one number after the other */
export function createInterleaver(random: () => number): Interleaver {
  const waiting: (() => void)[] = [];
  const next = (): boolean => {
    const [chosen] = waiting.splice(Math.floor(random() * waiting.length), 1);
    chosen?.();
    return chosen !== undefined;
  };
  return {
    step: () => new Promise((resolve) => waiting.push(resolve)),
    async finish(work) {
      let running = true;
      const ended = work.finally(() => {
        running = false;
      });
      // Whatever follows from a step is done before the next: none of it waits for anything but steps.
      for (let stepped = true; running || stepped; stepped = next()) await setImmediate();
      await ended;
    },
  };
}

/** Numbers below 1 that look like chance: xorshift. @param seed - any whole number */
export function createRandom(seed: number): () => number {
  let state = (seed ^ 0x9e37_79b9) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
