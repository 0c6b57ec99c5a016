const CONNECT_TIMEOUT_MS = 1000;

/** For clients whose calls carry little: without limits, a call that nobody answers takes all of its function's time.
 *  `requestTimeout` alone only writes a warning. */
export const SMALL_CALLS = {
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: 5000,
    throwOnRequestTimeout: true,
  },
} as const;

/** For signed calls that a request waits for. */
export const AWAITED_CALLS = { timeout_ms: 2000, attempts: 2 } as const;
