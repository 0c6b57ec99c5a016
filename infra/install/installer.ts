import { arn, bootstrapStack, globalArn, type Place, policyArn, prefixOf, qualifierOf } from './place.ts';
import { REPOSITORY_ACTIONS } from './repository-actions.ts';
import { allow, type PolicyDocument, policy } from './statement.ts';

/** The policies of CloudFormation's role, as `cdk bootstrap --cloudformation-execution-policies` takes them. */
export const EXECUTION_POLICIES = [
  'execution-data',
  'execution-code',
  'execution-roles',
  'execution-opt-in',
] as const;

/** What a person needs who runs `npm run bootstrap`: this installation's policies, and CDK's bootstrap stack. */
export function bootstrapper(place: Place): PolicyDocument {
  const roles = [
    globalArn(place, 'iam', `role/cdk-${qualifierOf(place)}-*-${place.account}-${place.region}`),
  ];
  const assets = `cdk-${qualifierOf(place)}-assets-${place.account}-${place.region}`;
  const images = `cdk-${qualifierOf(place)}-container-assets-${place.account}-${place.region}`;
  const stacks = [`${prefixOf(place)}permissions`, bootstrapStack(place)];
  const managed = (name: string) => `arn:aws:iam::aws:policy/${name}`;
  return policy(
    allow(
      'Stacks',
      [
        'cloudformation:CreateChangeSet',
        'cloudformation:CreateStack',
        'cloudformation:DeleteChangeSet',
        'cloudformation:DeleteStack',
        'cloudformation:DescribeChangeSet',
        'cloudformation:DescribeEvents',
        'cloudformation:DescribeStackEvents',
        'cloudformation:DescribeStackResources',
        'cloudformation:DescribeStacks',
        'cloudformation:ExecuteChangeSet',
        'cloudformation:GetTemplate',
        'cloudformation:ListStackResources',
        'cloudformation:TagResource',
        'cloudformation:UpdateStack',
        'cloudformation:UpdateTerminationProtection',
      ],
      stacks.map((stack) => arn(place, 'cloudformation', `stack/${stack}/*`)),
    ),
    allow('ReadTemplates', ['cloudformation:GetTemplateSummary', 'cloudformation:ValidateTemplate'], ['*']),
    allow(
      'Policies',
      [
        'iam:CreatePolicy',
        'iam:CreatePolicyVersion',
        'iam:DeletePolicy',
        'iam:DeletePolicyVersion',
        'iam:GetPolicy',
        'iam:GetPolicyVersion',
        'iam:ListEntitiesForPolicy',
        'iam:ListPolicyTags',
        'iam:ListPolicyVersions',
        'iam:SetDefaultPolicyVersion',
        'iam:TagPolicy',
        'iam:UntagPolicy',
      ],
      [globalArn(place, 'iam', `policy/${prefixOf(place)}*`)],
    ),
    allow(
      'Roles',
      [
        'iam:CreateRole',
        'iam:DeleteRole',
        'iam:DeleteRolePolicy',
        'iam:GetRole',
        'iam:GetRolePolicy',
        'iam:ListAttachedRolePolicies',
        'iam:ListRolePolicies',
        'iam:PutRolePermissionsBoundary',
        'iam:PutRolePolicy',
        'iam:TagRole',
        'iam:UntagRole',
        'iam:UpdateAssumeRolePolicy',
        'iam:UpdateRole',
        'iam:UpdateRoleDescription',
      ],
      roles,
    ),
    // AdministratorAccess, which CDK would attach by itself, isn't among them.
    allow('RolePolicies', ['iam:AttachRolePolicy', 'iam:DetachRolePolicy'], roles, {
      ArnLike: {
        'iam:PolicyARN': [
          managed('ReadOnlyAccess'),
          managed('AWSCloudFormationReadOnlyAccess'),
          ...EXECUTION_POLICIES.map((name) => policyArn(place, name)),
        ],
      },
    }),
    allow(
      'Assets',
      [
        's3:CreateBucket',
        's3:DeleteBucket*',
        's3:Get*Configuration',
        's3:GetBucket*',
        's3:ListBucket',
        's3:ListTagsForResource',
        's3:Put*Configuration',
        's3:PutBucket*',
        's3:TagResource',
        's3:UntagResource',
      ],
      [`arn:aws:s3:::${assets}`],
    ),
    allow('ImageAssets', REPOSITORY_ACTIONS, [arn(place, 'ecr', `repository/${images}`)]),
    allow(
      'Version',
      [
        'ssm:AddTagsToResource',
        'ssm:DeleteParameter',
        'ssm:GetParameter',
        'ssm:GetParameters',
        'ssm:ListTagsForResource',
        'ssm:PutParameter',
        'ssm:RemoveTagsFromResource',
      ],
      [arn(place, 'ssm', `parameter/cdk-bootstrap/${qualifierOf(place)}/version`)],
    ),
  );
}

/** What a person or a pipeline needs who runs `cdk deploy`, `diff` or `destroy`: to take on the bootstrap's roles. */
export function deployer(place: Place): PolicyDocument {
  const role = (name: string) =>
    globalArn(place, 'iam', `role/cdk-${qualifierOf(place)}-${name}-role-${place.account}-${place.region}`);
  return policy(
    allow('UseBootstrap', ['sts:AssumeRole'], ['deploy', 'file-publishing', 'lookup'].map(role)),
    allow(
      'ReadBootstrapVersion',
      ['ssm:GetParameter'],
      [arn(place, 'ssm', `parameter/cdk-bootstrap/${qualifierOf(place)}/version`)],
    ),
  );
}
