import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { type DomainEvent, eventEnvelopeSchema } from '../../src/domain/shared/events.ts';
import type { Logger } from '../../src/domain/shared/ports.ts';

export interface OutboxPublisherDependencies {
  /** The attributes of a record's item; undefined where it is no new outbox item. */
  readonly readRecord: (record: DynamoDBRecord) => unknown;
  /** @returns the ids of the events that the bus refused */
  readonly publish: (events: readonly DomainEvent[]) => Promise<ReadonlySet<string>>;
  /** The bus has it: the outbox may forget it. */
  readonly acknowledge: (event: DomainEvent) => Promise<void>;
  /** Keeps what no consumer could ever read, where people find it. */
  readonly bury: (body: string, reason: string) => Promise<void>;
  readonly logger: Logger;
}

interface Entry {
  readonly sequence_number: string;
  readonly event: DomainEvent;
}

/** The outbox's way to the bus: takes what the table's stream brings. A record that is no event is put into the
 *  dead-letter queue by itself, so that it can't hold up those behind it; one that the bus refuses comes again. */
export function createOutboxPublisher(deps: OutboxPublisherDependencies) {
  return async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const entries: Entry[] = [];
    for (const record of Records) {
      const entry = await readEntry(deps, record);
      if (entry !== undefined) entries.push(entry);
    }
    const refused = await deps.publish(entries.map((entry) => entry.event));
    const batchItemFailures: { itemIdentifier: string }[] = [];
    for (const { event, sequence_number } of entries) {
      if (refused.has(event.id)) batchItemFailures.push({ itemIdentifier: sequence_number });
      else await acknowledge(deps, event);
    }
    if (refused.size > 0) deps.logger.warn('the bus refused events', { count: refused.size });
    return { batchItemFailures };
  };
}

/** The bus has it, so the batch must not come again for this: the sweeper acknowledges what is left. */
async function acknowledge(deps: OutboxPublisherDependencies, event: DomainEvent): Promise<void> {
  try {
    await deps.acknowledge(event);
  } catch (error) {
    deps.logger.warn('a published event could not be acknowledged', { event_id: event.id, error });
  }
}

async function readEntry(
  deps: OutboxPublisherDependencies,
  record: DynamoDBRecord,
): Promise<Entry | undefined> {
  const body = deps.readRecord(record);
  if (body === undefined) return undefined;
  const parsed = eventEnvelopeSchema.safeParse(body);
  if (parsed.success) {
    return { event: parsed.data, sequence_number: record.dynamodb?.SequenceNumber ?? '' };
  }
  deps.logger.error('an outbox item is no event', { error: parsed.error.message });
  await deps.bury(JSON.stringify(body), 'not an event');
  return undefined;
}
