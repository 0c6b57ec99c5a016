import { describe, expect, test } from 'vitest';
import { INSTALL_POLICIES } from '../../../infra/install/documents.ts';
import { EXECUTION_POLICIES } from '../../../infra/install/installer.ts';
import { isAllowed, type Request } from '../support/policy/evaluate.ts';
import { BEYOND_TYPES, HANDLERS } from '../support/policy/handlers.ts';
import { createPhysical, type PhysicalResource } from '../support/policy/physical.ts';
import { PROD, synthesize } from '../support/synth.ts';

const OPT_IN = { edge: true, compute: true, alarmEmail: 'ops@example.com', mailFrom: 'paas@example.com' };
const STAGES = [
  ['dev', await synthesize({ ...OPT_IN })],
  ['staging', await synthesize({ ...PROD, ...OPT_IN, stage: 'staging' })],
  ['prod', await synthesize({ ...PROD, ...OPT_IN })],
] as const;

const place = (stage: string) => ({ account: '<account>', region: '<region>', stage });
const statements = (stage: string) =>
  EXECUTION_POLICIES.flatMap((name) => INSTALL_POLICIES[name].document(place(stage)).Statement);

/** What CloudFormation's role may do: what its policies allow, within its boundary. */
function may(stage: string, request: Request): boolean {
  const ceiling = INSTALL_POLICIES['execution-boundary'].document(place(stage)).Statement;
  return isAllowed(statements(stage), request) && isAllowed(ceiling, request);
}

function read(properties: Readonly<Record<string, unknown>>, path: string): string[] {
  const value = path
    .split('.')
    .reduce<unknown>((object, name) => (object as Record<string, unknown> | undefined)?.[name], properties);
  return value === undefined ? [] : [value].flat().map(String);
}

function contextOf({ properties }: PhysicalResource): Record<string, string> {
  const context: Record<string, string> = {};
  const tags = Array.isArray(properties['Tags'])
    ? (properties['Tags'] as { Key: string; Value: string }[])
    : [];
  for (const { Key, Value } of tags) context[`aws:ResourceTag/${Key}`] = Value;
  const boundary = properties['PermissionsBoundary'];
  if (typeof boundary === 'string') context['iam:PermissionsBoundary'] = boundary;
  return context;
}

type Stage = ReturnType<typeof createPhysical>;

/** Every request that CloudFormation makes for a resource. */
function requestsFor(resource: PhysicalResource, stage: string, { referred, physical }: Stage): Request[] {
  const needs = HANDLERS[resource.type];
  if (needs === undefined) throw new Error(`${resource.type} isn't in test/infra/support/policy/handlers.ts`);
  const each = (actions: readonly string[] = [], on: string, context = {}): Request[] =>
    actions.map((action) => ({ action, resource: on, context }));
  const [called] = read(resource.properties, 'FunctionName').map((text) => physical(text));
  return [
    ...each(needs.self, resource.arn, contextOf(resource)),
    ...each(needs.unnamed, '*', called === undefined ? {} : { 'lambda:FunctionArn': called }),
    ...Object.entries(needs.elsewhere ?? {}).flatMap(([arn, actions]) =>
      each(actions, arn.replaceAll('<stage>', stage)),
    ),
    ...Object.entries(needs.through ?? {}).flatMap(([property, actions]) =>
      read(resource.properties, property).flatMap((reference) => {
        const target = referred(reference);
        if (target === undefined) throw new Error(`${resource.id}: ${property} is ${reference}`);
        return each(actions, target.arn, contextOf(target));
      }),
    ),
    ...Object.entries(needs.passes ?? {}).flatMap(([property, service]) =>
      read(resource.properties, property).flatMap((role) =>
        each(['iam:PassRole'], physical(role), { 'iam:PassedToService': service }),
      ),
    ),
    ...read(resource.properties, 'ManagedPolicyArns').flatMap((policy) =>
      each(['iam:AttachRolePolicy', 'iam:DetachRolePolicy'], resource.arn, {
        ...contextOf(resource),
        'iam:PolicyARN': policy,
      }),
    ),
  ];
}

