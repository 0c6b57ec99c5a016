import { describe, expect, test } from 'vitest';
import { FUNCTIONS } from '../../infra/functions.ts';
import { isAllowed, type Request } from './support/policy/evaluate.ts';
import { templates as without } from './support/policy/production.ts';
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
    expect(those({ action: 'ecs:UpdateService', resource: OWN_SERVICE })).toEqual(CHANGERS);
    expect(those({ action: 'ecs:StopTask', resource: `${ECS}:task/branchline-dev-apps/1` })).toEqual(
      CHANGERS,
    );
  });

  test('are looked at by those and by the tasks that wait', () => {
    expect(those({ action: 'ecs:DescribeServices', resource: OWN_SERVICE })).toEqual(
      [...CHANGERS, 'await-rollout', 'record-success'].sort(),
    );
  });

  test('of another cluster are nobody’s business', () => {
    const resource = `${ECS}:service/another/app`;
    for (const action of ['ecs:CreateService', 'ecs:DeleteService', 'ecs:DescribeServices']) {
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
    expect(placedFunctions(withApps)).toEqual([...CHANGERS, 'await-rollout', 'record-success'].sort());
    expect(placedFunctions(without)).toEqual([]);
  });
});
