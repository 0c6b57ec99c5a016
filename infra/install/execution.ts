import { arn, globalArn, type Place, policyArn, prefixOf, qualifierOf, TRACING_LAYER } from './place.ts';
import { allow, deny, type PolicyDocument, policy } from './statement.ts';

// What CloudFormation may do for a stage's stacks. The actions are those that the resource types' own schemas name for
// their handlers (test/infra/support/policy/handlers.ts lists them by type); a test demands that nothing is missing here
// and that nothing is beyond them.

/** Tables, buckets, queues, images: what holds something. */
export function executeData(place: Place): PolicyDocument {
  const own = prefixOf(place);
  return policy(
    allow(
      'Tables',
      [
        'dynamodb:CreateTable',
        'dynamodb:DeleteTable',
        'dynamodb:Describe*',
        'dynamodb:ListTagsOfResource',
        'dynamodb:TagResource',
        'dynamodb:UntagResource',
        'dynamodb:UpdateContinuousBackups',
        'dynamodb:UpdateContributorInsights',
        'dynamodb:UpdateTable',
        'dynamodb:UpdateTimeToLive',
      ],
      [arn(place, 'dynamodb', `table/${own}*`)],
    ),
    allow(
      'Buckets',
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
      [`arn:aws:s3:::${own}*`],
    ),
    allow(
      'Queues',
      [
        'sqs:CreateQueue',
        'sqs:DeleteQueue',
        'sqs:GetQueueAttributes',
        'sqs:GetQueueUrl',
        'sqs:ListQueueTags',
        'sqs:SetQueueAttributes',
        'sqs:TagQueue',
        'sqs:UntagQueue',
      ],
      [arn(place, 'sqs', `${own}*`)],
    ),
    allow(
      'Images',
      [
        'ecr:CreateRepository',
        'ecr:Delete*Policy',
        'ecr:DeleteRepository',
        'ecr:DescribeRepositories',
        'ecr:Get*Policy',
        'ecr:ListTagsForResource',
        'ecr:PutImageScanningConfiguration',
        'ecr:PutImageTagMutability',
        'ecr:PutLifecyclePolicy',
        'ecr:SetRepositoryPolicy',
        'ecr:TagResource',
        'ecr:UntagResource',
      ],
      [arn(place, 'ecr', `repository/branchline-${place.stage}`)],
    ),
    allow(
      'Logs',
      [
        'logs:CreateLogGroup',
        'logs:DeleteLogGroup',
        'logs:DeleteRetentionPolicy',
        'logs:DeleteSubscriptionFilter',
        'logs:DescribeSubscriptionFilters',
        'logs:GetDataProtectionPolicy',
        'logs:ListTagsForResource',
        'logs:PutRetentionPolicy',
        'logs:PutSubscriptionFilter',
        'logs:TagResource',
        'logs:UntagResource',
      ],
      [arn(place, 'logs', `log-group:${own}*`)],
    ),
    // The API's access log is a delivery, which has no resource to name.
    allow(
      'LogDeliveries',
      [
        'logs:CreateLogDelivery',
        'logs:DeleteLogDelivery',
        'logs:DescribeLogGroups',
        'logs:DescribeResourcePolicies',
        'logs:GetLogDelivery',
        'logs:ListLogDeliveries',
        'logs:PutResourcePolicy',
        'logs:UpdateLogDelivery',
      ],
      ['*'],
    ),
  );
}

