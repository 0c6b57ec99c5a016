import { describe, expect, test } from 'vitest';
import { INDEX_ATTRIBUTES, TABLES, TTL_ATTRIBUTE } from '../../src/adapters/dynamodb/table.ts';
import { OBJECT_FOLDERS } from '../../src/contracts/functions/environment.ts';
import { RESTORABLE_MS } from '../../src/domain/projects/model.ts';
import { PROD, resourcesOf, synthesize } from './support/synth.ts';

const STATEFUL = [
  'AWS::DynamoDB::Table',
  'AWS::S3::Bucket',
  'AWS::ECR::Repository',
  'AWS::SQS::Queue',
  'AWS::Events::EventBus',
  'AWS::StepFunctions::StateMachine',
];
const prod = await synthesize(PROD);
const dev = await synthesize();
const opt_in = { edge: true, compute: true };
const protectedStages = [
  await synthesize({ ...PROD, ...opt_in, stage: 'staging' }),
  await synthesize({ ...PROD, ...opt_in }),
];

test('what holds state keeps its logical id, or it would be replaced by an empty one', () => {
  const ids = STATEFUL.flatMap((type) =>
    resourcesOf(prod, type).map(({ stack, id }) => `${stack} ${type} ${id}`),
  );
  expect(ids.toSorted()).toMatchInlineSnapshot(`
    [
      "data AWS::DynamoDB::Table Directory98167B95",
      "data AWS::DynamoDB::Table TenantsA9C48FD3",
      "data AWS::S3::Bucket ObjectsA92BA4F1",
      "events AWS::Events::EventBus BusEA82B648",
      "events AWS::SQS::Queue OutboxFailures888575DC",
      "events AWS::SQS::Queue billingfailuresB6C4F74A",
      "events AWS::SQS::Queue metricsfailures9F61306C",
      "events AWS::SQS::Queue removeprojectfailures6D798B64",
      "events AWS::SQS::Queue settledeploymentfailuresAA4D3054",
      "events AWS::SQS::Queue startdeploymentfailuresE8759793",
      "events AWS::SQS::Queue stopdeploymentfailures8CEEDFF6",
      "orchestration AWS::ECR::Repository Images2D38C313",
      "orchestration AWS::StepFunctions::StateMachine Deploy7B206E61",
    ]
  `);
});

describe('the tables', () => {
  const tables = resourcesOf(prod, 'AWS::DynamoDB::Table');

  test('are as their declaration has them', () => {
    const wanted = Object.values(TABLES).map(({ indexes, stream }) => ({ indexes: [...indexes], stream }));
    const found = tables.map(({ properties }) => {
      const indexes = (properties['GlobalSecondaryIndexes'] ?? []) as { IndexName: string }[];
      const stream = properties['StreamSpecification'] as { StreamViewType: string } | undefined;
      return { indexes: indexes.map(({ IndexName }) => IndexName), stream: stream?.StreamViewType };
    });
    expect(found).toEqual(wanted);
    const text = JSON.stringify(tables);
    for (const { pk, sk } of Object.values(INDEX_ATTRIBUTES)) {
      expect(text).toContain(
        `[{"AttributeName":"${pk}","KeyType":"HASH"},{"AttributeName":"${sk}","KeyType":"RANGE"}]`,
      );
    }
  });

  test('cost nothing idle, forget what expires and can be restored', () => {
    for (const { properties } of tables) {
      expect(properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        TimeToLiveSpecification: { AttributeName: TTL_ATTRIBUTE, Enabled: true },
      });
    }
  });
});

test('what deployments put into the bucket ends long before a deleted project does', () => {
  const rules = resourcesOf(prod, 'AWS::S3::Bucket').flatMap(({ properties }) => {
    const { Rules } = properties['LifecycleConfiguration'] as {
      Rules: { Prefix?: string; ExpirationInDays?: number }[];
    };
    return Rules;
  });
  for (const folder of OBJECT_FOLDERS) {
    const days = rules.find(({ Prefix }) => Prefix === `${folder}/`)?.ExpirationInDays ?? Infinity;
    expect(days * 86_400_000, folder).toBeLessThan(RESTORABLE_MS);
  }
});

describe('what must not be lost', () => {
  // Whatever holds what can't be made again. What dev has of it goes with its stack.
  const kept = [
    'AWS::DynamoDB::Table',
    'AWS::S3::Bucket',
    'AWS::ECR::Repository',
    'AWS::SQS::Queue',
    'AWS::Logs::LogGroup',
  ];

  test.each(kept)(
    'outlives its stack where the stage is protected, and goes with it in development: %s',
    (type) => {
      for (const templates of protectedStages) {
        const found = resourcesOf(templates, type);
        expect(found.length).toBeGreaterThan(0);
        for (const { id, resource } of found) {
          expect([resource.DeletionPolicy, resource.UpdateReplacePolicy], id).toEqual(['Retain', 'Retain']);
        }
      }
      for (const { resource } of resourcesOf(dev, type))
        expect(resource.DeletionPolicy ?? 'Delete').toBe('Delete');
    },
  );

  test('keys are no stack’s, so that none takes them along', () => {
    for (const templates of [dev, ...protectedStages]) {
      expect(resourcesOf(templates, 'AWS::SSM::Parameter')).toEqual([]);
    }
  });

  test('is protected from deletion in production', () => {
    for (const { properties } of resourcesOf(prod, 'AWS::DynamoDB::Table')) {
      expect(properties['DeletionProtectionEnabled']).toBe(true);
    }
    for (const { properties } of resourcesOf(dev, 'AWS::DynamoDB::Table')) {
      expect(properties['DeletionProtectionEnabled']).toBe(false);
    }
  });
});

test('the bucket is nobody else’s, and reached by TLS alone', () => {
  const [bucket, ...others] = resourcesOf(prod, 'AWS::S3::Bucket');
  expect(others).toEqual([]);
  expect(bucket?.properties['PublicAccessBlockConfiguration']).toEqual({
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  });
  const policy = JSON.stringify(resourcesOf(prod, 'AWS::S3::BucketPolicy'));
  expect(policy).toContain('"aws:SecureTransport":"false"');
  expect(policy).toContain('"s3:TlsVersion":1.2');
});

test('resources carry their application and stage', () => {
  for (const { properties } of resourcesOf(prod, 'AWS::DynamoDB::Table')) {
    const tags = properties['Tags'] as { Key: string; Value: string }[];
    expect(Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]))).toMatchObject({
      application: 'branchline',
      stage: 'prod',
    });
  }
});
