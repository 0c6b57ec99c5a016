import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import { INSTALL_POLICIES } from '../../../infra/install/documents.ts';
import { createApp } from '../support/app.ts';
import { isAllowed, type Request, type Statement } from '../support/policy/evaluate.ts';
import { GATEWAY_REQUESTS, IAM_WRITES } from '../support/policy/iam-facts.ts';
import { createPhysical } from '../support/policy/physical.ts';
import { type RolePolicies, readRoles } from '../support/policy/roles.ts';
import { PROD, resourcesOf, synthesize } from '../support/synth.ts';

const OPT_IN = { edge: true, compute: true, alarmEmail: 'ops@example.com', mailFrom: 'paas@example.com' };
const STAGES = [
  ['dev', await synthesize({ ...OPT_IN, tracing: true })],
  ['staging', await synthesize({ ...PROD, ...OPT_IN, stage: 'staging' })],
  ['prod', await synthesize({ ...PROD, ...OPT_IN })],
] as const;

const ceiling = (stage: string, name: 'boundary' | 'gateway-boundary' = 'boundary') =>
  INSTALL_POLICIES[name].document({ account: '<account>', region: '<region>', stage }).Statement;
const ALLOW_ALL: Statement = { Effect: 'Allow', Action: '*', Resource: '*' };

/** Requests that a statement allows, one for each of its actions and resources; what a wildcard stands for is `x`. */
function requestsOf(statement: Statement, physical: (text: string) => string): Request[] {
  const context = Object.fromEntries(
    Object.values(statement.Condition ?? {}).flatMap((keys) =>
      Object.entries(keys).map(([key, expected]) => [key, [expected].flat()[0] ?? ''] as const),
    ),
  );
  return [statement.Action].flat().flatMap((action) =>
    [statement.Resource ?? []].flat().map((resource) => ({
      action,
      resource: resource === '*' ? '*' : physical(resource).replaceAll('*', 'x'),
      context,
    })),
  );
}

describe.each(STAGES)('every role of %s', (stage, templates) => {
  const { physical } = createPhysical(templates, stage);
  const roles = [...readRoles(templates, stage).values()];
  const boundaryOf = ({ stack, id }: RolePolicies) =>
    JSON.stringify(templates.get(stack)?.Resources[id]?.Properties?.['PermissionsBoundary']);

  test('has a boundary: the stage’s, or the gateway’s own', () => {
    expect(roles.length).toBeGreaterThan(20);
    for (const role of roles) {
      const name = role.name === 'gateway' ? 'gateway-boundary' : 'boundary';
      expect(boundaryOf(role), role.name).toContain(`:policy/branchline-${stage}-${name}"`);
    }
  });

  test.each(roles.filter(({ name }) => name !== 'gateway').map((role) => [role.name, role] as const))(
    '%s: whatever its policy allows is within it',
    (_name, role) => {
      const requests = role.statements
        .filter(({ Effect }) => Effect === 'Allow')
        .flatMap((statement) => requestsOf(statement, physical));
      expect(requests.length).toBeGreaterThan(0);
      expect(requests.filter((request) => !isAllowed(ceiling(stage), request))).toEqual([]);
    },
  );
});

test('a role that CDK makes of its own accord has the boundary too', () => {
  const app = createApp();
  const data = app.node.findChild('branchline-dev-data');
  if (!(data instanceof Stack)) throw new Error('There is no data stack');
  // It empties the bucket by a function, whose role nobody here names.
  new Bucket(data, 'Emptied', { autoDeleteObjects: true, removalPolicy: RemovalPolicy.DESTROY });
  const { template } = app.synth().getStackByName('branchline-dev-data');
  const roles = resourcesOf(new Map([['data', template]]), 'AWS::IAM::Role');
  expect(roles.map(({ id }) => id)).toEqual([expect.stringContaining('CustomS3AutoDeleteObjects')]);
  expect(JSON.stringify(roles)).toContain(':policy/branchline-dev-boundary"');
});

const of = (
  action: string,
  resource: string,
  context: NonNullable<Request['context']> = {},
): [string, Request] => [`${action} ${resource}`, { action, resource, context }];
const local = (service: string, resource: string) => `arn:aws:${service}:<region>:<account>:${resource}`;
const role = (name: string) => `arn:aws:iam::<account>:role/${name}`;

