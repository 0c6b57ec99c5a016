import { describe, expect, test } from 'vitest';
import { FUNCTIONS } from '../../infra/functions.ts';
import { isAllowed, type Request } from './support/policy/evaluate.ts';
import { templates as without } from './support/policy/production.ts';
import { createResolver, logicalId } from './support/policy/resolve.ts';
import { readRoles } from './support/policy/roles.ts';
import { resourcesOf, synthesize, type Templates } from './support/synth.ts';

const withApps = await synthesize({ edge: true, compute: true });
const roles = readRoles(withApps, 'dev');

const ECS = 'arn:aws:ecs:<region>:<account>';
const OWN_SERVICE = `${ECS}:service/branchline-dev-apps/app`;

const may = (name: string, request: Request) => isAllowed(roles.get(name)?.statements ?? [], request);
const those = (request: Request) => [...FUNCTIONS.keys()].filter((name) => may(name, request)).sort();

const CHANGERS = [
  'pre-deploy',
  'record-failure',
  'release',
  'remove-project',
  'settle-deployment',
  'stop-deployment',
  'switch-route',
];

const LOOKERS = [...CHANGERS, 'await-rollout', 'record-success', 'watch-apps'].sort();

function placedFunctions(templates: Templates): string[] {
  return resourcesOf(templates, 'AWS::Lambda::Function')
    .filter(({ properties }) => {
      const { Variables } = properties['Environment'] as { Variables: Record<string, unknown> };
      return 'APPS_CLUSTER' in Variables;
    })
    .map(({ properties }) => String(properties['FunctionName']).replace('branchline-dev-', ''))
    .sort();
}

describe('apps of the opt-in compute stack', () => {
  test('are changed by the functions that start and stop them, and by no other', () => {
    expect(those({ action: 'ecs:CreateService', resource: OWN_SERVICE })).toEqual(CHANGERS);
    expect(those({ action: 'ecs:StopTask', resource: `${ECS}:task/branchline-dev-apps/1` })).toEqual(
      CHANGERS,
    );
  });

  test('are given another count by those and by the one that gives them up', () => {
    expect(those({ action: 'ecs:UpdateService', resource: OWN_SERVICE })).toEqual(
      [...CHANGERS, 'watch-apps'].sort(),
    );
  });

  test('are looked at by those and by the tasks that wait', () => {
    expect(those({ action: 'ecs:DescribeServices', resource: OWN_SERVICE })).toEqual(LOOKERS);
  });

  test('of another cluster are nobody’s business', () => {
    const resource = `${ECS}:service/another/app`;
    for (const action of [
      'ecs:CreateService',
      'ecs:DeleteService',
      'ecs:DescribeServices',
      'ecs:UpdateService',
    ]) {
      expect(those({ action, resource })).toEqual([]);
    }
  });

  test('get no role but the one by which ECS starts them', () => {
    const context = { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' };
    const pass = (resource: string, service = context) =>
      those({ action: 'iam:PassRole', resource, context: service });
    const execution = roles.get('app-execution');
    expect(pass(`<compute/${execution?.id}.Arn>`)).toEqual(CHANGERS);
    expect(pass(`<compute/${execution?.id}.Arn>`, { 'iam:PassedToService': 'lambda.amazonaws.com' })).toEqual(
      [],
    );
    expect(pass(roles.get('tenant')?.arn ?? 'none')).toEqual([]);
  });

  test('are known to those functions, and to none where there is no compute stack', () => {
    expect(placedFunctions(withApps)).toEqual(LOOKERS);
    expect(placedFunctions(without)).toEqual([]);
  });
});

describe('the rule that hears of apps that end', () => {
  const watchers = (templates: Templates) =>
    resourcesOf(templates, 'AWS::Events::Rule').filter(({ id }) => id.startsWith('watchapps'));
  const [rule, ...others] = watchers(withApps);
  const resolve = createResolver(withApps);
  const events = (prefix: string, type: string) => logicalId(withApps.get('events'), type, prefix);

  test('lets through what ends by itself and belongs to a service of the cluster', () => {
    expect(others).toEqual([]);
    expect(rule?.properties['EventBusName']).toBeUndefined();
    expect(resolve('events', rule?.properties['EventPattern'])).toEqual({
      source: ['aws.ecs'],
      'detail-type': ['ECS Task State Change'],
      detail: {
        clusterArn: [`<compute/${logicalId(withApps.get('compute'), 'AWS::ECS::Cluster', 'Cluster')}.Arn>`],
        group: [{ prefix: 'service:' }],
        lastStatus: ['STOPPED'],
        stopCode: ['EssentialContainerExited'],
      },
    });
  });

  test('runs the watcher, and keeps what it could not deliver', () => {
    const queue = `<events/${events('OutboxFailures', 'AWS::SQS::Queue')}.Arn>`;
    expect(resolve('events', rule?.properties['Targets'])).toEqual([
      expect.objectContaining({
        Arn: `<events/${events('watchapps', 'AWS::Lambda::Function')}.Arn>`,
        DeadLetterConfig: { Arn: queue },
        RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 20 },
      }),
    ]);
    expect(may('watch-apps', { action: 'sqs:SendMessage', resource: queue })).toBe(true);
    const policies = resourcesOf(withApps, 'AWS::SQS::QueuePolicy').map(({ properties }) => properties);
    const [policy] = policies.filter(({ Queues }) => JSON.stringify(Queues).includes('OutboxFailures'));
    expect(JSON.stringify(policy?.['PolicyDocument'])).toContain(`"Fn::GetAtt":["${rule?.id}","Arn"]`);
  });

  test('is not there without a compute stack', () => {
    expect(watchers(without)).toEqual([]);
  });
});
