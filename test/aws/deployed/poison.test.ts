import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, it, vi } from 'vitest';
import * as z from 'zod';
import { createAwsCaller } from '../../../src/adapters/aws/signed-call.ts';
import { createTestDynamo } from '../../support/aws.ts';
import { readFunctionEnvironment } from '../../support/deployed-function.ts';

const messagesSchema = z.object({ Messages: z.array(z.object({ Body: z.string() })).default([]) });

// Shorter than a call may take.
const LONG_POLL_S = 2;

it('an outbox item that is no event ends in the dead-letter queue, with its body, and nowhere else', async () => {
  const { TENANTS_TABLE, FAILURE_QUEUE_URL } = await readFunctionEnvironment('publish-outbox');
  const poison = `poison-${crypto.randomUUID()}`;
  await createTestDynamo().send(
    new PutItemCommand({
      TableName: TENANTS_TABLE,
      Item: { pk: { S: 'T#ten_poison#OUTBOX' }, sk: { S: poison }, type: { S: poison } },
    }),
  );

  const aws = createAwsCaller(process.env);
  const bodies: string[] = [];
  while (!bodies.some((body) => body.includes(poison))) {
    const input = { QueueUrl: FAILURE_QUEUE_URL, WaitTimeSeconds: LONG_POLL_S, MaxNumberOfMessages: 10 };
    const answer = await aws.callJson('sqs', 'AmazonSQS.ReceiveMessage', input, '1.0');
    bodies.push(...messagesSchema.parse(answer).Messages.map(({ Body }) => Body));
  }
  expect(bodies).toContain(JSON.stringify({ type: poison }));

  // It is removed after it was sent, so it may be there for another moment.
  const key = { pk: { S: 'T#ten_poison#OUTBOX' }, sk: { S: poison } };
  const read = () => createTestDynamo().send(new GetItemCommand({ TableName: TENANTS_TABLE, Key: key }));
  await vi.waitUntil(async () => (await read()).Item === undefined, { timeout: 20_000, interval: 200 });
});
