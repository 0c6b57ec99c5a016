/** What CloudFormation does for a resource of a type when it makes, reads, changes and deletes it. */
export interface HandlerNeeds {
  /** On the resource itself. */
  readonly self?: readonly string[];
  /** On nothing that could be named. */
  readonly unnamed?: readonly string[];
  /** On what a property refers to, by the property. */
  readonly through?: Readonly<Record<string, readonly string[]>>;
  /** On what only has an ARN. */
  readonly elsewhere?: Readonly<Record<string, readonly string[]>>;
  /** The service that gets the role, by the property that has it. */
  readonly passes?: Readonly<Record<string, string>>;
}

const BUNDLE = 'arn:aws:s3:::cdk-bl-<stage>-assets-<account>-<region>/bundle.zip';
const API = 'arn:aws:apigateway:<region>::/apis';
const EC2_TAGS = ['ec2:CreateTags', 'ec2:DeleteTags'];

/** By type. From the types' own schemas (`handlers` and `tagging`), in public copies read in November 2026 (LocalStack 2026.3, Pulumi's
 *  AWS provider), some of them months older. Left out is
 *  what belongs to properties that no stack uses: customers' keys, Kinesis, replication, inventories, networks of functions.
 *  Where the schema names no permissions (marked), they are the API's operations by name. */
