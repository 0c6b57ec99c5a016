/** Lets a few run at once; the rest wait in the order in which they came. */
export interface Semaphore {
  /** @param signal - gives up waiting @throws the signal's reason */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export interface QueueLimit {
  readonly max_waiting: number;
  /** What those who find the queue full are told. */
  readonly refuse: () => Error;
}

/** @param limit - without it, any number may wait */
export function createSemaphore(places: number, limit?: QueueLimit): Semaphore {
  let taken = 0;
  const waiting: (() => void)[] = [];

  const take = async (signal: AbortSignal | undefined): Promise<void> => {
    signal?.throwIfAborted();
    if (taken < places) {
      taken += 1;
      return;
    }
    if (limit !== undefined && waiting.length >= limit.max_waiting) throw limit.refuse();
    await new Promise<void>((resolve, reject) => {
      const giveUp = () => {
        waiting.splice(waiting.indexOf(enter), 1);
        reject(signal?.reason as Error);
      };
      const enter = () => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      waiting.push(enter);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  };

  // A place passes straight to the one that waited longest, so `taken` stays as it is.
  const give = (): void => {
    const next = waiting.shift();
    if (next === undefined) taken -= 1;
    else next();
  };

  return {
    async run(work, signal) {
      await take(signal);
      try {
        return await work();
      } finally {
        give();
      }
    },
  };
}
