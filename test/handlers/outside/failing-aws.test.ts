import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { AwsCallError } from '../../../src/adapters/aws/call-error.ts';
import { createParameterVerificationKeys } from '../../../src/adapters/aws/parameter-keys.ts';
import { createParameters } from '../../../src/adapters/aws/parameters.ts';
import { createAwsCaller } from '../../../src/adapters/aws/signed-call.ts';
import { createDynamoTable } from '../../../src/adapters/dynamodb/dynamodb-table.ts';
import { createRoutedTable } from '../../../src/adapters/dynamodb/routed-table.ts';
import { createTenantSessions } from '../../../src/adapters/dynamodb/tenant-sessions.ts';
import { createTokenVerifier } from '../../../src/adapters/identity/token-verifier.ts';
import { createIdentityStore } from '../../../src/adapters/stores/identity-store.ts';
import { createTestApi, type TestAnswer, type TestApi } from '../../support/api.ts';
import { expectProblem } from '../../support/samples.ts';
import { awsError, NAMES } from '../../unit/adapters/dynamodb/harness.ts';

const client = new DynamoDBClient({ region: 'eu-central-1' });
const dynamo = mockClient(client);
/** What STS answers. */
let assume: () => Promise<string>;
const SESSION = `<Credentials><AccessKeyId>id</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
  <SessionToken>token</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials>`;

const SECRET = 'arn:aws:iam::123456789012:role/internal';
const failure = (name: string, httpStatusCode = 400) =>
  awsError(name, { message: `${name} for ${SECRET}`, $metadata: { httpStatusCode } });
const refused = (service: string, code: string, status = 400) =>
  new AwsCallError(service, code, status, SECRET);
const network = (code: string) => Object.assign(new Error(`connect ${code} ${SECRET}`), { code });

/** What comes of a failure: tried again later, or not. */
type Outcome = 'SERVICE_UNAVAILABLE' | 'UPSTREAM_FAILED' | 'INTERNAL';

let api: TestApi;
let token: string;
beforeEach(async () => {
  dynamo.reset();
  assume = async () => SESSION;
  dynamo.onAnyCommand().resolves({});
  api = await createTestApi();
  ({ token } = await api.signUp('ada'));
  const sessions = createTenantSessions({
    aws: { callQuery: () => assume() },
    role_arn: 'arn:aws:iam::123456789012:role/tenant',
    clock: api.deps.clock,
    clientFor: () => createDynamoTable(client, NAMES, { sleep: async () => undefined }),
  });
  const table = createRoutedTable({ tenant: (tenant_id) => sessions.get(tenant_id) });
  Object.assign(api.deps.authentication, { store: createIdentityStore(table) });
});

const ask = () => api.call('GET', '/api/v1/projects', { token });

function expectOutcome(answer: TestAnswer, outcome: Outcome): void {
  expectProblem(answer, outcome);
  expect(answer.headers['retry-after']).toBe(outcome === 'SERVICE_UNAVAILABLE' ? '2' : undefined);
  // People see nothing of the cause, and the log all of it.
  expect(answer.text).not.toContain(SECRET);
  expect(api.logger.text()).toContain(SECRET);
  const { status } = answer;
  expect(api.logger.lines.at(-1)).toMatchObject({ message: 'request', level: 'error', fields: { status } });
}

test('nothing fails while AWS answers: an unknown session is refused as such', async () => {
  expectProblem(await ask(), 'UNAUTHENTICATED');
  expect(dynamo.calls().length).toBeGreaterThan(0);
});