/** Functions, their events and timetable, the API, the state machine, builds, alarms. */
export function executeCode(place: Place): PolicyDocument {
  const own = prefixOf(place);
  const api = `arn:aws:apigateway:${place.region}::`;
  const assets = `cdk-${qualifierOf(place)}-assets-${place.account}-${place.region}`;
  return policy(
    allow('ReadBundles', ['s3:GetObject', 's3:GetObjectVersion'], [`arn:aws:s3:::${assets}/*`]),
    // Each of CDK's templates asks for it.
    allow(
      'ReadBootstrapVersion',
      ['ssm:GetParameters'],
      [arn(place, 'ssm', `parameter/cdk-bootstrap/${qualifierOf(place)}/version`)],
    ),
    allow(
      'Functions',
      [
        'lambda:AddPermission',
        'lambda:CreateFunction',
        'lambda:DeleteFunction*',
        'lambda:GetFunction*',
        'lambda:GetPolicy',
        'lambda:GetRuntimeManagementConfig',
        'lambda:ListTags',
        'lambda:PutFunction*',
        'lambda:PutRuntimeManagementConfig',
        'lambda:RemovePermission',
        'lambda:TagResource',
        'lambda:UntagResource',
        'lambda:UpdateFunction*',
      ],
      [arn(place, 'lambda', `function:${own}*`)],
    ),
    allow(
      'Layers',
      ['lambda:DeleteLayerVersion', 'lambda:GetLayerVersion', 'lambda:PublishLayerVersion'],
      [arn(place, 'lambda', `layer:${own}*`)],
    ),
    // AWS's own, which traces: whoever gives a function a layer has to be allowed to read it.
    allow(
      'TracingLayer',
      ['lambda:GetLayerVersion'],
      [`arn:aws:lambda:${place.region}:*:layer:${TRACING_LAYER}:*`],
    ),
    // A mapping is known by the function that it calls.
    allow(
      'Mappings',
      [
        'lambda:CreateEventSourceMapping',
        'lambda:DeleteEventSourceMapping',
        'lambda:GetEventSourceMapping',
        'lambda:UpdateEventSourceMapping',
      ],
      ['*'],
      { ArnLike: { 'lambda:FunctionArn': arn(place, 'lambda', `function:${own}*`) } },
    ),
    allow(
      'TagMappings',
      ['lambda:ListTags', 'lambda:TagResource', 'lambda:UntagResource'],
      [arn(place, 'lambda', 'event-source-mapping:*')],
    ),
    allow(
      'Events',
      [
        'events:CreateEventBus',
        'events:DeleteEventBus',
        'events:DeleteRule',
        'events:DescribeEventBus',
        'events:DescribeRule',
        'events:ListTagsForResource',
        'events:ListTargetsByRule',
        'events:PutRule',
        'events:PutTargets',
        'events:RemoveTargets',
        'events:TagResource',
        'events:UntagResource',
      ],
      [arn(place, 'events', `event-bus/${own}*`), arn(place, 'events', `rule/${own}*`)],
    ),
    allow(
      'Schedules',
      [
        'scheduler:CreateSchedule',
        'scheduler:DeleteSchedule',
        'scheduler:GetSchedule',
        'scheduler:UpdateSchedule',
      ],
      [arn(place, 'scheduler', `schedule/default/${own}*`)],
    ),
    allow(
      'StateMachine',
      [
        'states:CreateStateMachine',
        'states:DeleteStateMachine',
        'states:DescribeStateMachine',
        'states:ListTagsForResource',
        'states:TagResource',
        'states:UntagResource',
        'states:UpdateStateMachine',
      ],
      [arn(place, 'states', `stateMachine:${own}*`)],
    ),
    allow(
      'Builds',
      [
        'codebuild:BatchGetProjects',
        'codebuild:CreateProject',
        'codebuild:DeleteProject',
        'codebuild:UpdateProject',
      ],
      [arn(place, 'codebuild', `project/${own}*`)],
    ),
    // An API has no name in its ARN, only an id that it is given.
    allow(
      'Api',
      [
        'apigateway:DELETE',
        'apigateway:GET',
        'apigateway:PATCH',
        'apigateway:POST',
        'apigateway:PUT',
        'apigateway:TagResource',
      ],
      [`${api}/apis`, `${api}/apis/*`, `${api}/tags/*`],
    ),
    allow(
      'Alarms',
      [
        'cloudwatch:DeleteAlarms',
        'cloudwatch:ListTagsForResource',
        'cloudwatch:PutMetricAlarm',
        'cloudwatch:TagResource',
        'cloudwatch:UntagResource',
      ],
      [arn(place, 'cloudwatch', `alarm:${own}*`)],
    ),
    allow('LookAtAlarms', ['cloudwatch:DescribeAlarms'], [arn(place, 'cloudwatch', 'alarm:*')]),
    allow(
      'Dashboards',
      ['cloudwatch:DeleteDashboards', 'cloudwatch:GetDashboard', 'cloudwatch:PutDashboard'],
      [globalArn(place, 'cloudwatch', `dashboard/${own}*`)],
    ),
    allow(
      'Topics',
      [
        'sns:CreateTopic',
        'sns:DeleteTopic',
        'sns:GetDataProtectionPolicy',
        'sns:GetTopicAttributes',
        'sns:ListSubscriptionsByTopic',
        'sns:ListTagsForResource',
        'sns:SetTopicAttributes',
        'sns:Subscribe',
        'sns:TagResource',
        'sns:UntagResource',
      ],
      [arn(place, 'sns', `${own}*`)],
    ),
    allow(
      'Subscriptions',
      ['sns:GetSubscriptionAttributes', 'sns:SetSubscriptionAttributes', 'sns:Unsubscribe'],
      ['*'],
    ),
  );
}

