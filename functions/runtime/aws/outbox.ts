import process from 'node:process';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { publishEvents } from '../../../src/adapters/aws/event-publisher.ts';
import { createAwsCaller } from '../../../src/adapters/aws/signed-call.ts';
import { createLogger } from '../../../src/adapters/system/logger.ts';
import type { Table } from '../../../src/adapters/table/port.ts';
import type { ForwardDependencies } from '../../events/forward-outbox.ts';
import { logLevel, required } from './environment.ts';

// What JSON leaves as it is and SQS refuses.
const FORBIDDEN = /[\ufffe\uffff]/g;

/** Where outbox items go: the bus, the dead-letter queue, and out of the table. */
export function createForwarding(table: Table): ForwardDependencies {
  const bus = new EventBridgeClient({});
  const aws = createAwsCaller(process.env);
  return {
    publish: (events) => publishEvents(bus, required('EVENT_BUS_NAME'), events),
    async bury({ pk, sk, body }, reason) {
      const attribute = (text: string) => ({ DataType: 'String', StringValue: text });
      const message = {
        QueueUrl: required('FAILURE_QUEUE_URL'),
        MessageBody: JSON.stringify(body).replace(FORBIDDEN, toJsonEscape),
        MessageAttributes: { reason: attribute(reason), pk: attribute(pk), sk: attribute(sk) },
      };
      await aws.callJson('sqs', 'AmazonSQS.SendMessage', message, '1.0');
    },
    remove: ({ pk, sk }) => table.write({ kind: 'delete', key: { table: 'tenants', pk, sk } }),
    logger: createLogger(logLevel()),
  };
}

function toJsonEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16)}`;
}
