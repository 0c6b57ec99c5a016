import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { readOutboxRecord } from '../../../src/adapters/dynamodb/outbox-record.ts';
import { createForwarding } from '../../runtime/aws/outbox.ts';
import { AWAITED, createOwnTable } from '../../runtime/aws/table.ts';
import { createOutboxPublisher } from '../publish-outbox.ts';

const table = createOwnTable(AWAITED);

/** The stream's filter lets only these through; whoever changes it must not make this publish anything else. */
function readRecord(record: DynamoDBRecord) {
  const image = record.dynamodb?.NewImage as Record<string, AttributeValue> | undefined;
  return record.eventName === 'INSERT' && image !== undefined ? readOutboxRecord(image) : undefined;
}

export const handler = createOutboxPublisher({ ...createForwarding(table), readRecord });
