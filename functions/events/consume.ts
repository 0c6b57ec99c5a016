import type { EventBridgeEvent } from 'aws-lambda';
import { EVENTS } from '../../src/contracts/events/catalog.ts';
import { type EventConsumer, eventEnvelopeSchema } from '../../src/domain/shared/events.ts';

/** An event consumer as EventBridge calls it. What is no event of the catalogue throws, so that it ends in the rule's
 *  dead-letter queue with its body. */
export function createConsumerFunction(load: () => Promise<EventConsumer>) {
  return async ({ detail }: EventBridgeEvent<string, unknown>): Promise<void> => {
    const event = eventEnvelopeSchema.parse(detail);
    const schema = Object.entries(EVENTS).find(([type]) => type === event.type)?.[1];
    if (schema === undefined) throw new TypeError(`There is no event type ${event.type}`);
    schema.parse(event.data);
    const consumer = await load();
    await consumer.handle(event);
  };
}
