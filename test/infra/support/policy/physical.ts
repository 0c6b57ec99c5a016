import { resourcesOf, type Templates } from '../synth.ts';
import { createResolver } from './resolve.ts';

/** A resource with the name and the ARN that it would have in an account. */
export interface PhysicalResource {
  readonly stack: string;
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly arn: string;
  /** Resolved: a reference is `<stack/logical id>`, with an attribute or without. */
  readonly properties: Readonly<Record<string, unknown>>;
}

const local = (service: string, resource: string) => `arn:aws:${service}:<region>:<account>:${resource}`;

/** Types with names, the property that gives one, and the ARN. */
const NAMED: Readonly<Record<string, { readonly property: string; readonly arn: (name: string) => string }>> =
  {
    'AWS::CloudWatch::Alarm': { property: 'AlarmName', arn: (name) => local('cloudwatch', `alarm:${name}`) },
    'AWS::CloudWatch::Dashboard': {
      property: 'DashboardName',
      arn: (name) => `arn:aws:cloudwatch::<account>:dashboard/${name}`,
    },
    'AWS::CodeBuild::Project': { property: 'Name', arn: (name) => local('codebuild', `project/${name}`) },
    'AWS::DynamoDB::Table': { property: 'TableName', arn: (name) => local('dynamodb', `table/${name}`) },
    'AWS::ECR::Repository': { property: 'RepositoryName', arn: (name) => local('ecr', `repository/${name}`) },
    'AWS::ECS::Cluster': { property: 'ClusterName', arn: (name) => local('ecs', `cluster/${name}`) },
    'AWS::ECS::Gateway': { property: 'GatewayName', arn: (name) => local('ecs', `gateway/${name}/0123`) },
    'AWS::Events::EventBus': { property: 'Name', arn: (name) => local('events', `event-bus/${name}`) },
    'AWS::Events::Rule': { property: 'Name', arn: (name) => local('events', `rule/${name}`) },
    'AWS::IAM::Role': { property: 'RoleName', arn: (name) => `arn:aws:iam::<account>:role/${name}` },
    'AWS::Lambda::Function': { property: 'FunctionName', arn: (name) => local('lambda', `function:${name}`) },
    'AWS::Lambda::LayerVersion': { property: 'LayerName', arn: (name) => local('lambda', `layer:${name}:1`) },
    'AWS::Logs::LogGroup': { property: 'LogGroupName', arn: (name) => local('logs', `log-group:${name}:*`) },
    'AWS::S3::Bucket': { property: 'BucketName', arn: (name) => `arn:aws:s3:::${name.toLowerCase()}` },
    'AWS::SNS::Topic': { property: 'TopicName', arn: (name) => local('sns', name) },
    'AWS::SQS::Queue': { property: 'QueueName', arn: (name) => local('sqs', name) },
    'AWS::Scheduler::Schedule': {
      property: 'Name',
      arn: (name) => local('scheduler', `schedule/default/${name}`),
    },
    'AWS::StepFunctions::StateMachine': {
      property: 'StateMachineName',
      arn: (name) => local('states', `stateMachine:${name}`),
    },
    'AWS::WAFv2::WebACL': { property: 'Name', arn: (name) => local('wafv2', `global/webacl/${name}/0123`) },
  };

/** Types that only have ids, which they get when they are made. */
const NUMBERED: Readonly<Record<string, string>> = {
  'AWS::ApiGatewayV2::Api': 'arn:aws:apigateway:<region>::/apis/a1b2c3',
  'AWS::CloudFront::Distribution': 'arn:aws:cloudfront::<account>:distribution/E123',
  'AWS::EC2::InternetGateway': local('ec2', 'internet-gateway/igw-0123'),
  'AWS::EC2::RouteTable': local('ec2', 'route-table/rtb-0123'),
  'AWS::EC2::SecurityGroup': local('ec2', 'security-group/sg-0123'),
  'AWS::EC2::Subnet': local('ec2', 'subnet/subnet-0123'),
  'AWS::EC2::VPC': local('ec2', 'vpc/vpc-0123'),
  'AWS::Lambda::EventSourceMapping': local('lambda', 'event-source-mapping:0123'),
};

// CloudFormation calls these by their logical id alone where no name is given.
const UNPREFIXED = ['AWS::Lambda::LayerVersion'];
// What CloudFormation makes of a stack's name and a logical id where no name is given.
const SUFFIX = 'A1B2C3D4E5F6';

/** The resources of a stage as they would be in an account.
 *  @throws Error from `physical` for a reference to a resource that has no ARN here */
export function createPhysical(templates: Templates, stage: string) {
  const resolve = createResolver(templates);
  const types = new Set(
    [...templates.values()].flatMap(({ Resources }) => Object.values(Resources).map(({ Type }) => Type)),
  );
  const all = [...types].flatMap((type) =>
    resourcesOf(templates, type).map(({ stack, id, properties }): PhysicalResource => {
      const resolved = resolve(stack, properties) as Record<string, unknown>;
      return { stack, id, type, properties: resolved, ...nameOf(stage, stack, id, type, resolved) };
    }),
  );
  const byReference = new Map(all.map((each) => [`${each.stack}/${each.id}`, each]));

  /** What a reference is about, e.g. `<data/Tenants.Arn>`. */
  function referred(reference: string): PhysicalResource | undefined {
    const [, key = ''] = /^<([\w-]+\/\w+)(?:\.\w+)?>$/.exec(reference) ?? [];
    return byReference.get(key);
  }

  /** Puts ARNs in place of the references in an ARN. */
  function physical(text: string): string {
    return text.replaceAll(/<([\w-]+\/\w+)(?:\.(\w+))?>/g, (reference, key: string, attribute = '') => {
      const found = byReference.get(key);
      if (found === undefined || found.arn === '') throw new Error(`${reference} has no ARN in this table`);
      return attribute === 'StreamArn' ? `${found.arn}/stream/2026-01-01T00:00:00.000` : found.arn;
    });
  }

  return { all, referred, physical };
}

function nameOf(
  stage: string,
  stack: string,
  id: string,
  type: string,
  properties: Readonly<Record<string, unknown>>,
) {
  const named = NAMED[type];
  if (named === undefined) return { name: '', arn: NUMBERED[type] ?? '' };
  const given = properties[named.property];
  const generated = UNPREFIXED.includes(type) ? id : `branchline-${stage}-${stack}-${id}-${SUFFIX}`;
  const name = typeof given === 'string' ? given : generated;
  // A rule of another bus than the default one has the bus in its ARN.
  const bus = type === 'AWS::Events::Rule' && properties['EventBusName'] !== undefined;
  return { name, arn: named.arn(bus ? `branchline-${stage}-events/${name}` : name) };
}
