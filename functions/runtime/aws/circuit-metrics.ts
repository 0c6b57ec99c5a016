import process from 'node:process';
import { CIRCUIT_CHANGES, METRICS_NAMESPACE } from '../../../src/contracts/metrics.ts';
import type { CircuitMetrics } from '../circuit-report.ts';

/** Changes of circuits as EMF, whose dimension is the state alone: each set costs $0.30 a month, and the service and host are
 *  properties of the line. The line is written by hand, since Powertools' metrics would be 12 kB of every bundle for it. */
export function createEmfCircuitMetrics(): CircuitMetrics {
  return {
    countCircuitChange({ upstream, host, state }) {
      const directive = {
        Namespace: METRICS_NAMESPACE,
        Dimensions: [['state']],
        Metrics: [{ Name: CIRCUIT_CHANGES, Unit: 'Count' }],
      };
      const line = {
        _aws: { Timestamp: Date.now(), CloudWatchMetrics: [directive] },
        state,
        upstream,
        host,
        [CIRCUIT_CHANGES]: 1,
      };
      process.stdout.write(`${JSON.stringify(line)}\n`);
    },
  };
}
