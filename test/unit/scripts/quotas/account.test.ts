import { DescribeLimitsCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  AccessDeniedException,
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  NoSuchResourceException,
  ServiceQuotasClient,
  ServiceQuotasServiceException,
  TooManyRequestsException,
} from '@aws-sdk/client-service-quotas';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { askAccount, type Quota } from '../../../../scripts/quotas/account.ts';

const REGION = { region: 'eu-central-1' };
const clients = {
  quotas: new ServiceQuotasClient(REGION),
  lambda: new LambdaClient(REGION),
  dynamo: new DynamoDBClient(REGION),
};
const quotas = mockClient(clients.quotas);
const lambda = mockClient(clients.lambda);
const dynamo = mockClient(clients.dynamo);
beforeEach(() => {
  for (const mock of [quotas, lambda, dynamo]) mock.reset();
});

const FARGATE: Quota = {
  service: 'fargate',
  code: 'L-3032A538',
  quota_name: 'Fargate On-Demand vCPU resource count',
};
const CONCURRENCY: Quota = {
  service: 'lambda',
  code: 'L-B99A9384',
  quota_name: 'Concurrent executions',
  ask: 'lambda',
};
const READS: Quota = { service: 'dynamodb', code: 'L-CF0CBE56', quota_name: 'Reads', ask: 'dynamodb' };
const no = (message: string) => ({ $metadata: {}, message });

describe('a ceiling that Service Quotas knows', () => {
  const input = { ServiceCode: 'fargate', QuotaCode: 'L-3032A538' };

  test('is the account’s own', async () => {
    quotas
      .on(GetServiceQuotaCommand)
      .resolves({ Quota: { QuotaName: 'Fargate On-Demand vCPU resource count', Value: 6 } });

    expect(await askAccount(clients, FARGATE)).toEqual({ kind: 'known', value: 6 });
    expect(quotas.calls().map((call) => call.args[0].input)).toEqual([input]);
  });

  test('is AWS’s default where the account has none of its own', async () => {
    quotas.on(GetServiceQuotaCommand).rejects(new NoSuchResourceException(no('none')));
    quotas
      .on(GetAWSDefaultServiceQuotaCommand)
      .resolves({ Quota: { QuotaName: 'fargate on-demand vCPU resource count', Value: 4000 } });

    expect(await askAccount(clients, FARGATE)).toEqual({
      kind: 'known',
      value: 4000,
      note: 'AWS’s default; the account has no value of its own',
    });
    expect(quotas.calls().map((call) => call.args[0].input)).toEqual([input, input]);
  });

  test.each([
    [{ QuotaName: 'Something else', Value: 9 }, 'L-3032A538 is "Something else" there'],
    [{ QuotaName: 'Fargate On-Demand vCPU resource count' }, 'the answer holds no value'],
    [undefined, 'the answer holds no value'],
  ])('is unknown where the answer is about nothing or another one: %j', async (Quota, reason) => {
    quotas.on(GetServiceQuotaCommand).resolves(Quota === undefined ? {} : { Quota });
    expect(await askAccount(clients, FARGATE)).toEqual({ kind: 'unknown', reason });
  });

  test.each([
    [
      new AccessDeniedException(no('not servicequotas:GetServiceQuota')),
      'AccessDeniedException: not servicequotas:GetServiceQuota',
    ],
    [new TooManyRequestsException(no('slower')), 'TooManyRequestsException: slower'],
  ])('is unknown where the question is refused: %s', async (error, reason) => {
    quotas.on(GetServiceQuotaCommand).rejects(error);
    expect(await askAccount(clients, FARGATE)).toEqual({ kind: 'unknown', reason });
  });

  test('is unknown where neither the account nor AWS has it', async () => {
    const none = new NoSuchResourceException(no('none'));
    quotas.on(GetServiceQuotaCommand).rejects(none).on(GetAWSDefaultServiceQuotaCommand).rejects(none);
    expect(await askAccount(clients, FARGATE)).toEqual({
      kind: 'unknown',
      reason: 'NoSuchResourceException: none',
    });
  });

  test.each([
    new ServiceQuotasServiceException({
      ...no('expired'),
      name: 'ExpiredTokenException',
      $fault: 'client',
    }),
    Object.assign(new Error('none'), { name: 'CredentialsProviderError' }),
    new TypeError('a fault of the program'),
  ])('is not taken for unknown where nothing at all can be asked: $name', async (error) => {
    quotas.on(GetServiceQuotaCommand).rejects(error);
    await expect(askAccount(clients, FARGATE)).rejects.toBe(error);
  });
});

describe('a ceiling that its own service knows better', () => {
  test('is asked of Lambda, with what is reserved already', async () => {
    lambda
      .on(GetAccountSettingsCommand)
      .resolvesOnce({ AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 1000 } })
      .resolves({ AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 739 } });

    expect(await askAccount(clients, CONCURRENCY)).toEqual({ kind: 'known', value: 1000 });
    expect(await askAccount(clients, CONCURRENCY)).toEqual({
      kind: 'known',
      value: 1000,
      note: '261 are reserved already, by this stage or others',
    });
  });

  test('is asked of DynamoDB', async () => {
    dynamo.on(DescribeLimitsCommand).resolves({ TableMaxReadCapacityUnits: 40_000 });
    expect(await askAccount(clients, READS)).toEqual({ kind: 'known', value: 40_000 });
  });

  test('is unknown where they say nothing', async () => {
    lambda.on(GetAccountSettingsCommand).resolves({});
    dynamo.on(DescribeLimitsCommand).resolves({});
    for (const quota of [CONCURRENCY, READS]) {
      expect(await askAccount(clients, quota)).toEqual({
        kind: 'unknown',
        reason: 'the answer holds no value',
      });
    }
  });
});
