import { expect, test } from 'vitest';
import { reportCircuit } from '../../../../functions/runtime/circuit-report.ts';
import { createPrometheusMetrics } from '../../../../local/prometheus.ts';
import { createBreakers } from '../../../../src/adapters/resilience/breakers.ts';
import { stopDate, TEST_BREAKER } from '../../../support/breakers.ts';
import { createRecordedLogger } from '../../../support/recorded-logger.ts';

const date = stopDate();

test('every change of a circuit is in the log and counted, and the log says why it opened', async () => {
  const logger = createRecordedLogger();
  const circuit_metrics = createPrometheusMetrics(0, async () => []);
  const breakers = createBreakers(TEST_BREAKER, ({ name, ...change }) =>
    reportCircuit({ logger, circuit_metrics }, { upstream: 'git', host: name, ...change }),
  );
  const error = new Error('no answer');
  const run = (work: () => Promise<unknown>) =>
    breakers
      .of('git.example')
      .run(work, { isFailure: () => true })
      .catch(() => undefined);
  for (let failure = 0; failure < TEST_BREAKER.max_failures; failure += 1)
    await run(() => Promise.reject(error));
  date.advance(TEST_BREAKER.open_timeout_ms);
  for (let call = 0; call < TEST_BREAKER.max_half_open_calls; call += 1) await run(async () => 'done');

  const subject = { upstream: 'git', host: 'git.example' };
  expect(logger.lines).toEqual([
    { level: 'warn', message: 'circuit opened', fields: { ...subject, error } },
    { level: 'info', message: 'circuit half-open', fields: subject },
    { level: 'info', message: 'circuit closed', fields: subject },
  ]);
  const text = await circuit_metrics.render();
  for (const state of ['open', 'half_open', 'closed']) {
    expect(text).toContain(`railway_circuit_changes_total{upstream="git",state="${state}"} 1`);
  }
});
