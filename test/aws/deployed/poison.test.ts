import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { AwsClient } from 'aws4fetch';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { createAwsCaller } from '../../../src/adapters/aws/signed-call.ts';
import { awsConfig, createTestDynamo } from '../../support/aws.ts';

const configurationSchema = z.object({
  Environment: z.object({
    Variables: z.object({ TENANTS_TABLE: z.string(), FAILURE_QUEUE_URL: z.string() }),
  }),
});
const messagesSchema = z.object({ Messages: z.array(z.object({ Body: z.string() })).default([]) });

// Shorter than a call may take.
const LONG_POLL_S = 2;

/** What the deployed publisher was told of its table and its queue. */
async function readPublisher() {
  const { endpoint, region } = awsConfig('LAMBDA');
  const client = new AwsClient({
    accessKeyId: process.env['AWS_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: process.env['AWS_SECRET_ACCESS_KEY'] ?? '',
  });
  const path = '/2015-03-31/functions/branchline-dev-publish-outbox/configuration';
  const answer = await client.fetch(`${endpoint}${path}`, { aws: { service: 'lambda', region } });
  return configurationSchema.parse(await answer.json()).Environment.Variables;
}

it('an outbox item that is no event ends in the dead-letter queue, with its body', async () => {
  const { TENANTS_TABLE, FAILURE_QUEUE_URL } = await readPublisher();
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
});
