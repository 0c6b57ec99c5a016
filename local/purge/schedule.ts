import type { Logger } from '../../src/domain/shared/ports.ts';

const EVERY_MS = 3_600_000;

/** A purge that runs by itself. */
export interface PurgeSchedule {
  /** Ends a run that is under way at its next step, and starts no other. */
  stop(): Promise<void>;
}

/** Runs the purge now, and then every hour; never two at once. The laptop's counterpart of the schedule on AWS. */
export function schedulePurge(
  purge: (signal: AbortSignal) => Promise<unknown>,
  logger: Logger,
): PurgeSchedule {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  const runOnce = async (): Promise<void> => {
    try {
      await purge(stopping.signal);
    } catch (error) {
      // The next run makes up for it.
      logger.error('the purge failed', { error });
    }
    running = undefined;
  };
  const run = (): void => {
    running ??= runOnce();
  };
  run();
  const timer = setInterval(run, EVERY_MS).unref();
  return {
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await running;
    },
  };
}
