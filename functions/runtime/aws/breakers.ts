import { AWS_BREAKER, createBreakers, GIT_BREAKER } from '../../../src/adapters/resilience/breakers.ts';
import { createLogger } from '../../../src/adapters/system/logger.ts';
import { type CircuitChange, reportCircuit } from '../circuit-report.ts';
import { createEmfCircuitMetrics } from './circuit-metrics.ts';
import { logLevel } from './environment.ts';

/** One breaker for each service of AWS, by its name in IAM's actions: for all clients of this process, whichever tenant's
 *  session they have. */
export const aws_breakers = createBreakers(AWS_BREAKER, ({ name, ...change }) =>
  report({ upstream: name, ...change }),
);

/** One breaker for each server of repositories, by its host. */
export const git_breakers = createBreakers(GIT_BREAKER, ({ name, ...change }) =>
  report({ upstream: 'git', host: name, ...change }),
);

// Made when there is something to tell: most instances never have.
function report(change: CircuitChange): void {
  reportCircuit({ logger: createLogger(logLevel()), circuit_metrics: createEmfCircuitMetrics() }, change);
}
