import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SMALL_CALLS } from '../../../src/adapters/aws/call-limits.ts';
import { publishEvents } from '../../../src/adapters/aws/event-publisher.ts';
import { guardClient } from '../../../src/adapters/aws/guard-client.ts';
import { createLogger } from '../../../src/adapters/system/logger.ts';
import type { Table } from '../../../src/adapters/table/port.ts';
import type { ForwardDependencies } from '../../events/forward-outbox.ts';
import { aws_breakers } from './breakers.ts';
import { awsCaller } from './caller.ts';
import { logLevel, required } from './environment.ts';

// What JSON leaves as it is and SQS refuses.
const FORBIDDEN = /[\ufffe\uffff]/g;

/** Where outbox items go: the bus, the dead-letter queue, and out of the table. */
export function createForwarding(table: Table): ForwardDependencies {
  const bus = guardClient(new EventBridgeClient(SMALL_CALLS), aws_breakers.of('events'));
  return {
    publish: (events) => publishEvents(bus, required('EVENT_BUS_NAME'), events),
    bury: ({ pk, sk, body }, reason) => sendToFailures(body, { reason, pk, sk }),
    remove: ({ pk, sk }) => table.write({ kind: 'delete', key: { table: 'tenants', pk, sk } }),
    logger: createLogger(logLevel()),
  };
}

/** Puts a message into the queue that an alarm watches. @param attributes - texts beside its body */
export async function sendToFailures(
  body: unknown,
  attributes: Readonly<Record<string, string>>,
): Promise<void> {
  const described = Object.entries(attributes).map(
    ([name, text]) => [name, { DataType: 'String', StringValue: text }] as const,
  );
  const message = {
    QueueUrl: required('FAILURE_QUEUE_URL'),
    MessageBody: JSON.stringify(body).replace(FORBIDDEN, toJsonEscape),
    MessageAttributes: Object.fromEntries(described),
  };
  await awsCaller().callJson('sqs', 'AmazonSQS.SendMessage', message, '1.0');
}

function toJsonEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16)}`;
}
