import { DescribeLimitsCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetAccountSettingsCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  type ServiceQuota,
  type ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';

/** A ceiling as Service Quotas knows it. */
export interface Quota {
  readonly service: string;
  readonly code: string;
  /** What AWS calls it: an answer of another name is no answer to this. */
  readonly quota_name: string;
  /** The service that tells it better than Service Quotas does. */
  readonly ask?: 'lambda' | 'dynamodb';
}

/** What the account has. */
export type Have =
  | { readonly kind: 'known'; readonly value: number; readonly note?: string }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface AccountClients {
  readonly quotas: ServiceQuotasClient;
  readonly lambda: LambdaClient;
  readonly dynamo: DynamoDBClient;
}

/** Asks the account for one ceiling.
 *  @returns `unknown` where the account doesn't tell this one: a right is missing, the quota is not there
 *  @throws what stops every question: no credentials, no region, no network */
export async function askAccount(clients: AccountClients, quota: Quota): Promise<Have> {
  try {
    if (quota.ask === 'lambda') return await askLambda(clients.lambda);
    if (quota.ask === 'dynamodb') return await askDynamo(clients.dynamo);
    return await askServiceQuotas(clients.quotas, quota);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { kind: 'unknown', reason: `${error.name}: ${error.message}` };
  }
}

async function askLambda(lambda: LambdaClient): Promise<Have> {
  const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}));
  const { ConcurrentExecutions: value, UnreservedConcurrentExecutions: free } = AccountLimit ?? {};
  if (value === undefined) return SAYS_NOTHING;
  const reserved = free === undefined ? 0 : value - free;
  if (reserved === 0) return { kind: 'known', value };
  return { kind: 'known', value, note: `${reserved} are reserved already, by this stage or others` };
}

async function askDynamo(dynamo: DynamoDBClient): Promise<Have> {
  const { TableMaxReadCapacityUnits: value } = await dynamo.send(new DescribeLimitsCommand({}));
  return value === undefined ? SAYS_NOTHING : { kind: 'known', value };
}

async function askServiceQuotas(quotas: ServiceQuotasClient, quota: Quota): Promise<Have> {
  const input = { ServiceCode: quota.service, QuotaCode: quota.code };
  try {
    const { Quota: own } = await quotas.send(new GetServiceQuotaCommand(input));
    return read(own, quota);
  } catch (error) {
    // The account has no value of its own, so AWS's is the one that holds.
    if (!(error instanceof Error && error.name === 'NoSuchResourceException')) throw error;
  }
  const { Quota: usual } = await quotas.send(new GetAWSDefaultServiceQuotaCommand(input));
  const have = read(usual, quota);
  return have.kind === 'known'
    ? { ...have, note: 'AWS’s default; the account has no value of its own' }
    : have;
}

function read(found: ServiceQuota | undefined, { code, quota_name }: Quota): Have {
  if (found?.Value === undefined) return SAYS_NOTHING;
  if (found.QuotaName?.toLowerCase() !== quota_name.toLowerCase()) {
    return { kind: 'unknown', reason: `${code} is ${JSON.stringify(found.QuotaName)} there` };
  }
  return { kind: 'known', value: found.Value };
}

const SAYS_NOTHING: Have = { kind: 'unknown', reason: 'the answer holds no value' };

/** Errors about who asks: nothing else would be answered either. */
const WHO_ASKS =
  /^(ExpiredToken|ExpiredTokenException|UnrecognizedClientException|InvalidSignatureException|InvalidClientTokenId)$/;

/** What a service answered to this question alone; the SDK marks such errors with whose fault they are. */
function isRefusal(error: unknown): error is Error {
  return error instanceof Error && '$fault' in error && !WHO_ASKS.test(error.name);
}
