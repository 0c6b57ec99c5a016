import { LRUCache } from 'lru-cache';
import {
  type Breaker,
  type BreakerChange,
  type BreakerSettings,
  createBreaker,
  NO_BREAKER,
} from './breaker.ts';

/** The breakers of one process, one for each service, whichever of its clients calls it. */
export interface Breakers {
  of(name: string): Breaker;
}

/** For services of AWS. A request waits for these, so they are tried again soon. */
export const AWS_BREAKER: BreakerSettings = {
  max_failures: 5,
  open_timeout_ms: 10_000,
  max_half_open_calls: 3,
};

/** For the servers of repositories, which take up to a minute to be found silent. */
export const GIT_BREAKER: BreakerSettings = {
  max_failures: 5,
  open_timeout_ms: 30_000,
  max_half_open_calls: 1,
};

// Users name the servers of repositories. What is forgotten begins anew with a closed circuit.
const MAX_BREAKERS = 500;

/** @param onChange - told of every change of state of every one */
export function createBreakers(
  settings: BreakerSettings,
  onChange: (change: BreakerChange) => void,
): Breakers {
  const known = new LRUCache<string, Breaker>({
    max: MAX_BREAKERS,
    memoMethod: (name) => createBreaker(name, settings, onChange),
  });
  return { of: (name) => known.memo(name) };
}

/** Breakers that let everything through. */
export const NO_BREAKERS: Breakers = { of: () => NO_BREAKER };
