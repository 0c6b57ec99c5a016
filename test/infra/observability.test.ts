import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { LOG_CODES } from '../../src/domain/shared/log-codes.ts';
import { createResolver } from './support/policy/resolve.ts';
import { PROD, resourcesOf, synthesize } from './support/synth.ts';

const RUNBOOKS = new URL('../../docs/runbooks/', import.meta.url);
const templates = await synthesize({ ...PROD, alarmEmail: 'ops@example.com' });
const resolve = createResolver(templates);

const alarms = resourcesOf(templates, 'AWS::CloudWatch::Alarm').map(({ stack, properties }) => {
  const dimensions = (properties['Dimensions'] ?? []) as { Name: string; Value: unknown }[];
  return {
    name: String(properties['AlarmName']).replace('branchline-prod-', ''),
    description: String(properties['AlarmDescription']),
    actions: properties['AlarmActions'] as unknown[],
    metric: `${String(properties['Namespace'])} ${String(properties['MetricName'])}`,
    statistic: properties['Statistic'],
    dimensions: dimensions.map(({ Name, Value }) => [Name, String(resolve(stack, Value))] as const),
    condition: [
      properties['ComparisonOperator'],
      properties['Threshold'],
      properties['Period'],
      properties['EvaluationPeriods'],
      properties['TreatMissingData'],
    ],
  };
});

/** The type of resource that a dimension's value is of, and the part of it: `<events/Queue.QueueName>`. */
function referenceOf(value: string) {
  const [, stack = '', id = '', attribute = 'Ref'] = /^<(\w+)\/(\w+)(?:\.(\w+))?>$/.exec(value) ?? [];
  return [templates.get(stack)?.Resources[id]?.Type, attribute];
}

function runbookOf(description: string): string {
  return / Runbook: docs\/runbooks\/([\w-]+\.md)$/.exec(description)?.[1] ?? 'none';
}

// No data means that nothing happened: no request, no event, an empty queue.
const AT_LEAST = 'GreaterThanOrEqualToThreshold';
const LIES_IN_QUEUE = [AT_LEAST, 1, 300, 1, 'notBreaching'];

/** What each alarm watches: metrics by the names of the services’ own documentation. */
const WATCHED: Readonly<Record<string, readonly unknown[]>> = {
  'api-errors': ['AWS/ApiGateway 5xx', 'Sum', [AT_LEAST, 5, 300, 2, 'notBreaching']],
  'outbox-age': ['AWS/Lambda IteratorAge', 'Maximum', [AT_LEAST, 600_000, 300, 1, 'notBreaching']],
  'deployments-timed-out': ['AWS/States ExecutionsTimedOut', 'Sum', [AT_LEAST, 1, 300, 1, 'notBreaching']],
};
const QUEUE = ['AWS/SQS ApproximateNumberOfMessagesVisible', 'Maximum', LIES_IN_QUEUE];

const DIMENSIONS: Readonly<Record<string, readonly unknown[]>> = {
  'AWS/ApiGateway': ['ApiId', 'AWS::ApiGatewayV2::Api', 'Ref'],
  'AWS/Lambda': ['FunctionName', 'AWS::Lambda::Function', 'Ref'],
  'AWS/States': ['StateMachineArn', 'AWS::StepFunctions::StateMachine', 'Ref'],
  'AWS/SQS': ['QueueName', 'AWS::SQS::Queue', 'QueueName'],
};

describe.each(alarms)('the alarm $name', ({ name, description, actions, ...alarm }) => {
  test('links a runbook, which is there and says what to do', () => {
    const file = new URL(runbookOf(description), RUNBOOKS);
    expect(existsSync(file)).toBe(true);
    const text = readFileSync(file, 'utf8');
    for (const heading of ['## What it means', '## Look first', '## Do', '## Afterwards']) {
      expect(text).toContain(heading);
    }
  });

  test('tells somebody', () => {
    expect(actions).toHaveLength(1);
  });

  test('watches what shows its fault, and is quiet where nothing happens', () => {
    const expected = name.endsWith('-failures') ? QUEUE : WATCHED[name];
    expect([alarm.metric, alarm.statistic, alarm.condition]).toEqual(expected);
  });

  test('watches a metric of something that is there', () => {
    const found = alarm.dimensions.map(([dimension, value]) => [dimension, ...referenceOf(value)]);
    expect(found).toEqual([DIMENSIONS[alarm.metric.split(' ')[0] ?? '']]);
  });
});

test('every queue of failures is watched, each by one alarm', () => {
  const watched = alarms
    .filter(({ metric }) => metric === QUEUE[0])
    .map(({ dimensions }) => dimensions[0]?.[1] ?? '');
  const queues = resourcesOf(templates, 'AWS::SQS::Queue').map(
    ({ stack, id }) => `<${stack}/${id}.QueueName>`,
  );
  expect(watched.toSorted()).toEqual(queues.toSorted());
});

test('the age of the outbox is its publisher’s', () => {
  const [age] = alarms.filter(({ name }) => name === 'outbox-age');
  const id = /^<events\/(\w+)>$/.exec(age?.dimensions[0]?.[1] ?? '')?.[1] ?? '';
  const { FunctionName } = templates.get('events')?.Resources[id]?.Properties ?? {};
  expect(FunctionName).toBe('branchline-prod-publish-outbox');
});

test('no runbook is left without its alarm', () => {
  const files = readdirSync(RUNBOOKS).filter((file) => file !== 'README.md');
  const linked = new Set(alarms.map(({ description }) => runbookOf(description)));
  expect(files.toSorted()).toEqual([...linked].toSorted());
});

describe('polling by Retry', () => {
  const [dashboard] = resourcesOf(templates, 'AWS::CloudWatch::Dashboard');
  const body = String(resolve('observability', dashboard?.properties['DashboardBody']));

  test('raises no alarm and no curve: nothing watches errors of the deployment’s functions', () => {
    const watched = alarms
      .filter(({ metric }) => metric.startsWith('AWS/Lambda'))
      .map(({ metric }) => metric);
    expect(watched).toEqual(['AWS/Lambda IteratorAge']);
    const { widgets } = JSON.parse(body) as { widgets: { properties: { metrics?: unknown[][] } }[] };
    const curves = widgets.flatMap(({ properties }) => properties.metrics ?? []);
    expect(curves.length).toBeGreaterThan(0);
    for (const [namespace, name] of curves) {
      expect([namespace, name]).not.toEqual(['AWS/Lambda', 'Errors']);
      expect([namespace, name]).not.toEqual(['AWS/States', 'LambdaFunctionsFailed']);
    }
  });

  test('is not among the deployments that failed on our side, which are found by their log’s code', () => {
    const codes = [...body.matchAll(/filter code = \\?"(\w+)\\?"/g)].map(([, code]) => code);
    expect(codes).toEqual(['DEPLOYMENT_FAILED_INTERNALLY']);
    for (const code of codes) expect(Object.values(LOG_CODES)).toContain(code);
  });
});