describe('a role whose own policy allows everything still may not', () => {
  test.each([
    of('iam:PassRole', role('branchline-prod-auth'), { 'iam:PassedToService': 'lambda.amazonaws.com' }),
    of('iam:PassRole', role('branchline-prod-app-execution'), {
      'iam:PassedToService': 'lambda.amazonaws.com',
    }),
    of('iam:CreateServiceLinkedRole', role('aws-service-role/ecs.amazonaws.com/x'), {
      'iam:AWSServiceName': 'ecs.amazonaws.com',
    }),
    of('sts:AssumeRole', role('cdk-bl-prod-cfn-exec-role-<account>-<region>')),
    of('sts:AssumeRole', role('branchline-dev-tenant-data')),
    of('sts:AssumeRole', role('OrganizationAccountAccessRole')),
    of('dynamodb:GetItem', local('dynamodb', 'table/branchline-dev-data-Tenants')),
    of('dynamodb:GetItem', local('dynamodb', 'table/somebodys')),
    of('dynamodb:Scan', local('dynamodb', 'table/branchline-prod-data-Tenants')),
    of('dynamodb:DeleteTable', local('dynamodb', 'table/branchline-prod-data-Tenants')),
    of('dynamodb:ExportTableToPointInTime', local('dynamodb', 'table/branchline-prod-data-Tenants')),
    of('s3:GetObject', 'arn:aws:s3:::cdk-bl-prod-assets-<account>-<region>/bundle.zip'),
    of('s3:GetObject', 'arn:aws:s3:::somebodys/secret'),
    of('s3:PutBucketPolicy', 'arn:aws:s3:::branchline-prod-data-objects'),
    of('ssm:GetParameter', local('ssm', 'parameter/branchline/dev/signing-key')),
    of('ssm:GetParameter', local('ssm', 'parameter/somebodys')),
    of('ssm:DeleteParameter', local('ssm', 'parameter/branchline/prod/signing-key')),
    of('secretsmanager:GetSecretValue', local('secretsmanager', 'secret:somebodys')),
    of('kms:Decrypt', local('kms', 'key/1')),
    of('lambda:InvokeFunction', local('lambda', 'function:somebodys')),
    of('lambda:UpdateFunctionCode', local('lambda', 'function:branchline-prod-auth')),
    of('lambda:CreateFunction', local('lambda', 'function:branchline-prod-more')),
    of('states:UpdateStateMachine', local('states', 'stateMachine:branchline-prod-deploy')),
    of('codebuild:UpdateProject', local('codebuild', 'project/branchline-prod-build')),
    of('codebuild:StartBuild', local('codebuild', 'project/somebodys')),
    of('ecr:PutImage', local('ecr', 'repository/somebodys')),
    of('ecs:UpdateService', local('ecs', 'service/somebodys/app')),
    of('events:PutRule', local('events', 'rule/somebodys')),
    of('logs:DeleteLogGroup', local('logs', 'log-group:branchline-prod-api')),
    of('elasticloadbalancing:DeleteLoadBalancer', local('elasticloadbalancing', 'loadbalancer/app/x/y')),
    of('cloudformation:CreateStack', local('cloudformation', 'stack/branchline-prod-more/1')),
    of('cloudtrail:StopLogging', local('cloudtrail', 'trail/x')),
    of('ec2:RunInstances', '*'),
    of('organizations:LeaveOrganization', '*'),
  ])('%s', (_name, request) => {
    expect(isAllowed([ALLOW_ALL], request)).toBe(true);
    expect(isAllowed(ceiling('prod'), request)).toBe(false);
  });

  test.each(['boundary', 'gateway-boundary'] as const)(
    'change any rights: %s refuses it in so many words',
    (name) => {
      const open = IAM_WRITES.filter((action) =>
        isAllowed([ALLOW_ALL, ...ceiling('prod', name)], { action: `iam:${action}`, resource: '*' }),
      );
      expect(open).toEqual([]);
    },
  );
});

describe('the gateway’s boundary', () => {
  const gateway = ceiling('prod', 'gateway-boundary');

  test.each(GATEWAY_REQUESTS.map((request) => [request.action, request] as const))(
    'passes what AWS’s own policy allows: %s',
    (_action, request) => {
      expect(isAllowed(gateway, request)).toBe(true);
    },
  );

  test.each([
    of('dynamodb:GetItem', local('dynamodb', 'table/branchline-prod-data-Tenants')),
    of('ssm:GetParameter', local('ssm', 'parameter/branchline/prod/signing-key')),
    of('sts:AssumeRole', role('branchline-prod-tenant-data')),
    of('iam:PassRole', role('branchline-prod-auth')),
    of('iam:CreateServiceLinkedRole', role('aws-service-role/ecs.amazonaws.com/x'), {
      'iam:AWSServiceName': 'ecs.amazonaws.com',
    }),
    of('ec2:RunInstances', '*'),
    of('lambda:InvokeFunction', local('lambda', 'function:branchline-prod-auth')),
  ])('refuses %s', (_name, request) => {
    expect(isAllowed(gateway, request)).toBe(false);
  });
});