export const HANDLERS: Readonly<Record<string, HandlerNeeds>> = {
  'AWS::ApiGatewayV2::Api': {
    elsewhere: {
      [API]: ['apigateway:POST'],
      [`${API}/a1b2c3`]: ['apigateway:GET', 'apigateway:PUT', 'apigateway:PATCH', 'apigateway:DELETE'],
      'arn:aws:apigateway:<region>::/tags/x': ['apigateway:GET', 'apigateway:POST', 'apigateway:DELETE'],
    },
  },
  'AWS::ApiGatewayV2::Integration': {
    elsewhere: {
      [`${API}/a1b2c3/integrations`]: ['apigateway:POST'],
      [`${API}/a1b2c3/integrations/i`]: [
        'apigateway:GET',
        'apigateway:PATCH',
        'apigateway:PUT',
        'apigateway:DELETE',
      ],
    },
  },
  'AWS::ApiGatewayV2::Route': {
    elsewhere: {
      [`${API}/a1b2c3/routes`]: ['apigateway:POST'],
      [`${API}/a1b2c3/routes/r`]: [
        'apigateway:GET',
        'apigateway:PATCH',
        'apigateway:PUT',
        'apigateway:DELETE',
      ],
    },
  },
  'AWS::ApiGatewayV2::Stage': {
    elsewhere: {
      [`${API}/a1b2c3/stages`]: ['apigateway:POST', 'apigateway:TagResource'],
      [`${API}/a1b2c3/stages/$default`]: ['apigateway:GET', 'apigateway:PATCH', 'apigateway:DELETE'],
    },
    // The access log: API Gateway's page on logging for HTTP APIs.
    unnamed: [
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:DescribeLogGroups',
      'logs:DescribeResourcePolicies',
      'logs:GetLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:UpdateLogDelivery',
    ],
  },
  'AWS::CloudFront::Distribution': {
    unnamed: ['cloudfront:CreateDistribution', 'cloudfront:CreateDistributionWithTags'],
    self: [
      'cloudfront:DeleteDistribution',
      'cloudfront:GetDistribution',
      'cloudfront:GetDistributionConfig',
      'cloudfront:ListTagsForResource',
      'cloudfront:TagResource',
      'cloudfront:UntagResource',
      'cloudfront:UpdateDistribution',
    ],
  },
  'AWS::CloudWatch::Alarm': {
    self: [
      'cloudwatch:DeleteAlarms',
      'cloudwatch:DescribeAlarms',
      'cloudwatch:ListTagsForResource',
      'cloudwatch:PutMetricAlarm',
      'cloudwatch:TagResource',
      'cloudwatch:UntagResource',
    ],
  },
  'AWS::CloudWatch::Dashboard': {
    self: ['cloudwatch:DeleteDashboards', 'cloudwatch:GetDashboard', 'cloudwatch:PutDashboard'],
  },
  // No permissions in its schema.
  'AWS::CodeBuild::Project': {
    self: [
      'codebuild:BatchGetProjects',
      'codebuild:CreateProject',
      'codebuild:DeleteProject',
      'codebuild:UpdateProject',
    ],
    passes: { ServiceRole: 'codebuild.amazonaws.com' },
  },
  'AWS::DynamoDB::Table': {
    self: [
      'dynamodb:CreateTable',
      'dynamodb:DeleteTable',
      'dynamodb:DescribeContinuousBackups',
      'dynamodb:DescribeContributorInsights',
      'dynamodb:DescribeKinesisStreamingDestination',
      'dynamodb:DescribeTable',
      'dynamodb:DescribeTimeToLive',
      'dynamodb:ListTagsOfResource',
      'dynamodb:TagResource',
      'dynamodb:UntagResource',
      'dynamodb:UpdateContinuousBackups',
      'dynamodb:UpdateContributorInsights',
      'dynamodb:UpdateTable',
      'dynamodb:UpdateTimeToLive',
    ],
  },
  'AWS::EC2::InternetGateway': {
    self: ['ec2:CreateInternetGateway', 'ec2:DeleteInternetGateway', ...EC2_TAGS],
    unnamed: ['ec2:DescribeInternetGateways'],
  },
  // No permissions in its schema.
  'AWS::EC2::Route': {
    through: { RouteTableId: ['ec2:CreateRoute', 'ec2:DeleteRoute', 'ec2:ReplaceRoute'] },
    unnamed: ['ec2:DescribeRouteTables'],
  },
  'AWS::EC2::RouteTable': {
    self: ['ec2:CreateRouteTable', 'ec2:DeleteRouteTable', ...EC2_TAGS],
    through: { VpcId: ['ec2:CreateRouteTable'] },
    unnamed: ['ec2:DescribeRouteTables'],
  },
  // No permissions in its schema.
  'AWS::EC2::SecurityGroup': {
    self: [
      'ec2:AuthorizeSecurityGroupEgress',
      'ec2:AuthorizeSecurityGroupIngress',
      'ec2:CreateSecurityGroup',
      'ec2:DeleteSecurityGroup',
      'ec2:RevokeSecurityGroupEgress',
      'ec2:RevokeSecurityGroupIngress',
      ...EC2_TAGS,
    ],
    through: { VpcId: ['ec2:CreateSecurityGroup'] },
    unnamed: ['ec2:DescribeSecurityGroups'],
  },
  'AWS::EC2::SecurityGroupIngress': {
    through: {
      GroupId: [
        'ec2:AuthorizeSecurityGroupIngress',
        'ec2:RevokeSecurityGroupIngress',
        'ec2:UpdateSecurityGroupRuleDescriptionsIngress',
      ],
    },
    unnamed: ['ec2:DescribeSecurityGroupRules', 'ec2:DescribeSecurityGroups'],
  },
  'AWS::EC2::Subnet': {
    self: ['ec2:CreateSubnet', 'ec2:DeleteSubnet', 'ec2:ModifySubnetAttribute', ...EC2_TAGS],
    through: { VpcId: ['ec2:CreateSubnet'] },
    unnamed: ['ec2:DescribeNetworkAcls', 'ec2:DescribeSubnets'],
  },
  'AWS::EC2::SubnetRouteTableAssociation': {
    through: {
      RouteTableId: [
        'ec2:AssociateRouteTable',
        'ec2:DisassociateRouteTable',
        'ec2:ReplaceRouteTableAssociation',
      ],
      SubnetId: ['ec2:AssociateRouteTable', 'ec2:DisassociateRouteTable', 'ec2:ReplaceRouteTableAssociation'],
    },
    unnamed: ['ec2:DescribeRouteTables', 'ec2:DescribeSubnets'],
  },
  'AWS::EC2::VPC': {
    self: ['ec2:CreateVpc', 'ec2:DeleteVpc', 'ec2:ModifyVpcAttribute', ...EC2_TAGS],
    unnamed: [
      'ec2:DescribeNetworkAcls',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeVpcAttribute',
      'ec2:DescribeVpcs',
    ],
  },
  // No permissions in its schema.
  'AWS::EC2::VPCGatewayAttachment': {
    through: {
      VpcId: ['ec2:AttachInternetGateway', 'ec2:DetachInternetGateway'],
      InternetGatewayId: ['ec2:AttachInternetGateway', 'ec2:DetachInternetGateway'],
    },
    unnamed: ['ec2:DescribeInternetGateways', 'ec2:DescribeVpcs'],
  },
  'AWS::ECR::Repository': {
    self: [
      'ecr:CreateRepository',
      'ecr:DeleteLifecyclePolicy',
      'ecr:DeleteRepository',
      'ecr:DeleteRepositoryPolicy',
      'ecr:DescribeRepositories',
      'ecr:GetLifecyclePolicy',
      'ecr:GetRepositoryPolicy',
      'ecr:ListTagsForResource',
      'ecr:PutImageScanningConfiguration',
      'ecr:PutImageTagMutability',
      'ecr:PutLifecyclePolicy',
      'ecr:SetRepositoryPolicy',
      'ecr:TagResource',
      'ecr:UntagResource',
    ],
  },
  'AWS::ECS::Cluster': {
    self: [
      'ecs:CreateCluster',
      'ecs:DeleteCluster',
      'ecs:DescribeClusters',
      'ecs:ListTagsForResource',
      'ecs:PutClusterCapacityProviders',
      'ecs:TagResource',
      'ecs:UntagResource',
      'ecs:UpdateCluster',
      'ecs:UpdateClusterSettings',
    ],
  },
  // Its schema isn't among the copies.
  'AWS::ECS::Gateway': {
    self: ['ecs:ListTagsForResource', 'ecs:TagResource', 'ecs:UntagResource'],
    unnamed: ['ecs:CreateGateway', 'ecs:DeleteGateway', 'ecs:DescribeGateway', 'ecs:UpdateGateway'],
    passes: { InfrastructureRoleArn: 'ecs.amazonaws.com' },
  },
  // Its schema isn't among the copies.
  'AWS::ECS::GatewayClusterAssociations': {
    unnamed: [
      'ecs:AssociateGatewayWithCluster',
      'ecs:DisassociateGatewayFromCluster',
      'ecs:ListGatewayClusterAssociations',
    ],
  },
  'AWS::Events::EventBus': {
    self: [
      'events:CreateEventBus',
      'events:DeleteEventBus',
      'events:DescribeEventBus',
      'events:ListTagsForResource',
      'events:TagResource',
      'events:UntagResource',
    ],
  },
  // No permissions in its schema.
  'AWS::Events::Rule': {
    self: [
      'events:DeleteRule',
      'events:DescribeRule',
      'events:ListTargetsByRule',
      'events:PutRule',
      'events:PutTargets',
      'events:RemoveTargets',
      'events:TagResource',
      'events:UntagResource',
    ],
  },
  'AWS::IAM::Policy': {
    through: { Roles: ['iam:DeleteRolePolicy', 'iam:GetRolePolicy', 'iam:PutRolePolicy'] },
  },
  'AWS::IAM::Role': {
    self: [
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
  },
  'AWS::Lambda::EventInvokeConfig': {
    through: {
      FunctionName: [
        'lambda:DeleteFunctionEventInvokeConfig',
        'lambda:GetFunctionEventInvokeConfig',
        'lambda:PutFunctionEventInvokeConfig',
        'lambda:UpdateFunctionEventInvokeConfig',
      ],
    },
  },
  'AWS::Lambda::EventSourceMapping': {
    unnamed: [
      'lambda:CreateEventSourceMapping',
      'lambda:DeleteEventSourceMapping',
      'lambda:GetEventSourceMapping',
      'lambda:UpdateEventSourceMapping',
    ],
    self: ['lambda:ListTags', 'lambda:TagResource', 'lambda:UntagResource'],
  },
  'AWS::Lambda::Function': {
    self: [
      'lambda:CreateFunction',
      'lambda:DeleteFunction',
      'lambda:DeleteFunctionCodeSigningConfig',
      'lambda:DeleteFunctionConcurrency',
      'lambda:GetFunction',
      'lambda:GetFunctionCodeSigningConfig',
      'lambda:GetFunctionRecursionConfig',
      'lambda:GetFunctionScalingConfig',
      'lambda:GetRuntimeManagementConfig',
      'lambda:ListTags',
      'lambda:PutFunctionCodeSigningConfig',
      'lambda:PutFunctionConcurrency',
      'lambda:PutFunctionRecursionConfig',
      'lambda:PutFunctionScalingConfig',
      'lambda:PutRuntimeManagementConfig',
      'lambda:TagResource',
      'lambda:UntagResource',
      'lambda:UpdateFunctionCode',
      'lambda:UpdateFunctionConfiguration',
    ],
    elsewhere: {
      [BUNDLE]: ['s3:GetObject', 's3:GetObjectVersion'],
      'arn:aws:lambda:<region>:<account>:layer:branchline-<stage>-argon2:1': ['lambda:GetLayerVersion'],
    },
    passes: { Role: 'lambda.amazonaws.com' },
  },
  'AWS::Lambda::LayerVersion': {
    self: ['lambda:DeleteLayerVersion', 'lambda:GetLayerVersion'],
    elsewhere: {
      [BUNDLE]: ['s3:GetObject', 's3:GetObjectVersion'],
      'arn:aws:lambda:<region>:<account>:layer:branchline-<stage>-argon2': ['lambda:PublishLayerVersion'],
    },
  },
  'AWS::Lambda::Permission': {
    through: { FunctionName: ['lambda:AddPermission', 'lambda:GetPolicy', 'lambda:RemovePermission'] },
  },
  'AWS::Logs::LogGroup': {
    self: [
      'logs:CreateLogGroup',
      'logs:DeleteLogGroup',
      'logs:DeleteRetentionPolicy',
      'logs:GetDataProtectionPolicy',
      'logs:ListTagsForResource',
      'logs:PutRetentionPolicy',
      'logs:TagResource',
      'logs:UntagResource',
    ],
    unnamed: ['logs:DescribeLogGroups', 'logs:DescribeResourcePolicies'],
  },
  'AWS::Logs::SubscriptionFilter': {
    through: {
      LogGroupName: [
        'logs:DeleteSubscriptionFilter',
        'logs:DescribeSubscriptionFilters',
        'logs:PutSubscriptionFilter',
      ],
    },
  },
  'AWS::S3::Bucket': {
    self: [
      's3:CreateBucket',
      's3:DeleteBucket',
      's3:GetAccelerateConfiguration',
      's3:GetAnalyticsConfiguration',
      's3:GetBucketAbac',
      's3:GetBucketAcl',
      's3:GetBucketCORS',
      's3:GetBucketLogging',
      's3:GetBucketMetadataTableConfiguration',
      's3:GetBucketNotification',
      's3:GetBucketObjectLockConfiguration',
      's3:GetBucketOwnershipControls',
      's3:GetBucketPublicAccessBlock',
      's3:GetBucketTagging',
      's3:GetBucketVersioning',
      's3:GetBucketWebsite',
      's3:GetEncryptionConfiguration',
      's3:GetIntelligentTieringConfiguration',
      's3:GetInventoryConfiguration',
      's3:GetLifecycleConfiguration',
      's3:GetMetricsConfiguration',
      's3:GetReplicationConfiguration',
      's3:ListBucket',
      's3:ListTagsForResource',
      's3:PutBucketOwnershipControls',
      's3:PutBucketPublicAccessBlock',
      's3:PutBucketTagging',
      's3:PutEncryptionConfiguration',
      's3:PutLifecycleConfiguration',
      's3:TagResource',
      's3:UntagResource',
    ],
  },
  'AWS::S3::BucketPolicy': {
    through: { Bucket: ['s3:DeleteBucketPolicy', 's3:GetBucketPolicy', 's3:PutBucketPolicy'] },
  },
  // No permissions in its schema.
  'AWS::SNS::Subscription': {
    through: { TopicArn: ['sns:Subscribe'] },
    unnamed: ['sns:GetSubscriptionAttributes', 'sns:SetSubscriptionAttributes', 'sns:Unsubscribe'],
  },
  'AWS::SNS::Topic': {
    self: [
      'sns:CreateTopic',
      'sns:DeleteTopic',
      'sns:GetDataProtectionPolicy',
      'sns:GetTopicAttributes',
      'sns:ListSubscriptionsByTopic',
      'sns:ListTagsForResource',
      'sns:SetTopicAttributes',
      'sns:TagResource',
      'sns:UntagResource',
    ],
  },
  'AWS::SNS::TopicPolicy': { through: { Topics: ['sns:SetTopicAttributes'] } },
  'AWS::SQS::Queue': {
    self: [
      'sqs:CreateQueue',
      'sqs:DeleteQueue',
      'sqs:GetQueueAttributes',
      'sqs:GetQueueUrl',
      'sqs:ListQueueTags',
      'sqs:SetQueueAttributes',
      'sqs:TagQueue',
      'sqs:UntagQueue',
    ],
  },
  'AWS::SQS::QueuePolicy': { through: { Queues: ['sqs:SetQueueAttributes'] } },
  'AWS::Scheduler::Schedule': {
    self: [
      'scheduler:CreateSchedule',
      'scheduler:DeleteSchedule',
      'scheduler:GetSchedule',
      'scheduler:UpdateSchedule',
    ],
    passes: { 'Target.RoleArn': 'scheduler.amazonaws.com' },
  },
  'AWS::StepFunctions::StateMachine': {
    self: [
      'states:CreateStateMachine',
      'states:DeleteStateMachine',
      'states:DescribeStateMachine',
      'states:ListTagsForResource',
      'states:TagResource',
      'states:UntagResource',
      'states:UpdateStateMachine',
    ],
    passes: { RoleArn: 'states.amazonaws.com' },
  },
  'AWS::WAFv2::WebACL': {
    self: [
      'wafv2:CreateWebACL',
      'wafv2:DeleteWebACL',
      'wafv2:GetWebACL',
      'wafv2:ListTagsForResource',
      'wafv2:TagResource',
      'wafv2:UntagResource',
      'wafv2:UpdateWebACL',
    ],
    elsewhere: {
      'arn:aws:wafv2:<region>:<account>:global/managedruleset/x/y': [
        'wafv2:CreateWebACL',
        'wafv2:UpdateWebACL',
      ],
    },
  },
};

/** What is done for a stack as such: CDK's templates read the bootstrap's version, and the first API and the first cluster
 *  of an account make a role for their service. */
export const BEYOND_TYPES: readonly {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
}[] = [
  {
    action: 'ssm:GetParameters',
    resource: 'arn:aws:ssm:<region>:<account>:parameter/cdk-bootstrap/bl-<stage>/version',
  },
  ...['ecs', 'ops.apigateway'].map((service) => ({
    action: 'iam:CreateServiceLinkedRole',
    resource: `arn:aws:iam::<account>:role/aws-service-role/${service}.amazonaws.com/AWSServiceRole`,
    context: { 'iam:AWSServiceName': `${service}.amazonaws.com` },
  })),
];
