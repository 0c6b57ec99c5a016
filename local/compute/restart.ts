import type { ProcessExit } from '../process/index.ts';

/** Restarts that an app gets before its first healthy answer, whatever its policy. */
export const RESTARTS_BEFORE_HEALTHY = 2;

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 30_000;

/** How long to wait before a restart: 100 ms, doubled each time, at most 30 s. @param restarts - made so far */
export function restartPauseMs(restarts: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** restarts);
}

/** How a run ended, for people. */
export function describeExit(exit: ProcessExit): string {
  if (exit.out_of_memory) return 'out of memory';
  return exit.code === null ? `signal ${exit.signal}` : `exit code ${exit.code}`;
}
