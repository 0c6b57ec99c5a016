import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createForwarding } from '../../../functions/runtime/aws/outbox.ts';
import { createMemoryTable } from '../../support/tables.ts';

let server: Server;
let messages: { MessageBody: string; MessageAttributes: Record<string, { StringValue: string }> }[];
let status: number;

beforeEach(async () => {
  messages = [];
  status = 200;
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      messages.push(JSON.parse(Buffer.concat(chunks).toString('utf8')));
      response.writeHead(status).end('{"__type":"com.amazonaws.sqs#InvalidMessageContents"}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const environment = {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    FAILURE_QUEUE_URL: 'https://sqs.example.com/1/failures',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.close();
});

const item = { pk: 'T#ten_1#OUTBOX', sk: 'evt_1', body: { type: 'nonsense', text: 'a\ufffe\uffff\u0001b' } };

it('a buried item can be put back: the message has all of it, and its key, in characters that the queue takes', async () => {
  await createForwarding(createMemoryTable().table).bury(item, 'not an event');
  const [message] = messages;
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
  expect(message?.MessageBody).toMatch(/^[\t\n\r\u0020-\ud7ff\ue000-\ufffd]*$/);
  expect(JSON.parse(message?.MessageBody ?? '')).toEqual(item.body);
  const texts = Object.entries(message?.MessageAttributes ?? {}).map(([name, value]) => [
    name,
    value.StringValue,
  ]);
  expect(Object.fromEntries(texts)).toEqual({ reason: 'not an event', pk: item.pk, sk: item.sk });
});

it('a refusal of the queue is an error', async () => {
  status = 400;
  await expect(createForwarding(createMemoryTable().table).bury(item, 'not an event')).rejects.toThrow(
    'InvalidMessageContents',
  );
});
