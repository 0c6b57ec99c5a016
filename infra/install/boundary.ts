import { arn, globalArn, type Place, prefixOf } from './place.ts';
import { allow, deny, type PolicyDocument, policy } from './statement.ts';

// Whatever changes who may do what. PassRole isn't here, since deployments pass the one role that they may, nor what makes a
// service-linked role: the gateway needs one, and its permissions are the service's own.
const IAM_WRITES = [
  'iam:A*',
  'iam:Ch*',
  'iam:CreateA*',
  'iam:CreateD*',
  'iam:CreateG*',
  'iam:CreateI*',
  'iam:CreateL*',
  'iam:CreateO*',
  'iam:CreateP*',
  'iam:CreateR*',
  'iam:CreateSAML*',
  'iam:CreateServiceSpecific*',
  'iam:CreateU*',
  'iam:CreateV*',
  'iam:D*',
  'iam:E*',
  'iam:Pu*',
  'iam:R*',
  'iam:Se*',
  'iam:T*',
  'iam:U*',
] as const;

const NO_CHANGE_OF_RIGHTS = deny('NoChangeOfRights', [...IAM_WRITES, 'organizations:*', 'account:*'], ['*']);

/** The most that any function, build or state machine of a stage can do, whatever its role's own policy says: use this
 *  stage's things, and never change who may do what. */
export function boundary(place: Place): PolicyDocument {
  const own = prefixOf(place);
  const local = (service: string, ...resources: string[]) =>
    resources.map((each) => arn(place, service, each));
  const role = (name: string) => globalArn(place, 'iam', `role/${own}${name}`);
  return policy(
    allow(
      'Data',
      [
        'dynamodb:BatchGetItem',
        'dynamodb:ConditionCheckItem',
        'dynamodb:DeleteItem',
        'dynamodb:DescribeStream',
        'dynamodb:GetItem',
        'dynamodb:GetRecords',
        'dynamodb:GetShardIterator',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
      ],
      local('dynamodb', `table/${own}*`),
    ),
    allow('Objects', ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'], [`arn:aws:s3:::${own}*/*`]),
    allow(
      'Keys',
      ['ssm:GetParameter', 'ssm:PutParameter'],
      local('ssm', `parameter/branchline/${place.stage}/*`),
    ),
    allow(
      'BecomeTenant',
      ['sts:AssumeRole', 'sts:TagSession'],
      [role('tenant-data'), role('two-table-data')],
    ),
    allow('Logs', ['logs:CreateLogStream', 'logs:PutLogEvents'], local('logs', `log-group:${own}*`)),
    allow('Events', ['events:PutEvents'], local('events', `event-bus/${own}*`)),
    // Step Functions hears of builds by this one rule, which it makes itself.
    allow(
      'BuildEvents',
      ['events:DescribeRule', 'events:PutRule', 'events:PutTargets'],
      local('events', 'rule/StepFunctionsGetEventForCodeBuildStartBuildRule'),
    ),
    allow(
      'Messages',
      ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage'],
      local('sqs', `${own}*`),
    ),
    allow('Functions', ['lambda:InvokeFunction'], local('lambda', `function:${own}*`)),
    // Which identities there are is the operator's; each role is held to one sender.
    allow('Mail', ['ses:SendEmail'], local('ses', 'identity/*')),
    allow(
      'Builds',
      ['codebuild:BatchGetBuilds', 'codebuild:StartBuild', 'codebuild:StopBuild'],
      local('codebuild', `project/${own}*`),
    ),
    allow(
      'Deployments',
      ['states:StartExecution', 'states:StopExecution'],
      local('states', `stateMachine:${own}*`, `execution:${own}*`),
    ),
    allow(
      'Images',
      [
        'ecr:BatchCheckLayerAvailability',
        'ecr:BatchDeleteImage',
        'ecr:BatchGetImage',
        'ecr:CompleteLayerUpload',
        'ecr:DescribeImages',
        'ecr:GetDownloadUrlForLayer',
        'ecr:InitiateLayerUpload',
        'ecr:PutImage',
        'ecr:UploadLayerPart',
      ],
      local('ecr', `repository/branchline-${place.stage}`),
    ),
    allow(
      'Apps',
      [
        'ecs:CreateService',
        'ecs:DeleteService',
        'ecs:DescribeServiceDeployments',
        'ecs:DescribeServices',
        'ecs:DescribeTasks',
        'ecs:StopTask',
        'ecs:TagResource',
        'ecs:UpdateService',
      ],
      local('ecs', `service/${own}*`, `service-deployment/${own}*`, `task/${own}*`),
    ),
    allow(
      'Releases',
      ['ecs:DeleteTaskDefinitions', 'ecs:RegisterTaskDefinition', 'ecs:RunTask', 'ecs:TagResource'],
      local('ecs', 'task-definition/*'),
    ),
    allow('RunApps', ['iam:PassRole'], [role('app-execution')], {
      StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
    }),
    // These take no resource to name: streams, a registry token, traces, and what ECS lists or describes.
    allow(
      'Unnamed',
      [
        'dynamodb:ListStreams',
        'ecr:GetAuthorizationToken',
        'ecs:DeregisterTaskDefinition',
        'ecs:DescribeGatewayRoute',
        'ecs:DescribeTaskDefinition',
        'ecs:ListGatewayRoutes',
        'ecs:ListServices',
        'ecs:ListTasks',
        'xray:PutTelemetryRecords',
        'xray:PutTraceSegments',
      ],
      ['*'],
    ),
    NO_CHANGE_OF_RIGHTS,
  );
}

/** The most that ECS can do for the apps' gateway: load balancers, their security groups and certificates. Its role has
 *  AWS's own policy, which changes with the service; functions have no use for any of this. */
export function gatewayBoundary(place: Place): PolicyDocument {
  const slashed = (service: string, ...types: string[]) =>
    types.map((type) => arn(place, service, `${type}/*`));
  return policy(
    allow(
      'LoadBalancers',
      ['elasticloadbalancing:*'],
      slashed('elasticloadbalancing', 'loadbalancer/app', 'listener/app', 'listener-rule/app', 'targetgroup'),
    ),
    allow(
      'SecurityGroups',
      [
        'ec2:AuthorizeSecurityGroupEgress',
        'ec2:AuthorizeSecurityGroupIngress',
        'ec2:CreateSecurityGroup',
        'ec2:CreateTags',
        'ec2:DeleteSecurityGroup',
        'ec2:RevokeSecurityGroupEgress',
        'ec2:RevokeSecurityGroupIngress',
      ],
      slashed('ec2', 'security-group', 'security-group-rule', 'vpc'),
    ),
    allow(
      'Certificates',
      [
        'acm:AddTagsToCertificate',
        'acm:DeleteCertificate',
        'acm:DescribeCertificate',
        'acm:RequestCertificate',
      ],
      slashed('acm', 'certificate'),
    ),
    allow(
      'Firewall',
      ['wafv2:AssociateWebACL', 'wafv2:DisassociateWebACL', 'wafv2:GetWebACL', 'wafv2:GetWebACLForResource'],
      slashed('wafv2', 'regional/webacl'),
    ),
    allow(
      'LoadBalancingRole',
      ['iam:CreateServiceLinkedRole'],
      [globalArn(place, 'iam', 'role/aws-service-role/elasticloadbalancing.amazonaws.com/*')],
      { StringEquals: { 'iam:AWSServiceName': 'elasticloadbalancing.amazonaws.com' } },
    ),
    allow('Look', ['ec2:Describe*', 'elasticloadbalancing:Describe*'], ['*']),
    NO_CHANGE_OF_RIGHTS,
  );
}
