import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import { AppError } from '../../domain/shared/errors.ts';

/** The brief's settings of a circuit breaker. */
export interface BreakerSettings {
  /** Calls that fail in a row until the circuit opens. */
  readonly max_failures: number;
  /** From opening until calls are tried again. */
  readonly open_timeout_ms: number;
  /** Calls that are tried while the circuit is half-open. All of them have to be answered for it to close. */
  readonly max_half_open_calls: number;
}

/** The brief's states: `open` makes no call, `half_open` tries a few. */
export type BreakerState = 'closed' | 'open' | 'half_open';

/** What became of a breaker. */
export interface BreakerChange {
  /** The breaker's own. */
  readonly name: string;
  readonly state: BreakerState;
  /** The last failure, where the circuit opened. */
  readonly error?: unknown;
}

export interface Calling {
  /** Whether the work's error says that the service is in trouble. Any other is an answer, and so a sign of life. */
  readonly isFailure: (error: unknown) => boolean;
  /** Ends the work for a reason of the caller's own, which says nothing about the service. */
  readonly signal?: AbortSignal | undefined;
}

/** Keeps calls from a service that doesn't answer, until it may have recovered. */
export interface Breaker {
  /** Does the work, which has a time-out of its own.
   *  @throws AppError SERVICE_UNAVAILABLE, at once and without doing it, while the circuit is open, or half-open with
   *  enough calls under way; what the work throws */
  run<T>(work: () => Promise<T>, calling: Calling): Promise<T>;
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

const STATES: Readonly<Record<CircuitState, BreakerState>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half_open',
  // Circuits that are held open by hand, which nothing here does.
  [CircuitState.Isolated]: 'open',
};
// Calls that are tried are answered in about this time, if they are.
const HALF_OPEN_RETRY_S = 1;

/** A breaker for one service. Its states, the counting and the time are cockatiel's; that library lets the calls beyond
 *  those that are tried wait for the verdict, and here they are refused.
 *  @param onChange - told of every change of state; what it throws, the call throws */
export function createBreaker(
  name: string,
  settings: BreakerSettings,
  onChange: (change: BreakerChange) => void,
): Breaker {
  const { open_timeout_ms, max_half_open_calls } = settings;
  // A call that its caller ended proves nothing. But as one of those that are tried it may not help to close the circuit.
  const countsAsFailure = (error: unknown) =>
    !(error instanceof EndedByCaller) || policy.state === CircuitState.HalfOpen;
  const policy = circuitBreaker(handleWhen(countsAsFailure), {
    breaker: new ConsecutiveBreaker(settings.max_failures),
    halfOpenAfter: open_timeout_ms,
    halfOpenSampling: { calls: max_half_open_calls, threshold: 0 },
  });
  let opened_at_ms = 0;
  let tried = 0;
  policy.onStateChange((state) => {
    tried = 0;
    // As cockatiel reads it.
    if (state === CircuitState.Open) opened_at_ms = Date.now();
    const error = state === CircuitState.Open ? reasonOf(policy.lastFailure) : undefined;
    onChange({ name, state: STATES[state], ...(error === undefined ? {} : { error }) });
  });

  const refusal = (): AppError => {
    const left_s =
      policy.state === CircuitState.Open
        ? Math.ceil((opened_at_ms + open_timeout_ms - Date.now()) / 1000)
        : HALF_OPEN_RETRY_S;
    return new AppError('SERVICE_UNAVAILABLE', {
      retry_after_s: Math.max(HALF_OPEN_RETRY_S, left_s),
      cause: new CircuitOpenError(name),
    });
  };

  return {
    async run(work, calling) {
      if (policy.state === CircuitState.HalfOpen && tried >= max_half_open_calls) throw refusal();
      try {
        const outcome = await policy.execute(() => {
          if (policy.state === CircuitState.HalfOpen) tried += 1;
          return settle(work, calling);
        });
        if ('error' in outcome) throw outcome.error;
        return outcome.value;
      } catch (error) {
        if (error instanceof BrokenCircuitError) throw refusal();
        throw error instanceof EndedByCaller ? error.cause : error;
      }
    },
  };
}

/** For where nothing is to be kept from calling: an operator's own tools, which end by themselves. */
export const NO_BREAKER: Breaker = { run: (work) => work() };

/** Why a call was not made: the cause of a refusal, for the log. */
export class CircuitOpenError extends Error {
  constructor(name: string) {
    super(`The circuit of ${name} is open: its last calls failed, and it is not called for a while`);
    this.name = 'CircuitOpenError';
  }
}

class EndedByCaller extends Error {}

/** Throws failures alone: an answer, whatever it says, is a success to the circuit. */
async function settle<T>(work: () => Promise<T>, { isFailure, signal }: Calling): Promise<Outcome<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (signal?.aborted === true) throw new EndedByCaller('', { cause: error });
    if (isFailure(error)) throw error;
    return { error };
  }
}

function reasonOf(failure: object | undefined): unknown {
  const error: unknown = failure !== undefined && 'error' in failure ? failure.error : undefined;
  return error instanceof EndedByCaller ? error.cause : error;
}
