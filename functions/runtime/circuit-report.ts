import type { BreakerChange, BreakerState } from '../../src/adapters/resilience/breaker.ts';
import type { LogMessage } from '../../src/domain/shared/log-codes.ts';
import type { Logger } from '../../src/domain/shared/ports.ts';

/** Which circuit changed, and how. */
export interface CircuitChange extends Omit<BreakerChange, 'name'> {
  /** The service that is called: `dynamodb`, `git`... */
  readonly upstream: string;
  /** Where there are many of the kind. */
  readonly host?: string;
}

/** Counts what becomes of circuits. */
export interface CircuitMetrics {
  countCircuitChange(change: Pick<CircuitChange, 'upstream' | 'host' | 'state'>): void;
}

const MESSAGES: Readonly<Record<BreakerState, LogMessage>> = {
  open: 'circuit opened',
  half_open: 'circuit half-open',
  closed: 'circuit closed',
};

/** Tells log and metrics what became of a circuit, and the log why it opened. */
export function reportCircuit(
  deps: { readonly logger: Logger; readonly circuit_metrics: CircuitMetrics },
  { state, ...fields }: CircuitChange,
): void {
  deps.logger[state === 'open' ? 'warn' : 'info'](MESSAGES[state], fields);
  deps.circuit_metrics.countCircuitChange({ state, ...fields });
}
