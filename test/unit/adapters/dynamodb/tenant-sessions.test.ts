import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import {
  createTenantSessions,
  type SessionCredentials,
  type TenantSessions,
} from '../../../../src/adapters/dynamodb/tenant-sessions.ts';
import { createTestClock, type TestClock } from '../../../support/test-clock.ts';
import { awsError } from './harness.ts';

const ROLE = 'arn:aws:iam::123456789012:role/tenant-data';
const HOUR_MS = 3_600_000;

let clock: TestClock;
let mock: ReturnType<typeof mockSts>['mock'];
let sessions: TenantSessions<SessionCredentials>;

function mockSts() {
  const sts = new STSClient({ region: 'eu-central-1' });
  return { sts, mock: mockClient(sts) };
}

const answer = (n: number, duration_ms = HOUR_MS) => ({
  Credentials: {
    AccessKeyId: `key-${n}`,
    SecretAccessKey: 'secret',
    SessionToken: 'token',
    Expiration: new Date(clock.now().getTime() + duration_ms),
  },
});
const calls = () => mock.calls().map((call) => call.args[0].input);

beforeEach(() => {
  clock = createTestClock();
  const mocked = mockSts();
  mock = mocked.mock;
  let count = 0;
  mock.on(AssumeRoleCommand).callsFake(() => {
    count += 1;
    return answer(count);
  });
  sessions = createTenantSessions({
    sts: mocked.sts,
    role_arn: ROLE,
    clock,
    max_sessions: 2,
    clientFor: (credentials) => credentials,
  });
});

test('a session carries the tenant as its only tag, also into what it assumes in turn, for an hour', async () => {
  const credentials = await sessions.get('ten_1');

  expect(calls()).toEqual([
    {
      RoleArn: ROLE,
      RoleSessionName: 'branchline-ten_1',
      DurationSeconds: 3600,
      Tags: [{ Key: 'tenant', Value: 'ten_1' }],
      TransitiveTagKeys: ['tenant'],
    },
  ]);
  expect(credentials).toMatchObject({
    accessKeyId: 'key-1',
    secretAccessKey: 'secret',
    sessionToken: 'token',
  });
});

test('each tenant has a session of its own, which is kept', async () => {
  const one = await sessions.get('ten_1');
  const other = await sessions.get('ten_2');

  expect(one.accessKeyId).not.toBe(other.accessKeyId);
  expect(await sessions.get('ten_1')).toBe(one);
  expect(calls()).toHaveLength(2);
});

test('calls at the same moment share one request', async () => {
  const all = await Promise.all(['ten_1', 'ten_1', 'ten_1'].map((id) => sessions.get(id)));

  expect(new Set(all).size).toBe(1);
  expect(calls()).toHaveLength(1);
});

test('a session is renewed five minutes before it ends, not sooner', async () => {
  await sessions.get('ten_1');
  clock.advance(HOUR_MS - 300_001);
  expect(await sessions.get('ten_1')).toMatchObject({ accessKeyId: 'key-1' });
  clock.advance(1);

  expect(await sessions.get('ten_1')).toMatchObject({ accessKeyId: 'key-2' });
});

test('an end that is more than an hour away is not believed', async () => {
  mock.on(AssumeRoleCommand).resolves(answer(1, 9 * HOUR_MS));
  await sessions.get('ten_1');
  clock.advance(HOUR_MS);
  await sessions.get('ten_1');

  expect(calls()).toHaveLength(2);
});

test('the session used longest ago makes room', async () => {
  await sessions.get('ten_1');
  await sessions.get('ten_2');
  await sessions.get('ten_1');
  await sessions.get('ten_3');
  mock.resetHistory();

  await sessions.get('ten_1');
  await sessions.get('ten_2');

  expect(calls()).toMatchObject([{ RoleSessionName: 'branchline-ten_2' }]);
});

test('a refusal is the caller’s error and is not remembered', async () => {
  const denied = awsError('AccessDenied', { $metadata: { httpStatusCode: 403 } });
  mock.on(AssumeRoleCommand).rejectsOnce(denied).resolves(answer(7));

  await expect(sessions.get('ten_1')).rejects.toBe(denied);
  expect(await sessions.get('ten_1')).toMatchObject({ accessKeyId: 'key-7' });
});

test.each([awsError('ThrottlingException'), awsError('TimeoutError')])(
  'while STS can’t answer the service is unavailable: %s',
  async (error) => {
    mock.on(AssumeRoleCommand).rejects(error);

    await expect(sessions.get('ten_1')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', cause: error });
  },
);

test('after the end nothing old is used, even where no new session can be had', async () => {
  await sessions.get('ten_1');
  clock.advance(HOUR_MS);
  mock.on(AssumeRoleCommand).rejects(awsError('TimeoutError'));

  await expect(sessions.get('ten_1')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
});

test.each([{}, { Credentials: undefined }, { Credentials: { AccessKeyId: 'k' } as never }])(
  'an answer without credentials is an error: %j',
  async (output) => {
    mock.on(AssumeRoleCommand).resolves(output);

    await expect(sessions.get('ten_1')).rejects.toThrow('without credentials');
  },
);

test.each(['', '*', 'ten_1#P', 'ten 1', 'ten_?', '$', 'ten_1\n', 'a'.repeat(53)])(
  'no session for what is no tenant’s id: %j',
  async (id) => {
    await expect(sessions.get(id)).rejects.toThrow(RangeError);
    expect(calls()).toEqual([]);
  },
);
