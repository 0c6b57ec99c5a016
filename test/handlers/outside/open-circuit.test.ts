import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { createDynamoTable } from '../../../src/adapters/dynamodb/dynamodb-table.ts';
import { createRoutedTable } from '../../../src/adapters/dynamodb/routed-table.ts';
import { createTenantSessions } from '../../../src/adapters/dynamodb/tenant-sessions.ts';
import { createIdentityStore } from '../../../src/adapters/stores/identity-store.ts';
import { createTestApi, type TestApi } from '../../support/api.ts';
import { createTestBreakers, stopDate, TEST_BREAKER } from '../../support/breakers.ts';
import { expectProblem } from '../../support/samples.ts';
import { awsError, NAMES } from '../../unit/adapters/dynamodb/harness.ts';

const { max_failures, open_timeout_ms } = TEST_BREAKER;
const date = stopDate();
const SESSION = `<Credentials><AccessKeyId>id</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
  <SessionToken>token</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials>`;

const client = new DynamoDBClient({ region: 'eu-central-1' });
const dynamo = mockClient(client);
/** What STS answers. */
let assume: () => Promise<string>;
let made: ReturnType<typeof createTestBreakers>;
let api: TestApi;
let tokens: string[];
beforeEach(async () => {
  dynamo.reset();
  dynamo.onAnyCommand().rejects(awsError('InternalServerError', { $metadata: { httpStatusCode: 500 } }));
  assume = async () => SESSION;
  made = createTestBreakers();
  api = await createTestApi();
  tokens = [(await api.signUp('ada')).token, (await api.signUp('bob')).token];
  const { breakers } = made;
  const sessions = createTenantSessions({
    aws: { callQuery: () => breakers.of('sts').run(() => assume(), { isFailure: () => true }) },
    role_arn: 'arn:aws:iam::123456789012:role/tenant',
    clock: api.deps.clock,
    clientFor: () =>
      createDynamoTable(client, NAMES, { sleep: async () => undefined, breaker: breakers.of('dynamodb') }),
  });
  const table = createRoutedTable({ tenant: (tenant_id) => sessions.get(tenant_id) });
  Object.assign(api.deps.authentication, { store: createIdentityStore(table) });
});

const ask = (token = tokens[0]) => api.call('GET', '/api/v1/projects', { token });

test('while DynamoDB’s circuit is open, every tenant’s request is told at once when to come again', async () => {
  for (let failure = 0; failure < max_failures; failure += 1) {
    expect((await ask()).headers['retry-after']).toBe('2');
  }
  const calls = dynamo.calls().length;
  date.advance(1500);
  for (const token of tokens) {
    const answer = await ask(token);
    const problem = expectProblem(answer, 'SERVICE_UNAVAILABLE');
    expect(problem).toMatchObject({ status: 503, title: 'Service temporarily unavailable' });
    expect(answer.headers['retry-after']).toBe('9');
    expect(answer.text).not.toContain('dynamodb');
  }
  expect(dynamo.calls()).toHaveLength(calls);
  expect(api.logger.text()).toContain('The circuit of dynamodb is open');
});

test('once its time is over and DynamoDB answers, requests are answered again', async () => {
  for (let failure = 0; failure < max_failures; failure += 1) await ask();
  dynamo.onAnyCommand().resolves({});
  expectProblem(await ask(), 'SERVICE_UNAVAILABLE');
  date.advance(open_timeout_ms);
  // The table is empty, and so knows no session.
  for (const token of [...tokens, ...tokens]) expectProblem(await ask(token), 'UNAUTHENTICATED');
  expect(made.changes.map(({ state }) => state)).toEqual(['open', 'half_open', 'closed']);
});

test('while the circuit of STS is open, a request’s answer says when to come again, too', async () => {
  assume = () => Promise.reject(new Error('no answer'));
  for (let failure = 0; failure < max_failures; failure += 1) await ask();
  const answer = await ask();
  expectProblem(answer, 'SERVICE_UNAVAILABLE');
  expect(answer.headers['retry-after']).toBe(String(open_timeout_ms / 1000));
});
