import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { EVENT_SOURCE } from '../../contracts/events/rules.ts';
import type { DomainEvent } from '../../domain/shared/events.ts';

// PutEvents takes ten entries a call.
const MAX_ENTRIES = 10;

/** Publishes events to the bus. @returns the ids of those that it refused, to be published again */
export async function publishEvents(
  events_client: EventBridgeClient,
  bus_name: string,
  events: readonly DomainEvent[],
): Promise<ReadonlySet<string>> {
  const refused = new Set<string>();
  for (let start = 0; start < events.length; start += MAX_ENTRIES) {
    const batch = events.slice(start, start + MAX_ENTRIES);
    const answer = await events_client.send(
      new PutEventsCommand({
        Entries: batch.map((event) => ({
          EventBusName: bus_name,
          Source: EVENT_SOURCE,
          DetailType: event.type,
          Time: new Date(event.occurred_at),
          Detail: JSON.stringify(event),
        })),
      }),
    );
    if ((answer.FailedEntryCount ?? 0) === 0) continue;
    for (const [position, entry] of (answer.Entries ?? []).entries()) {
      const event = batch[position];
      if (entry.ErrorCode !== undefined && event !== undefined) refused.add(event.id);
    }
  }
  return refused;
}
