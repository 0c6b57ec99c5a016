import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAwsCaller } from '../../../../src/adapters/aws/signed-call.ts';
import {
  createTenantSessions,
  type SessionCredentials,
  type TenantSessions,
} from '../../../../src/adapters/dynamodb/tenant-sessions.ts';
import { type Answer, type AwsEndpoint, createAwsEndpoint } from '../../../support/aws-endpoint.ts';
import { createTestClock, type TestClock } from '../../../support/test-clock.ts';

const ROLE = 'arn:aws:iam::123456789012:role/tenant-data';
const HOUR_MS = 3_600_000;

let clock: TestClock;
let endpoint: AwsEndpoint;
let respond: () => Answer | undefined;
let sessions: TenantSessions<SessionCredentials>;

/** STS's answer, as it writes it. */
const answer = (n: number, duration_ms = HOUR_MS): Answer => ({
  headers: { 'content-type': 'text/xml' },
  body: `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleResult>
    <AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/r/s</Arn><AssumedRoleId>A:s</AssumedRoleId></AssumedRoleUser>
    <Credentials>
      <AccessKeyId>key-${n}</AccessKeyId>
      <SecretAccessKey>secret/+</SecretAccessKey>
      <SessionToken>token/+==</SessionToken>
      <Expiration>${new Date(clock.now().getTime() + duration_ms).toISOString()}</Expiration>
    </Credentials>
  </AssumeRoleResult>
  <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>
</AssumeRoleResponse>`,
});
const refusal = (status: number, code: string): Answer => ({
  status,
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code></Error></ErrorResponse>`,
});
const calls = () =>
  endpoint.received.map(({ body }) => Object.fromEntries(new URLSearchParams(body.toString())));

beforeEach(async () => {
  clock = createTestClock();
  let count = 0;
  respond = () => {
    count += 1;
    return answer(count);
  };
  endpoint = await createAwsEndpoint(() => respond());
  sessions = createTenantSessions({
    aws: createAwsCaller(endpoint.environment),
    role_arn: ROLE,
    clock,
    max_sessions: 2,
    clientFor: (credentials) => credentials,
  });
});

afterEach(() => endpoint.close());

test('a session carries the tenant as its only tag, also into what it assumes in turn, for an hour', async () => {
  const credentials = await sessions.get('ten_1');

  expect(calls()).toEqual([
    {
      Action: 'AssumeRole',
      Version: '2011-06-15',
      RoleArn: ROLE,
      RoleSessionName: 'branchline-ten_1',
      DurationSeconds: '3600',
      'Tags.member.1.Key': 'tenant',
      'Tags.member.1.Value': 'ten_1',
      'TransitiveTagKeys.member.1': 'tenant',
    },
  ]);
  expect(endpoint.received[0]?.signature.scope).toMatch(/\/eu-central-1\/sts\/aws4_request$/);
  expect(credentials).toEqual({
    accessKeyId: 'key-1',
    secretAccessKey: 'secret/+',
    sessionToken: 'token/+==',
    expiration: new Date(clock.now().getTime() + HOUR_MS),
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
  respond = () => answer(1, 9 * HOUR_MS);
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
  endpoint.received.length = 0;

  await sessions.get('ten_1');
  await sessions.get('ten_2');

  expect(calls()).toMatchObject([{ RoleSessionName: 'branchline-ten_2' }]);
});

test('a refusal is a failure behind us, is not repeated and not remembered', async () => {
  respond = () => refusal(403, 'AccessDenied');
  await expect(sessions.get('ten_1')).rejects.toMatchObject({
    code: 'UPSTREAM_FAILED',
    cause: { code: 'AccessDenied', status: 403 },
  });
  expect(calls()).toHaveLength(1);

  respond = () => answer(7);
  expect(await sessions.get('ten_1')).toMatchObject({ accessKeyId: 'key-7' });
});

test.each<[string, () => Answer | undefined, object]>([
  ['throttles', () => refusal(400, 'Throttling'), { code: 'Throttling' }],
  ['fails', () => refusal(503, 'ServiceUnavailable'), { status: 503 }],
  ['breaks the connection', () => undefined, { status: 0 }],
])('while STS %s the service is unavailable, after four attempts', async (_what, answerOf, cause) => {
  respond = answerOf;

  const opening = sessions.get('ten_1');
  await expect(opening).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', cause });
  expect(calls()).toHaveLength(4);
});

test('a throttled call is repeated', async () => {
  const answers = [refusal(400, 'Throttling'), answer(1)];
  respond = () => answers.shift();

  expect(await sessions.get('ten_1')).toMatchObject({ accessKeyId: 'key-1' });
});

test('after the end nothing old is used, even where no new session can be had', async () => {
  await sessions.get('ten_1');
  clock.advance(HOUR_MS);
  respond = () => refusal(503, 'ServiceUnavailable');

  await expect(sessions.get('ten_1')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
});

test.each([
  ['nothing', ''],
  ['no credentials', '<AssumeRoleResponse></AssumeRoleResponse>'],
  ['half of them', '<Credentials><AccessKeyId>k</AccessKeyId></Credentials>'],
  [
    'no end',
    '<AccessKeyId>k</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>soon</Expiration>',
  ],
])('an answer with %s is an error', async (_what, body) => {
  respond = () => ({ body });

  await expect(sessions.get('ten_1')).rejects.toThrow('without credentials');
});

test.each(['', '*', 'ten_1#P', 'ten 1', 'ten_?', '$', 'ten_1\n', 'a'.repeat(53)])(
  'no session for what is no tenant’s id: %j',
  async (id) => {
    await expect(sessions.get(id)).rejects.toThrow(RangeError);
    expect(calls()).toEqual([]);
  },
);