describe.each(STAGES)('CloudFormation may do what the stacks of %s need', (stage, templates) => {
  const known = createPhysical(templates, stage);
  const types = [...new Set(known.all.map(({ type }) => type))].sort();

  test.each(types)('for %s', (type) => {
    for (const resource of known.all.filter((each) => each.type === type)) {
      const requests = requestsFor(resource, stage, known);
      expect(requests.length).toBeGreaterThan(0);
      const refused = requests.filter((request) => !may(stage, request));
      expect(refused, resource.id).toEqual([]);
    }
  });

  test('for a stack as such', () => {
    for (const { action, resource, context } of BEYOND_TYPES) {
      const request = { action, resource: resource.replaceAll('<stage>', stage), context: context ?? {} };
      expect(may(stage, request), action).toBe(true);
    }
  });

  test('and nothing that no resource needs', () => {
    const asked = known.all.flatMap((resource) => requestsFor(resource, stage, known));
    const needed = [...asked, ...BEYOND_TYPES].map(({ action }) => action);
    const idle = statements(stage)
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Sid, Action }) =>
        Action.filter((pattern) => {
          const fits = { Effect: 'Allow', Action: [pattern], Resource: ['*'] } as const;
          return !needed.some((action) => isAllowed([fits], { action, resource: '*' }));
        }).map((pattern) => `${Sid} ${pattern}`),
      );
    expect(idle).toEqual([]);
  });
});

test('a type that the table doesn’t have is noticed', () => {
  const [, templates] = STAGES[0];
  const known = createPhysical(templates, 'dev');
  const [resource] = known.all;
  if (resource === undefined) throw new Error('There are no resources');
  expect(() => requestsFor({ ...resource, type: 'AWS::RDS::DBInstance' }, 'dev', known)).toThrow(
    'AWS::RDS::DBInstance isn',
  );
});

const ROLE = 'arn:aws:iam::<account>:role/branchline-prod-auth';
const BOUNDED = { 'iam:PermissionsBoundary': 'arn:aws:iam::<account>:policy/branchline-prod-boundary' };
const policyOf = (name: string) => `arn:aws:iam::<account>:policy/branchline-prod-${name}`;
const of = (action: string, resource: string, context: Request['context'] = {}): [string, Request] => [
  `${action} ${resource} ${JSON.stringify(context)}`,
  { action, resource, context },
];

