import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { toAnswerable } from '../../../../src/adapters/aws/call-failure.ts';
import { AWAITED_CALLS, SMALL_CALLS } from '../../../../src/adapters/aws/call-limits.ts';
import { createEcsClient } from '../../../../src/adapters/aws/ecs/client.ts';
import { createAwsCaller } from '../../../../src/adapters/aws/signed-call.ts';
import { createDynamoClients } from '../../../../src/adapters/dynamodb/client.ts';

/** A server that takes requests and answers none; and how many it took. */
let server: Server;
let taken: number;
let config: {
  region: string;
  endpoint: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
};
beforeEach(async () => {
  taken = 0;
  server = createServer(() => {
    taken += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: 'id', secretAccessKey: 'secret' };
  config = { region: 'eu-central-1', endpoint: `http://127.0.0.1:${port}`, credentials };
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

const environmentFor = (endpoint: string) => ({
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'id',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_ENDPOINT_URL: endpoint,
});

test('a signed call that a request waits for is tried twice', async () => {
  const caller = createAwsCaller(environmentFor(config.endpoint), { ...AWAITED_CALLS, timeout_ms: 50 });
  await expect(caller.callQuery('sts', { Action: 'GetCallerIdentity' })).rejects.toThrow('No answer');
  expect(taken).toBe(2);
});

// As they are but for their length, which no test has to wait for.
const SOON_MS = 50;
const shortened = <C extends { requestHandler: object }>(limits: C) => ({
  ...limits,
  maxAttempts: 1,
  requestHandler: Object.fromEntries(
    Object.entries(limits.requestHandler).map(([name, value]) => [
      name,
      name.endsWith('imeout') && typeof value === 'number' ? SOON_MS : value,
    ]),
  ),
});

describe('a call that nobody answers ends', () => {
  test.each([
    [
      'of a request',
      () =>
        createAwsCaller(environmentFor(config.endpoint), {
          ...AWAITED_CALLS,
          timeout_ms: SOON_MS,
          attempts: 1,
        }).callQuery('sts', { Action: 'GetCallerIdentity' }),
    ],
    [
      'of a consumer',
      () =>
        new SFNClient({ ...config, ...shortened(SMALL_CALLS) }).send(
          new ListExecutionsCommand({ stateMachineArn: 'arn:aws:states:eu-central-1:1:stateMachine:a' }),
        ),
    ],
  ])('%s', async (_what, call) => {
    const failed = call().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(toAnswerable(await failed).code).toBe('SERVICE_UNAVAILABLE');
    expect(taken).toBe(1);
  });
});

test.each([
  ['DynamoDB', () => createDynamoClients({ region: 'eu-central-1' })().config.requestHandler],
  ['ECS', () => createEcsClient({ region: 'eu-central-1' }).config.requestHandler],
])('the client of %s gives up by an error, not a warning', async (_service, handlerOf) => {
  const handler = handlerOf();
  // The handler reads its configuration when it is first used.
  await handler.handle({} as never).catch(() => undefined);
  const { requestTimeout, connectionTimeout, throwOnRequestTimeout } = (
    handler as unknown as { httpHandlerConfigs(): Record<string, unknown> }
  ).httpHandlerConfigs();
  expect(connectionTimeout).toBe(1000);
  expect(requestTimeout).toBeGreaterThan(0);
  expect(throwOnRequestTimeout).toBe(true);
});
