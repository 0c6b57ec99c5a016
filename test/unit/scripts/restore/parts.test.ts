import type { TableDescription } from '@aws-sdk/client-dynamodb';
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, test } from 'vitest';
import { OperatorError } from '../../../../scripts/operator/error.ts';
import { readArguments } from '../../../../scripts/restore/arguments.ts';
import { findDifferences } from '../../../../scripts/restore/differences.ts';
import { findTablesInUse } from '../../../../scripts/restore/tables-in-use.ts';
import { declaredTable } from './fake-account.ts';

describe('the command line of a restore', () => {
  const read = (text: string) => readArguments(text.split(' ').filter((word) => word !== ''));

  test('names a stage and a point', () => {
    expect(read('--stage prod --at 2026-11-25T15:30:00Z')).toEqual({
      stage: 'prod',
      at: new Date('2026-11-25T15:30:00Z'),
      source: undefined,
      dry_run: false,
    });
    expect(read('--stage dev --at 2026-11-25T16:30:00+01:00')).toMatchObject({
      at: new Date('2026-11-25T15:30:00Z'),
    });
    expect(read('--stage dev --at latest --dry-run --directory d --tenants t')).toEqual({
      stage: 'dev',
      at: 'latest',
      source: { directory: 'd', tenants: 't' },
      dry_run: true,
    });
  });

  test.each([
    ['', '--stage is missing: one of dev, staging, prod'],
    ['--stage production --at latest', '--stage is "production": one of dev, staging, prod'],
    ['--stage prod', '--at is missing'],
    ['--stage prod --at yesterday', '--at is "yesterday": a time to the second with its zone'],
    ['--stage prod --at 2026-11-25T15:30:00', '--at is "2026-11-25T15:30:00"'],
    ['--stage prod --at 2026-11-25T15:30:00.5Z', '--at is "2026-11-25T15:30:00.5Z"'],
    ['--stage prod --at 2026-02-30T15:30:00Z', '--at is "2026-02-30T15:30:00Z"'],
    ['--stage prod --at latest --tenants t', '--directory and --tenants go together'],
    ['--stage prod --at latest --force', "Unknown option '--force'"],
    ['prod latest', 'Unexpected argument'],
  ])('is refused with what is wrong, and how it goes: %s', (text, message) => {
    expect(() => read(text)).toThrow(OperatorError);
    expect(() => read(text)).toThrow(message);
    expect(() => read(text)).toThrow('npm run restore -- --stage <dev|staging|prod>');
  });
});

describe('what differs from the declaration', () => {
  test.each(['directory', 'tenants'] as const)('is nothing for %s as it is made', (table) => {
    expect(findDifferences(table, declaredTable(table))).toEqual([]);
  });

  const HASH_ONLY = [{ AttributeName: 'pk', KeyType: 'HASH' as const }];
  const [first, ...others] = declaredTable('tenants').GlobalSecondaryIndexes ?? [];
  const withFirst = (change: object): TableDescription => ({
    GlobalSecondaryIndexes: [{ ...first, ...change }, ...others],
  });
  test.each<[string, TableDescription, string]>([
    [
      'provisioned capacity',
      { BillingModeSummary: { BillingMode: 'PROVISIONED' } },
      'its billing: PROVISIONED instead of PAY_PER_REQUEST',
    ],
    ['another key', { KeySchema: HASH_ONLY }, 'its key: pk HASH instead of pk HASH, sk RANGE'],
    ['no stream', { StreamSpecification: { StreamEnabled: false } }, 'its stream: none instead of NEW_IMAGE'],
    [
      'a stream of keys alone',
      { StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' } },
      'its stream: KEYS_ONLY instead of NEW_IMAGE',
    ],
    [
      'a key that is a number',
      { AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'N' }] },
      'attributes that aren’t text: pk instead of ',
    ],
    ['a change under way', { TableStatus: 'UPDATING' }, 'its status: UPDATING instead of ACTIVE'],
    [
      'an index that is being filled',
      withFirst({ IndexStatus: 'CREATING' }),
      'the status of by_project: CREATING instead of ACTIVE',
    ],
    [
      'an index of keys alone',
      withFirst({ Projection: { ProjectionType: 'KEYS_ONLY' } }),
      'what by_project holds: KEYS_ONLY instead of ALL',
    ],
    [
      'an index by another key',
      withFirst({ KeySchema: HASH_ONLY }),
      'the key of by_project: pk HASH instead of by_project_pk HASH, by_project_sk RANGE',
    ],
  ])('is told for %s', (_name, change, message) => {
    expect(findDifferences('tenants', { ...declaredTable('tenants'), ...change })).toEqual([message]);
  });
});

describe('the tables in use', () => {
  const client = new LambdaClient({ region: 'eu-central-1' });
  const lambda = mockClient(client);
  const find = () => findTablesInUse(client, 'prod');

  test('are those of the sign-in function', async () => {
    lambda.on(GetFunctionConfigurationCommand, { FunctionName: 'branchline-prod-auth' }).resolves({
      Environment: { Variables: { DIRECTORY_TABLE: 'd', TENANTS_TABLE: 't', LOG_LEVEL: 'INFO' } },
    });
    expect(await find()).toEqual({ directory: 'd', tenants: 't' });
  });

  test('are unknown where the stage isn’t deployed, or says nothing', async () => {
    lambda
      .on(GetFunctionConfigurationCommand)
      .rejects(new ResourceNotFoundException({ $metadata: {}, message: 'no' }));
    await expect(find()).rejects.toThrow('There is no function branchline-prod-auth in eu-central-1');
    lambda.on(GetFunctionConfigurationCommand).resolves({});
    await expect(find()).rejects.toThrow('The function branchline-prod-auth names no tables');
  });
});
