import { describe, expect, test } from 'vitest';
import { OUTBOX_FILTER } from '../../src/adapters/dynamodb/table.ts';
import { EVENT_RULES } from '../../src/contracts/events/rules.ts';
import { createResolver } from './support/policy/resolve.ts';
import { PROD, resourcesOf, synthesize } from './support/synth.ts';

const templates = await synthesize(PROD);
const resolve = createResolver(templates);

const sorted = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).toSorted();

interface Target {
  readonly Arn: string;
  readonly DeadLetterConfig?: { readonly Arn: string };
  readonly RetryPolicy?: object;
}

const rules = resourcesOf(templates, 'AWS::Events::Rule').map(({ properties }) => ({
  pattern: resolve('events', properties['EventPattern']) as Record<string, unknown>,
  bus: resolve('events', properties['EventBusName']),
  targets: resolve('events', properties['Targets']) as Target[],
}));

function functionOf({ Arn }: Target): string {
  const id = /^<events\/(\w+)\.Arn>$/.exec(Arn)?.[1] ?? '';
  const name = templates.get('events')?.Resources[id]?.Properties?.['FunctionName'];
  return String(name).replace('branchline-prod-', '');
}

describe('the rules of the bus', () => {
  test('are the catalogue’s, one per consumer', () => {
    const found = rules
      .filter(({ bus }) => bus !== undefined)
      .map(({ pattern, targets }) => [targets.map(functionOf), pattern['source'], pattern['detail-type']]);
    const wanted = Object.entries(EVENT_RULES).map(([name, types]) => [[name], ['branchline'], [...types]]);
    expect(sorted(found)).toEqual(sorted(wanted));
  });

  test('keep what they can’t deliver, each in a queue of its own', () => {
    const queues = rules.flatMap(({ targets }) => targets.map((target) => target.DeadLetterConfig?.Arn));
    expect(queues).toHaveLength(rules.length);
    expect(new Set(queues).size).toBe(rules.length);
    for (const { targets } of rules) {
      for (const { RetryPolicy } of targets) {
        expect(RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 20 });
      }
    }
  });
});

test('executions that end badly are settled', () => {
  const [rule] = rules.filter(({ bus }) => bus === undefined);
  expect(rule?.targets.map(functionOf)).toEqual(['settle-deployment']);
  expect(rule?.pattern).toMatchObject({
    source: ['aws.states'],
    detail: { status: ['FAILED', 'TIMED_OUT', 'ABORTED'] },
  });
  expect(JSON.stringify(rule?.pattern)).toMatch(/<orchestration\/Deploy\w+>/);
});

describe('the outbox', () => {
  const [mapping, ...others] = resourcesOf(templates, 'AWS::Lambda::EventSourceMapping');

  test('is read from the tenants’ stream: new events alone, one bad one never stopping the rest', () => {
    expect(others).toEqual([]);
    expect(resolve('events', mapping?.properties['EventSourceArn'])).toMatch(
      /^<data\/Tenants\w+\.StreamArn>$/,
    );
    expect(mapping?.properties).toMatchObject({
      FilterCriteria: { Filters: [{ Pattern: JSON.stringify(OUTBOX_FILTER) }] },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRecordAgeInSeconds: 43_200,
      MaximumRetryAttempts: 50,
      StartingPosition: 'TRIM_HORIZON',
    });
    const { OnFailure } = resolve('events', mapping?.properties['DestinationConfig']) as {
      OnFailure: Target;
    };
    expect(JSON.stringify(OnFailure)).toMatch(/<events\/OutboxFailures\w+\.Arn>/);
  });

  test('is swept once an hour', () => {
    const [schedule] = resourcesOf(templates, 'AWS::Scheduler::Schedule');
    expect(schedule?.properties['ScheduleExpression']).toBe('rate(1 hour)');
    expect(JSON.stringify(schedule?.properties['Target'])).toContain('DeadLetterConfig');
  });
});

test('queues keep what they have for the longest time, encrypted and by TLS alone', () => {
  const queues = resourcesOf(templates, 'AWS::SQS::Queue');
  for (const { properties } of queues) {
    expect(properties).toMatchObject({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true });
  }
  const policies = resourcesOf(templates, 'AWS::SQS::QueuePolicy');
  expect(policies).toHaveLength(queues.length);
  for (const { properties } of policies)
    expect(JSON.stringify(properties)).toContain('"aws:SecureTransport":"false"');
});
