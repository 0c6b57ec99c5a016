import process from 'node:process';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { DynamoDBRecord } from 'aws-lambda';
import { publishEvents } from '../../../src/adapters/aws/event-publisher.ts';
import { createAwsCaller } from '../../../src/adapters/aws/signed-call.ts';
import { createDynamoClients } from '../../../src/adapters/dynamodb/client.ts';
import { createDynamoTable } from '../../../src/adapters/dynamodb/dynamodb-table.ts';
import { toItem } from '../../../src/adapters/dynamodb/items.ts';
import { OUTBOX_SUFFIX } from '../../../src/adapters/dynamodb/table.ts';
import { keys } from '../../../src/adapters/stores/keys.ts';
import { createLogger } from '../../../src/adapters/system/logger.ts';
import { logLevel, required } from '../../runtime/aws/environment.ts';
import { createOutboxPublisher } from '../publish-outbox.ts';

const tenants = required('TENANTS_TABLE');
const table = createDynamoTable(createDynamoClients()(), { tenants, directory: '' });
const bus = new EventBridgeClient({});
const aws = createAwsCaller(process.env);

/** The stream's filter lets only these through; whoever changes it must not make this publish anything else. */
function readRecord(record: DynamoDBRecord): unknown {
  const image = record.dynamodb?.NewImage;
  if (record.eventName !== 'INSERT' || image === undefined) return undefined;
  const item = toItem('tenants', image as Record<string, AttributeValue>);
  return item.key.pk.endsWith(OUTBOX_SUFFIX) ? item.attributes : undefined;
}

export const handler = createOutboxPublisher({
  readRecord,
  publish: (events) => publishEvents(bus, required('EVENT_BUS_NAME'), events),
  acknowledge: ({ tenant_id, id }) => table.write({ kind: 'delete', key: keys.outbox(tenant_id, id) }),
  async bury(body, reason) {
    const message = {
      QueueUrl: required('FAILURE_QUEUE_URL'),
      MessageBody: body,
      MessageAttributes: { reason: { DataType: 'String', StringValue: reason } },
    };
    await aws.callJson('sqs', 'AmazonSQS.SendMessage', message, '1.0');
  },
  logger: createLogger(logLevel()),
});
