import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { App } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { readStage } from '../../../infra/config.ts';
import { INSTALL_POLICIES } from '../../../infra/install/documents.ts';
import { EXECUTION_POLICIES } from '../../../infra/install/installer.ts';
import { bootstrapOptions, PermissionsStack } from '../../../infra/install/permissions-stack.ts';
import { POLICY_NAMES, policyArn, policyName, qualifierOf } from '../../../infra/install/place.ts';
import { createApp } from '../support/app.ts';
import { isAllowed, type Request } from '../support/policy/evaluate.ts';
import { HANDLERS, type HandlerNeeds } from '../support/policy/handlers.ts';
import type { Template } from '../support/synth.ts';

// The longest names that there are.
const PLACE = { account: '123456789012', region: 'ap-southeast-2', stage: 'staging' };
const MAX_CHARACTERS = 6144;
const MAX_POLICIES_PER_ROLE = 10;
// CloudFormation takes no larger template without a bucket, which only the bootstrap makes.
const MAX_TEMPLATE_BYTES = 51_200;

describe.each(POLICY_NAMES)('the policy %s', (name) => {
  const { purpose, document } = INSTALL_POLICIES[name];

  test('is within IAM’s limits', () => {
    const text = JSON.stringify(document(PLACE)).replaceAll(/\s/g, '');
    expect(text.length).toBeLessThanOrEqual(MAX_CHARACTERS);
    expect(policyName(PLACE, name).length).toBeLessThanOrEqual(128);
    expect(purpose).toMatch(/^[ -~]{20,1000}$/);
  });

  test('names each statement once, in letters and digits', () => {
    const sids = document(PLACE).Statement.map(({ Sid }) => Sid);
    expect(new Set(sids).size).toBe(sids.length);
    for (const sid of sids) expect(sid).toMatch(/^[A-Za-z0-9]+$/);
  });
});

test('one role can have all the execution policies', () => {
  expect(EXECUTION_POLICIES.length).toBeLessThanOrEqual(MAX_POLICIES_PER_ROLE);
});

describe('the permissions stack', () => {
  const app = new App();
  const stack = new PermissionsStack(app, PLACE);
  const { template } = app.synth().getStackByName(stack.stackName) as { template: Template };
  const policies = Object.values(template.Resources);

  test('makes every policy but the one that its own deployer needs', () => {
    const names = policies.map(({ Properties }) => Properties?.['ManagedPolicyName']);
    const wanted = POLICY_NAMES.filter((name) => name !== 'bootstrap');
    expect(names).toEqual(wanted.map((name) => policyName(PLACE, name)));
    for (const { Type } of policies) expect(Type).toBe('AWS::IAM::ManagedPolicy');
  });

  test('needs no bootstrap', () => {
    expect(Object.keys(template)).not.toContain('Parameters');
    // As the CDK writes it, with its indentation.
    expect(JSON.stringify(template, null, 1).length).toBeLessThan(MAX_TEMPLATE_BYTES);
  });

  test('says what the bootstrap is to be told', () => {
    const outputs = Object.entries(template.Outputs ?? {}).map(([name, { Value }]) => [name, Value]);
    expect(Object.fromEntries(outputs)).toEqual(bootstrapOptions(PLACE));
    expect(bootstrapOptions(PLACE).ExecutionPolicies).not.toContain('AdministratorAccess');
  });
});

test('a stage has a bootstrap of its own, which its stacks use', () => {
  const qualifiers = ['dev', 'staging', 'prod'].map((stage) => qualifierOf({ stage }));
  expect(new Set(qualifiers).size).toBe(3);
  for (const qualifier of qualifiers) expect(qualifier).toMatch(/^[a-z0-9-]{1,10}$/);
  for (const { template } of createApp().synth().stacks) {
    const { Parameters } = template as { Parameters: { BootstrapVersion: { Default: string } } };
    expect(Parameters.BootstrapVersion.Default).toBe('/cdk-bootstrap/bl-dev/version');
  }
});

test('a stage that there is not is refused', () => {
  expect(readStage(() => 'prod')).toBe('prod');
  expect(() => readStage(() => 'production')).toThrow(
    'stage is "production": allowed is dev, staging or prod',
  );
  expect(() => readStage(() => undefined)).toThrow('stage is missing');
});

const may = (name: 'bootstrap' | 'deployer', request: Request) =>
  isAllowed(INSTALL_POLICIES[name].document(PLACE).Statement, request);
const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const bootstrapRole = (name: string) => role(`cdk-bl-staging-${name}-role-123456789012-ap-southeast-2`);