// AWS's own, for the role by which ECS keeps the apps' gateway.
const GATEWAY_POLICY = 'AmazonECSInfrastructureRoleForGatewayHostSharedALB';

/** Roles: of this stage's names alone, never without a boundary, and passed to the services that use them. */
export function executeRoles(place: Place): PolicyDocument {
  const roles = [globalArn(place, 'iam', `role/${prefixOf(place)}*`)];
  const bounded = { 'iam:PermissionsBoundary': boundaries(place) };
  return policy(
    allow(
      'BoundedRoles',
      ['iam:CreateRole', 'iam:DeleteRolePolicy', 'iam:PutRolePermissionsBoundary', 'iam:PutRolePolicy'],
      roles,
      { StringEquals: bounded },
    ),
    allow('GatewayPolicy', ['iam:AttachRolePolicy', 'iam:DetachRolePolicy'], roles, {
      StringEquals: bounded,
      ArnEquals: { 'iam:PolicyARN': `arn:aws:iam::aws:policy/${GATEWAY_POLICY}` },
    }),
    allow(
      'Roles',
      [
        'iam:DeleteRole',
        'iam:GetRole',
        'iam:GetRolePolicy',
        'iam:ListAttachedRolePolicies',
        'iam:ListRolePolicies',
        'iam:TagRole',
        'iam:UntagRole',
        'iam:UpdateAssumeRolePolicy',
        'iam:UpdateRole',
        'iam:UpdateRoleDescription',
      ],
      roles,
    ),
    allow('PassRoles', ['iam:PassRole'], roles, {
      StringEquals: {
        'iam:PassedToService': [
          'codebuild.amazonaws.com',
          'ecs.amazonaws.com',
          'lambda.amazonaws.com',
          'scheduler.amazonaws.com',
          'states.amazonaws.com',
        ],
      },
    }),
    allow(
      'ServiceRoles',
      ['iam:CreateServiceLinkedRole'],
      [globalArn(place, 'iam', 'role/aws-service-role/*')],
      { StringEquals: { 'iam:AWSServiceName': ['ecs.amazonaws.com', 'ops.apigateway.amazonaws.com'] } },
    ),
    ...refusals(place),
  );
}

