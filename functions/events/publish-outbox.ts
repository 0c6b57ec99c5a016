import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { type ForwardDependencies, forwardItems, type OutboxItem } from './forward-outbox.ts';

export interface OutboxPublisherDependencies extends ForwardDependencies {
  /** A record's item; undefined where it is no new outbox item. */
  readonly readRecord: (record: DynamoDBRecord) => OutboxItem | undefined;
}

/** The outbox's way to the bus: takes what the table's stream brings. What neither the bus nor the dead-letter queue takes
 *  comes again. */
export function createOutboxPublisher(deps: OutboxPublisherDependencies) {
  return async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const items = Records.flatMap((record) => {
      const item = deps.readRecord(record);
      return item === undefined ? [] : [{ ...item, sequence_number: record.dynamodb?.SequenceNumber ?? '' }];
    });
    const { kept } = await forwardItems(deps, items);
    return {
      batchItemFailures: kept.map(({ sequence_number }) => ({ itemIdentifier: sequence_number })),
    };
  };
}