describe('whoever deploys', () => {
  test.each(['deploy', 'file-publishing', 'lookup'])('may take on the bootstrap’s role %s', (name) => {
    expect(may('deployer', { action: 'sts:AssumeRole', resource: bootstrapRole(name) })).toBe(true);
  });

  test('may not take on CloudFormation’s own, nor any other', () => {
    for (const resource of [
      bootstrapRole('cfn-exec'),
      bootstrapRole('deploy').replace('staging', 'prod'),
      role('branchline-staging-tenant-data'),
      role('admin'),
    ]) {
      expect(may('deployer', { action: 'sts:AssumeRole', resource })).toBe(false);
    }
  });

  test('may do nothing itself', () => {
    for (const action of [
      'iam:CreateRole',
      'cloudformation:CreateStack',
      's3:PutObject',
      'lambda:UpdateFunctionCode',
    ]) {
      expect(may('deployer', { action, resource: '*' })).toBe(false);
    }
  });
});

const run = promisify(execFile);
const CHECKOUT = fileURLToPath(new URL('../../..', import.meta.url));

/** The template that `cdk bootstrap` deploys, as this version of CDK has it. */
async function readBootstrapTemplate(): Promise<Template> {
  const { stdout } = await run('npx', ['cdk', 'bootstrap', '--show-template', '--json'], { cwd: CHECKOUT });
  return JSON.parse(stdout) as Template;
}

// Only where the options say so: a customer's key, CDK's example of a boundary.
const OPTIONAL = [
  'FileAssetsBucketEncryptionKey',
  'FileAssetsBucketEncryptionKeyAlias',
  'CdkBoostrapPermissionsBoundaryPolicy',
];
const ARNS: Readonly<Record<string, string>> = {
  'AWS::S3::Bucket': 'arn:aws:s3:::cdk-bl-staging-assets-123456789012-ap-southeast-2',
  'AWS::S3::BucketPolicy': 'arn:aws:s3:::cdk-bl-staging-assets-123456789012-ap-southeast-2',
  'AWS::ECR::Repository':
    'arn:aws:ecr:ap-southeast-2:123456789012:repository/cdk-bl-staging-container-assets-123456789012-ap-southeast-2',
  'AWS::IAM::Role': bootstrapRole('deploy'),
  'AWS::IAM::Policy': bootstrapRole('file-publishing'),
  'AWS::SSM::Parameter': 'arn:aws:ssm:ap-southeast-2:123456789012:parameter/cdk-bootstrap/bl-staging/version',
};

describe('whoever bootstraps', () => {
  test('may do what every resource of CDK’s bootstrap needs', async () => {
    const { Resources } = await readBootstrapTemplate();
    const parameter: HandlerNeeds = {
      self: ['ssm:PutParameter', 'ssm:GetParameters', 'ssm:DeleteParameter', 'ssm:AddTagsToResource'],
    };
    for (const [id, { Type }] of Object.entries(Resources)) {
      if (OPTIONAL.includes(id)) continue;
      const needs = Type === 'AWS::SSM::Parameter' ? parameter : HANDLERS[Type];
      const actions = [...(needs?.self ?? []), ...Object.values(needs?.through ?? {}).flat()];
      expect(actions.length, id).toBeGreaterThan(0);
      const refused = actions.filter((action) => !may('bootstrap', { action, resource: ARNS[Type] ?? '' }));
      expect(refused, id).toEqual([]);
    }
  });

  test('may attach the installation’s policies and CDK’s own, never AdministratorAccess', () => {
    const attach = (policy: string) =>
      may('bootstrap', {
        action: 'iam:AttachRolePolicy',
        resource: bootstrapRole('cfn-exec'),
        context: { 'iam:PolicyARN': policy },
      });
    for (const name of EXECUTION_POLICIES) expect(attach(policyArn(PLACE, name))).toBe(true);
    expect(attach('arn:aws:iam::aws:policy/ReadOnlyAccess')).toBe(true);
    expect(attach('arn:aws:iam::aws:policy/AdministratorAccess')).toBe(false);
  });

  test('may change this stage’s policies and bootstrap, and nobody else’s', () => {
    const change = (resource: string) => may('bootstrap', { action: 'iam:CreatePolicyVersion', resource });
    expect(change(policyArn(PLACE, 'boundary'))).toBe(true);
    expect(change(policyArn({ ...PLACE, stage: 'prod' }, 'boundary'))).toBe(false);
    expect(change('arn:aws:iam::123456789012:policy/somebodys')).toBe(false);
    expect(may('bootstrap', { action: 'iam:PutRolePolicy', resource: role('admin') })).toBe(false);
    expect(may('bootstrap', { action: 'iam:CreateUser', resource: '*' })).toBe(false);
  });
});
