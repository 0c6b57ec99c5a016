/** Counts what is under way per instance. */
interface InFlight {
  /** Notes one exchange. Returns what to call when it is over; more calls change nothing.
   *  @param close - breaks it off */
  begin(instance_id: string, close: () => void): () => void;
  /** Resolves when nothing of the instance is under way, or closes the rest after `timeout_ms`. */
  drained(instance_id: string, timeout_ms: number): Promise<void>;
}

interface Instance {
  readonly exchanges: Set<{ readonly close: () => void }>;
  readonly onIdle: Set<() => void>;
}

export function createInFlight(): InFlight {
  const instances = new Map<string, Instance>();

  const end = (instance_id: string, instance: Instance, exchange: { close: () => void }): void => {
    if (!instance.exchanges.delete(exchange) || instance.exchanges.size > 0) return;
    if (instances.get(instance_id) === instance) instances.delete(instance_id);
    for (const resolve of instance.onIdle) resolve();
  };

  return {
    begin(instance_id, close) {
      const instance = instances.get(instance_id) ?? { exchanges: new Set(), onIdle: new Set() };
      instances.set(instance_id, instance);
      const exchange = { close };
      instance.exchanges.add(exchange);
      return () => end(instance_id, instance, exchange);
    },

    drained(instance_id, timeout_ms) {
      const instance = instances.get(instance_id);
      if (instance === undefined) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          for (const exchange of instance.exchanges) {
            exchange.close();
            end(instance_id, instance, exchange);
          }
        }, timeout_ms);
        instance.onIdle.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
  };
}