/** The opt-in stacks: CloudFront and WAF; a network, a cluster and a gateway. */
export function executeOptIn(place: Place): PolicyDocument {
  const own = prefixOf(place);
  const ec2 = (...types: string[]) => types.map((type) => arn(place, 'ec2', `${type}/*`));
  const tagged = { StringEquals: { 'aws:ResourceTag/application': 'branchline' } };
  return policy(
    allow('CreateDistribution', ['cloudfront:CreateDistribution*'], ['*']),
    allow(
      'Distributions',
      [
        'cloudfront:DeleteDistribution',
        'cloudfront:GetDistribution*',
        'cloudfront:ListTagsForResource',
        'cloudfront:TagResource',
        'cloudfront:UntagResource',
        'cloudfront:UpdateDistribution',
      ],
      [globalArn(place, 'cloudfront', 'distribution/*')],
    ),
    allow(
      'Firewall',
      [
        'wafv2:CreateWebACL',
        'wafv2:DeleteWebACL',
        'wafv2:GetWebACL',
        'wafv2:ListTagsForResource',
        'wafv2:TagResource',
        'wafv2:UntagResource',
        'wafv2:UpdateWebACL',
      ],
      [arn(place, 'wafv2', `global/webacl/${own}*/*`), arn(place, 'wafv2', 'global/managedruleset/*/*')],
    ),
    allow(
      'Cluster',
      [
        'ecs:CreateCluster',
        'ecs:DeleteCluster',
        'ecs:DescribeClusters',
        'ecs:ListTagsForResource',
        'ecs:PutClusterCapacityProviders',
        'ecs:TagResource',
        'ecs:UntagResource',
        'ecs:UpdateCluster*',
      ],
      [arn(place, 'ecs', `cluster/${own}*`)],
    ),
    // Which of these take a resource isn't written down anywhere that could be read when this was.
    allow(
      'Gateway',
      [
        'ecs:AssociateGatewayWithCluster',
        'ecs:CreateGateway',
        'ecs:DeleteGateway',
        'ecs:DescribeGateway',
        'ecs:DisassociateGatewayFromCluster',
        'ecs:ListGatewayClusterAssociations',
        'ecs:UpdateGateway',
      ],
      ['*'],
    ),
    allow(
      'TagGateway',
      ['ecs:ListTagsForResource', 'ecs:TagResource', 'ecs:UntagResource'],
      [arn(place, 'ecs', `gateway/${own}*`)],
    ),
    allow('LookAtNetworks', ['ec2:Describe*'], ['*']),
    allow(
      'MakeNetwork',
      [
        'ec2:AssociateRouteTable',
        'ec2:AttachInternetGateway',
        'ec2:CreateInternetGateway',
        'ec2:CreateRoute',
        'ec2:CreateRouteTable',
        'ec2:CreateSecurityGroup',
        'ec2:CreateSubnet',
        'ec2:CreateTags',
        'ec2:CreateVpc',
        'ec2:ModifySubnetAttribute',
        'ec2:ModifyVpcAttribute',
      ],
      ec2('internet-gateway', 'route-table', 'security-group', 'security-group-rule', 'subnet', 'vpc'),
    ),
    // What opens or takes away demands the tag that all of the stack's resources have, or it could be anybody's.
    allow(
      'ChangeOwnNetwork',
      [
        'ec2:AuthorizeSecurityGroup*',
        'ec2:DeleteInternetGateway',
        'ec2:DeleteRoute',
        'ec2:DeleteRouteTable',
        'ec2:DeleteSecurityGroup',
        'ec2:DeleteSubnet',
        'ec2:DeleteTags',
        'ec2:DeleteVpc',
        'ec2:DetachInternetGateway',
        'ec2:DisassociateRouteTable',
        'ec2:ReplaceRoute*',
        'ec2:RevokeSecurityGroup*',
        'ec2:UpdateSecurityGroupRuleDescriptions*',
      ],
      ec2('internet-gateway', 'route-table', 'security-group', 'subnet', 'vpc'),
      tagged,
    ),
  );
}

/** The ceiling over CloudFormation's own role: a policy that somebody attaches to it later can't undo the boundaries. */
export function executionBoundary(place: Place): PolicyDocument {
  return policy(
    allow('WhateverItsPoliciesAllow', ['*'], ['*']),
    deny('NoRoleWithoutBoundary', ['iam:CreateRole', 'iam:PutRolePermissionsBoundary'], ['*'], {
      StringNotEquals: { 'iam:PermissionsBoundary': boundaries(place) },
    }),
    ...refusals(place),
  );
}

// Said twice, in a policy of the role and in its boundary, so that losing one of them isn't losing both.
function refusals(place: Place) {
  return [
    deny(
      'NoChangeOfPolicies',
      ['iam:CreatePolicy*', 'iam:DeletePolicy*', 'iam:SetDefaultPolicyVersion'],
      ['*'],
    ),
    deny(
      'NoUsers',
      ['iam:AttachUserPolicy', 'iam:CreateAccessKey', 'iam:CreateUser', 'iam:PutUserPolicy'],
      ['*'],
    ),
    deny('NoLossOfBoundary', ['iam:DeleteRolePermissionsBoundary'], ['*']),
    deny(
      'NoChangeOfBootstrap',
      [
        'iam:AttachRolePolicy',
        'iam:DeleteRole*',
        'iam:PassRole',
        'iam:PutRole*',
        'iam:UpdateAssumeRolePolicy',
      ],
      [globalArn(place, 'iam', `role/cdk-${qualifierOf(place)}-*`)],
    ),
  ];
}

function boundaries(place: Place): string[] {
  return [policyArn(place, 'boundary'), policyArn(place, 'gateway-boundary')];
}
