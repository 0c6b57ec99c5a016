import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { ListServicesCommand } from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, describe, expect, test } from 'vitest';
import { createEcsClient } from '../../../../src/adapters/aws/ecs/client.ts';
import { guardClient } from '../../../../src/adapters/aws/guard-client.ts';
import { createObjectClient } from '../../../../src/adapters/aws/object-client.ts';
import { createAwsCaller } from '../../../../src/adapters/aws/signed-call.ts';
import { createDynamoTable } from '../../../../src/adapters/dynamodb/dynamodb-table.ts';
import {
  type Answer,
  type AwsEndpoint,
  CREDENTIALS,
  createAwsEndpoint,
} from '../../../support/aws-endpoint.ts';
import { createTestBreakers, stopDate, TEST_BREAKER } from '../../../support/breakers.ts';
import { awsError, key, NAMES } from '../dynamodb/harness.ts';

const { max_failures, open_timeout_ms } = TEST_BREAKER;
const OPEN = { code: 'SERVICE_UNAVAILABLE', retry_after_s: open_timeout_ms / 1000 };
const date = stopDate();

let endpoint: AwsEndpoint | undefined;
afterEach(async () => {
  await endpoint?.close();
  endpoint = undefined;
});

async function serve(answer: () => Answer | undefined): Promise<AwsEndpoint> {
  endpoint = await createAwsEndpoint(answer);
  return endpoint;
}

/** What so many calls are refused with, one after the other. */
async function failuresOf(call: () => Promise<unknown>, count: number): Promise<unknown[]> {
  const failures: unknown[] = [];
  for (let done = 0; done < count; done += 1) {
    failures.push(
      await call().then(
        () => 'done',
        (error: unknown) => error,
      ),
    );
  }
  return failures;
}

describe('signed calls', () => {
  test.each<[string, Answer | undefined]>([
    ['fails', { status: 500 }],
    ['throttles', { status: 400, body: '{"__type":"ThrottlingException"}' }],
    ['breaks the connection', undefined],
  ])(
    'of a service that %s are not made for a while, by any caller; then they are again',
    async (_what, answer) => {
      let is_well = false;
      const { environment, received } = await serve(() => (is_well ? { body: '{}' } : answer));
      const { breakers, changes } = createTestBreakers();
      const call = () => createAwsCaller(environment, { attempts: 1, breakers }).callJson('ssm', 'A.B', {});
      await failuresOf(call, max_failures);
      expect(changes).toMatchObject([{ name: 'ssm', state: 'open', error: { name: 'AwsCallError' } }]);
      await expect(call()).rejects.toMatchObject(OPEN);
      expect(received).toHaveLength(max_failures);
      is_well = true;
      date.advance(open_timeout_ms);
      await expect(call()).resolves.toEqual({});
    },
  );

  test('that are refused open nothing, and neither does one whose repetition succeeds', async () => {
    let asked = 0;
    const { environment } = await serve(() => {
      asked += 1;
      if (asked % 2 === 0) return { body: '{}' };
      return asked < 20 ? { status: 500 } : { status: 400, body: '{"__type":"AccessDeniedException"}' };
    });
    const { breakers, changes } = createTestBreakers();
    const aws = createAwsCaller(environment, { attempts: 2, breakers });
    await failuresOf(() => aws.callJson('ssm', 'A.B', {}), 2 * max_failures + 10);
    expect(asked).toBeGreaterThan(20);
    expect(changes).toEqual([]);
  });

  test('of one service go on while another’s circuit is open', async () => {
    const { environment } = await serve(() => ({ status: 500 }));
    const { breakers, changes } = createTestBreakers();
    const aws = createAwsCaller(environment, { attempts: 1, breakers });
    await failuresOf(() => aws.callQuery('sts', {}), max_failures);
    await expect(aws.callJson('ssm', 'A.B', {})).rejects.toMatchObject({ name: 'AwsCallError' });
    expect(changes.map(({ name }) => name)).toEqual(['sts']);
  });
});

describe('objects', () => {
  const objectsOf = (
    environment: AwsEndpoint['environment'],
    { breakers }: ReturnType<typeof createTestBreakers>,
  ) =>
    createObjectClient({
      environment,
      bucket: 'bucket',
      credentials: { ...CREDENTIALS, expiration: new Date('2100-01-01') },
      clock: { now: () => new Date() },
      breakers,
    });

  test('of all tenants are behind one circuit', async () => {
    const { environment, received } = await serve(() => ({ status: 404, body: '<Code>NoSuchKey</Code>' }));
    const made = createTestBreakers();
    await failuresOf(() => objectsOf(environment, made).get('a'), 2 * max_failures);
    expect(made.changes).toEqual([]);
    await failuresOf(
      () => made.breakers.of('s3').run(() => Promise.reject(OPEN), { isFailure: () => true }),
      max_failures,
    );
    await expect(objectsOf(environment, made).delete('a')).rejects.toMatchObject(OPEN);
    expect(received).toHaveLength(2 * max_failures);
  });

  test('whose upload the caller ended open nothing', async () => {
    const { environment } = await serve(() => undefined);
    const made = createTestBreakers();
    const signal = AbortSignal.abort(Object.assign(new Error('too late'), { name: 'TimeoutError' }));
    const failures = await failuresOf(
      () => objectsOf(environment, made).put('a', 'text', { signal }),
      2 * max_failures,
    );
    expect(failures.at(-1)).toMatchObject({ message: 'too late' });
    expect(made.changes).toEqual([]);
  });
});

