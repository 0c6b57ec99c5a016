/** Wakes readers that wait for lines of a deployment. */
interface Waiters {
  /** Begins to listen; `arrived` resolves at the next {@link wake}. */
  listen(deployment_id: string): { readonly arrived: Promise<void>; readonly stop: () => void };
  wake(deployment_id: string): void;
}

export function createWaiters(): Waiters {
  const waiting = new Map<string, Set<() => void>>();
  return {
    listen(deployment_id) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const readers = waiting.get(deployment_id) ?? new Set();
      waiting.set(deployment_id, readers.add(resolve));
      const stop = (): void => {
        readers.delete(resolve);
        if (readers.size === 0 && waiting.get(deployment_id) === readers) waiting.delete(deployment_id);
      };
      return { arrived: promise, stop };
    },
    wake(deployment_id) {
      for (const resolve of waiting.get(deployment_id) ?? []) resolve();
    },
  };
}

/** The end of a reader's patience: its time is over, or it went away. */
interface Deadline {
  readonly is_over: boolean;
  readonly over: Promise<void>;
  /** Ends the timer. */
  clear(): void;
}

export function startDeadline(wait_ms: number, signal: AbortSignal | undefined): Deadline {
  const { promise, resolve } = Promise.withResolvers<void>();
  let is_over = wait_ms <= 0 || signal?.aborted === true;
  const end = (): void => {
    is_over = true;
    resolve();
  };
  const timer = is_over ? undefined : setTimeout(end, wait_ms);
  signal?.addEventListener('abort', end, { once: true });
  return {
    get is_over() {
      return is_over;
    },
    over: promise,
    clear() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
    },
  };
}