describe('CloudFormation may not', () => {
  test.each([
    of('iam:CreateRole', ROLE),
    of('iam:CreateRole', ROLE, { 'iam:PermissionsBoundary': 'arn:aws:iam::aws:policy/AdministratorAccess' }),
    of('iam:CreateRole', ROLE, { 'iam:PermissionsBoundary': policyOf('boundary').replace('prod', 'dev') }),
    of('iam:CreateRole', 'arn:aws:iam::<account>:role/admin', BOUNDED),
    of('iam:CreateRole', 'arn:aws:iam::<account>:role/branchline-dev-auth', BOUNDED),
    of('iam:PutRolePolicy', ROLE),
    of(
      'iam:PutRolePolicy',
      'arn:aws:iam::<account>:role/cdk-bl-prod-cfn-exec-role-<account>-<region>',
      BOUNDED,
    ),
    of('iam:AttachRolePolicy', ROLE, {
      ...BOUNDED,
      'iam:PolicyARN': 'arn:aws:iam::aws:policy/AdministratorAccess',
    }),
    of('iam:DeleteRolePermissionsBoundary', ROLE, BOUNDED),
    of('iam:PutRolePermissionsBoundary', ROLE, {
      'iam:PermissionsBoundary': 'arn:aws:iam::aws:policy/AdministratorAccess',
    }),
    ...['boundary', 'gateway-boundary', 'execution-boundary', 'execution-roles'].flatMap((name) => [
      of('iam:CreatePolicyVersion', policyOf(name)),
      of('iam:SetDefaultPolicyVersion', policyOf(name)),
      of('iam:DeletePolicy', policyOf(name)),
      of('iam:DeletePolicyVersion', policyOf(name)),
    ]),
    of('iam:CreatePolicy', policyOf('more')),
    of('iam:CreateUser', 'arn:aws:iam::<account>:user/x'),
    of('iam:CreateAccessKey', 'arn:aws:iam::<account>:user/x'),
    of('iam:PassRole', ROLE, { 'iam:PassedToService': 'ec2.amazonaws.com' }),
    of('iam:PassRole', 'arn:aws:iam::<account>:role/admin', {
      'iam:PassedToService': 'lambda.amazonaws.com',
    }),
    of('iam:CreateServiceLinkedRole', 'arn:aws:iam::<account>:role/aws-service-role/x', {
      'iam:AWSServiceName': 'organizations.amazonaws.com',
    }),
    of('sts:AssumeRole', ROLE),
    of('dynamodb:GetItem', 'arn:aws:dynamodb:<region>:<account>:table/branchline-prod-data-Tenants'),
    of('dynamodb:DeleteTable', 'arn:aws:dynamodb:<region>:<account>:table/branchline-dev-data-Tenants'),
    of('dynamodb:DeleteTable', 'arn:aws:dynamodb:<region>:<account>:table/somebodys'),
    of('s3:GetObject', 'arn:aws:s3:::branchline-prod-data-objects/sources/ten_a/x'),
    of('s3:PutObject', 'arn:aws:s3:::cdk-bl-prod-assets-<account>-<region>/bundle.zip'),
    of('s3:DeleteBucket', 'arn:aws:s3:::somebodys'),
    of('ssm:GetParameter', 'arn:aws:ssm:<region>:<account>:parameter/branchline/prod/signing-key'),
    of('ssm:GetParameters', 'arn:aws:ssm:<region>:<account>:parameter/branchline/prod/signing-key'),
    of('lambda:UpdateFunctionCode', 'arn:aws:lambda:<region>:<account>:function:somebodys'),
    of('lambda:InvokeFunction', 'arn:aws:lambda:<region>:<account>:function:branchline-prod-auth'),
    of('lambda:UpdateEventSourceMapping', '*', {
      'lambda:FunctionArn': 'arn:aws:lambda:<region>:<account>:function:somebodys',
    }),
    of('ecr:DeleteRepository', 'arn:aws:ecr:<region>:<account>:repository/somebodys'),
    of('ec2:DeleteVpc', 'arn:aws:ec2:<region>:<account>:vpc/vpc-1'),
    of('ec2:AuthorizeSecurityGroupIngress', 'arn:aws:ec2:<region>:<account>:security-group/sg-1'),
    of('ec2:RunInstances', '*'),
    of('kms:Decrypt', '*'),
    of('cloudformation:UpdateStack', '*'),
  ])('%s', (_name, request) => {
    expect(may('prod', request)).toBe(false);
  });
});

describe('the boundary of CloudFormation’s role', () => {
  const ceiling = INSTALL_POLICIES['execution-boundary'].document(place('prod')).Statement;

  test('holds although somebody gives the role AdministratorAccess', () => {
    for (const [, request] of [
      of('iam:CreateRole', ROLE),
      of('iam:CreateRole', 'arn:aws:iam::<account>:role/admin'),
      of('iam:PutRolePermissionsBoundary', ROLE),
      of('iam:DeleteRolePermissionsBoundary', ROLE),
      of('iam:CreatePolicyVersion', policyOf('boundary')),
      of('iam:DeletePolicy', policyOf('execution-boundary')),
      of('iam:CreateUser', 'arn:aws:iam::<account>:user/x'),
      of(
        'iam:UpdateAssumeRolePolicy',
        'arn:aws:iam::<account>:role/cdk-bl-prod-cfn-exec-role-<account>-<region>',
      ),
      of('iam:PassRole', 'arn:aws:iam::<account>:role/cdk-bl-prod-cfn-exec-role-<account>-<region>'),
    ]) {
      expect(isAllowed(ceiling, request), request.action).toBe(false);
    }
    expect(isAllowed(ceiling, of('iam:CreateRole', ROLE, BOUNDED)[1])).toBe(true);
  });
});