describe('an SDK’s client', () => {
  function guarded(status: number, type: string) {
    let asked = 0;
    const client = createEcsClient({
      region: 'eu-central-1',
      maxAttempts: 1,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      requestHandler: {
        async handle() {
          asked += 1;
          const headers = { 'content-type': 'application/x-amz-json-1.1' };
          const body = new Blob([`{"__type":"${type}"}`]).stream();
          return { response: { statusCode: status, headers, body } };
        },
      },
    });
    const made = createTestBreakers();
    guardClient(client, made.breakers.of('ecs'));
    return { ...made, asked: () => asked, call: () => client.send(new ListServicesCommand({})) };
  }

  test.each([
    [500, 'ServerException'],
    [400, 'ThrottlingException'],
  ])('is not asked for a while when its service answers %i %s', async (status, type) => {
    const { call, asked, changes } = guarded(status, type);
    await failuresOf(call, max_failures);
    expect(changes).toMatchObject([{ name: 'ecs', state: 'open', error: { name: type } }]);
    await expect(call()).rejects.toMatchObject(OPEN);
    expect(asked()).toBe(max_failures);
  });

  test('is asked on and on when its service refuses', async () => {
    const { call, asked, changes } = guarded(400, 'ClusterNotFoundException');
    await failuresOf(call, 2 * max_failures);
    expect(asked()).toBe(2 * max_failures);
    expect(changes).toEqual([]);
  });
});

describe('the table on DynamoDB', () => {
  /** A tenant's table: each has a client of its own. */
  function tenantTable({ breakers }: ReturnType<typeof createTestBreakers>, error: Error) {
    const client = new DynamoDBClient({ region: 'eu-central-1' });
    const dynamo = mockClient(client);
    dynamo.onAnyCommand().rejects(error);
    const breaker = breakers.of('dynamodb');
    const table = createDynamoTable(client, NAMES, { sleep: async () => undefined, breaker });
    return { table, dynamo };
  }
  const get =
    ({ table }: ReturnType<typeof tenantTable>) =>
    () =>
      table.get(key('A'));

  test('has one circuit for all tenants’ clients, which counts calls and not attempts', async () => {
    const made = createTestBreakers();
    const error = awsError('InternalServerError', { $metadata: { httpStatusCode: 500 } });
    const tenants = Array.from({ length: max_failures }, () => tenantTable(made, error));
    for (const tenant of tenants) await expect(get(tenant)()).rejects.toMatchObject({ retry_after_s: 2 });
    expect(made.changes).toMatchObject([{ name: 'dynamodb', state: 'open' }]);
    const other = tenantTable(made, error);
    other.dynamo.on(GetItemCommand).resolves({});
    await expect(get(other)()).rejects.toMatchObject(OPEN);
    expect(other.dynamo.calls()).toHaveLength(0);
    date.advance(open_timeout_ms);
    await expect(get(other)()).resolves.toBeUndefined();
    expect(made.changes.at(-1)).toMatchObject({ state: 'half_open' });
  });

  const reasons = (reason: string) => ({
    ThrottlingReasons: [{ reason: `TableWrite${reason}`, resource: 'arn' }],
  });

  test.each<[string, Error]>([
    ['is throttled for its account', awsError('ThrottlingException', reasons('AccountLimitExceeded'))],
    ['is throttled, and does not say why', awsError('ProvisionedThroughputExceededException')],
    ['can’t be reached', Object.assign(new Error('no route'), { code: 'EHOSTUNREACH' })],
    ['does not answer in time', awsError('TimeoutError')],
  ])('opens it when it %s', async (_what, error) => {
    const made = createTestBreakers();
    await failuresOf(get(tenantTable(made, error)), max_failures);
    expect(made.changes.map(({ state }) => state)).toEqual(['open']);
  });

  test.each<[string, Error]>([
    ['one tenant’s key is too hot', awsError('ThrottlingException', reasons('KeyRangeThroughputExceeded'))],
    ['writes are in conflict', awsError('TransactionConflictException')],
    [
      'a transaction is cancelled for others',
      awsError('TransactionCanceledException', { CancellationReasons: [{ Code: 'TransactionConflict' }] }),
    ],
    ['a condition is not met', awsError('ConditionalCheckFailedException')],
    ['it refuses', awsError('AccessDeniedException')],
    ['we call it wrongly', new TypeError('no such thing')],
  ])('keeps it closed when %s', async (_what, error) => {
    const made = createTestBreakers();
    await failuresOf(get(tenantTable(made, error)), 2 * max_failures);
    expect(made.changes).toEqual([]);
  });
});
