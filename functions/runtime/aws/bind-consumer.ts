import process from 'node:process';
import { memoize } from '../../../src/adapters/system/memoize.ts';
import { createTracer } from '../../../src/adapters/telemetry/tracer.ts';
import type { ConsumerName } from '../../../src/contracts/events/rules.ts';
import type { EventConsumer } from '../../../src/domain/shared/events.ts';
import { createConsumerFunction } from '../../events/consume.ts';
import { traceConsumer } from '../traced.ts';

/** An event consumer as EventBridge calls it: composed on the first event, and traced. */
export function bindConsumer(name: ConsumerName, compose: () => Promise<EventConsumer>) {
  const tracer = createTracer(process.env);
  return createConsumerFunction(memoize(async () => traceConsumer(tracer, name, await compose())));
}