describe('a request whose table', () => {
  test.each<[string, Error, Outcome]>([
    ['is throttled', failure('ThrottlingException'), 'SERVICE_UNAVAILABLE'],
    ['has no throughput left', failure('ProvisionedThroughputExceededException'), 'SERVICE_UNAVAILABLE'],
    ['is over the account’s limit', failure('RequestLimitExceeded'), 'SERVICE_UNAVAILABLE'],
    ['does not answer in time', failure('TimeoutError'), 'SERVICE_UNAVAILABLE'],
    ['fails by itself', failure('InternalServerError', 500), 'SERVICE_UNAVAILABLE'],
    ['is behind something that fails', failure('UnknownError', 503), 'SERVICE_UNAVAILABLE'],
    ['can’t be reached', network('ECONNREFUSED'), 'SERVICE_UNAVAILABLE'],
    ['hangs up', network('ECONNRESET'), 'SERVICE_UNAVAILABLE'],
    ['is forbidden', failure('AccessDeniedException'), 'UPSTREAM_FAILED'],
    ['is gone', failure('ResourceNotFoundException'), 'UPSTREAM_FAILED'],
    ['does not know the credentials', failure('UnrecognizedClientException'), 'UPSTREAM_FAILED'],
    ['finds them expired', failure('ExpiredTokenException'), 'UPSTREAM_FAILED'],
    ['does not take what it is sent', failure('ValidationException'), 'UPSTREAM_FAILED'],
    ['is called wrongly by us', new TypeError(`no such thing as ${SECRET}`), 'INTERNAL'],
  ])('%s: %s', async (_what, error, outcome) => {
    dynamo.onAnyCommand().rejects(error);
    const answer = await ask();
    expect(answer.json).toMatchObject({ code: outcome });
    expectOutcome(answer, outcome);
  });
});

describe('a request whose tenant gets no session, since STS', () => {
  test.each<[string, Error, Outcome]>([
    ['is throttled', refused('sts', 'Throttling'), 'SERVICE_UNAVAILABLE'],
    ['does not answer in time', refused('sts', 'TimeoutError', 0), 'SERVICE_UNAVAILABLE'],
    ['fails by itself', refused('sts', 'InternalFailure', 500), 'SERVICE_UNAVAILABLE'],
    ['can’t be found', AwsCallError.unanswered('sts', network('ENOTFOUND')), 'SERVICE_UNAVAILABLE'],
    ['refuses', refused('sts', 'AccessDenied', 403), 'UPSTREAM_FAILED'],
    ['finds the own credentials expired', refused('sts', 'ExpiredTokenException'), 'UPSTREAM_FAILED'],
  ])('%s: %s', async (_what, error, outcome) => {
    assume = () => Promise.reject(error);
    expectOutcome(await ask(), outcome);
    expect(dynamo.calls()).toEqual([]);
  });
});

describe('a request whose token can’t be verified, since Parameter Store', () => {
  const verifyThrough = (fail: () => Promise<never>) => {
    const parameters = createParameters({ callJson: fail, callQuery: fail, callRest: fail });
    const keys = createParameterVerificationKeys({
      parameters,
      public_keys_parameter: '/public-keys',
      clock: api.deps.clock,
    });
    Object.assign(api.deps.authentication, { tokens: createTokenVerifier(keys, api.deps.clock) });
  };

  test.each<[string, Error, Outcome]>([
    ['is throttled', refused('ssm', 'ThrottlingException'), 'SERVICE_UNAVAILABLE'],
    ['fails by itself', refused('ssm', 'InternalServerError', 500), 'SERVICE_UNAVAILABLE'],
    ['does not answer in time', refused('ssm', 'TimeoutError', 0), 'SERVICE_UNAVAILABLE'],
    ['can’t be reached', AwsCallError.unanswered('ssm', network('EHOSTUNREACH')), 'SERVICE_UNAVAILABLE'],
    ['refuses', refused('ssm', 'AccessDeniedException'), 'UPSTREAM_FAILED'],
  ])('%s: %s', async (_what, error, outcome) => {
    verifyThrough(() => Promise.reject(error));
    const answer = await ask();
    expect(answer.json).toMatchObject({ code: outcome });
    expectOutcome(answer, outcome);
  });

  test('is not there at all', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const caller = createAwsCaller({
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    });
    verifyThrough(() => caller.callJson('ssm', 'AmazonSSM.GetParameter', {}) as Promise<never>);
    const answer = await ask();
    expectProblem(answer, 'SERVICE_UNAVAILABLE');
    expect(answer.headers['retry-after']).toBe('2');
  });
});
