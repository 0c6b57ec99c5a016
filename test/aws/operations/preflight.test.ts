import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { expect, test } from 'vitest';
import { readConfig } from '../../../infra/config.ts';
import { askAccount } from '../../../scripts/quotas/account.ts';
import { needsOf } from '../../../scripts/quotas/needs.ts';
import { awsConfig } from '../../support/aws.ts';

const context: Readonly<Record<string, string>> = { stage: 'dev', compute: 'true' };
const clients = {
  quotas: new ServiceQuotasClient({ region: awsConfig('DYNAMODB').region, maxAttempts: 1 }),
  lambda: new LambdaClient(awsConfig('LAMBDA')),
  dynamo: new DynamoDBClient(awsConfig('DYNAMODB')),
};
const needs = needsOf(
  readConfig((name) => context[name]),
  { builds: 1, apps: 1 },
);

// MiniStack knows no Service Quotas: there, its refusal is what is told.
test.each(needs)('the account tells, or says why not: $name', async ({ quota, need }) => {
  const have = await askAccount(clients, quota);
  if (have.kind === 'unknown') {
    expect(quota.ask).toBeUndefined();
    expect(have.reason).not.toBe('');
    return;
  }
  expect(have.value).toBeGreaterThanOrEqual(need);
});
