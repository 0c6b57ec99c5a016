import { MONTHLY, STANDING_ALLOWANCES } from './prices.ts';

/** A resource's properties as a template has them. */
export type Properties = Readonly<Record<string, unknown>>;

/** A part of a resource's monthly price that is due without any use. */
export interface PriceLine {
  readonly kind: 'alarmMetric' | 'dashboard' | 'other';
  readonly quantity: number;
  readonly dollars: number;
}

type Pricing = (properties: Properties) => readonly PriceLine[];

const NOTHING: readonly PriceLine[] = [];
const line = (kind: PriceLine['kind'], quantity: number, each: number): PriceLine => ({
  kind,
  quantity,
  dollars: quantity * each,
});

/** Only stored bytes and use are paid for. */
const free: Pricing = () => NOTHING;

/** The standing price of a resource by its type. What isn't listed has no price yet, and so may not be in a stack. */
const PRICING: Readonly<Record<string, Pricing>> = {
  'AWS::ApiGatewayV2::Api': free,
  'AWS::ApiGatewayV2::Integration': free,
  'AWS::ApiGatewayV2::Route': free,
  'AWS::ApiGatewayV2::Stage': free,
  'AWS::CloudFront::Distribution': free,
  'AWS::CloudWatch::Alarm': priceAlarm,
  'AWS::CloudWatch::Dashboard': () => [line('dashboard', 1, MONTHLY.dashboard)],
  'AWS::CodeBuild::Project': priceBuilds,
  'AWS::DynamoDB::Table': priceTable,
  'AWS::EC2::InternetGateway': free,
  'AWS::EC2::Route': free,
  'AWS::EC2::RouteTable': free,
  'AWS::EC2::SecurityGroup': free,
  'AWS::EC2::SecurityGroupIngress': free,
  'AWS::EC2::Subnet': free,
  'AWS::EC2::SubnetRouteTableAssociation': free,
  'AWS::EC2::VPC': free,
  'AWS::EC2::VPCGatewayAttachment': free,
  'AWS::ECR::Repository': free,
  'AWS::ECS::Cluster': priceCluster,
  // Load balancers come with the first service that connects, and are paid for from then on.
  'AWS::ECS::Gateway': free,
  'AWS::ECS::GatewayClusterAssociations': free,
  'AWS::Events::EventBus': free,
  'AWS::Events::Rule': demandNoSchedule,
  'AWS::IAM::Policy': free,
  'AWS::IAM::Role': free,
  'AWS::Lambda::EventInvokeConfig': free,
  'AWS::Lambda::EventSourceMapping': demandNoPoller,
  'AWS::Lambda::Function': free,
  'AWS::Lambda::LayerVersion': free,
  'AWS::Lambda::Permission': free,
  'AWS::Logs::LogGroup': free,
  'AWS::Logs::SubscriptionFilter': free,
  'AWS::S3::Bucket': free,
  'AWS::S3::BucketPolicy': free,
  'AWS::SNS::Subscription': free,
  'AWS::SNS::Topic': free,
  'AWS::SNS::TopicPolicy': free,
  'AWS::SQS::Queue': free,
  'AWS::SQS::QueuePolicy': free,
  'AWS::SSM::Parameter': priceParameter,
  'AWS::Scheduler::Schedule': demandHourly,
  'AWS::StepFunctions::StateMachine': free,
  'AWS::WAFv2::WebACL': priceWebAcl,
};

/** What a resource costs a month when nobody uses it.
 *  @throws Error for a type without a price, and for a resource that works while nobody does */
export function standingPrice(type: string, properties: Properties): readonly PriceLine[] {
  const pricing = PRICING[type];
  if (pricing === undefined) throw new Error(`${type} has no price in infra/standing-price.ts`);
  return pricing(properties);
}

/** Sums lines up: gross, and net of what every account has for nothing. */
export function sumPrices(lines: readonly PriceLine[]): { readonly gross: number; readonly net: number } {
  const dollars = (kind: PriceLine['kind']) => total(lines, kind, 'dollars');
  const gross = dollars('alarmMetric') + dollars('dashboard') + dollars('other');
  const allowance =
    Math.min(dollars('alarmMetric'), STANDING_ALLOWANCES.alarmMetrics * MONTHLY.alarmMetric) +
    Math.min(dollars('dashboard'), STANDING_ALLOWANCES.dashboards * MONTHLY.dashboard);
  return { gross: cents(gross), net: cents(gross - allowance) };
}

function total(lines: readonly PriceLine[], kind: PriceLine['kind'], field: 'dollars' | 'quantity'): number {
  return lines.filter((each) => each.kind === kind).reduce((sum, each) => sum + each[field], 0);
}

function cents(dollars: number): number {
  return Math.round(dollars * 10_000) / 10_000;
}

function priceAlarm(properties: Properties): readonly PriceLine[] {
  const queries = properties['Metrics'] as { MetricStat?: { Period: number } }[] | undefined;
  const periods = queries?.flatMap(({ MetricStat }) =>
    MetricStat === undefined ? [] : [MetricStat.Period],
  ) ?? [Number(properties['Period'])];
  return periods.map((period) =>
    line('alarmMetric', 1, period < 60 ? MONTHLY.highResolutionAlarmMetric : MONTHLY.alarmMetric),
  );
}

function priceTable(properties: Properties): readonly PriceLine[] {
  if (properties['BillingMode'] === 'PAY_PER_REQUEST') return NOTHING;
  const indexes = (properties['GlobalSecondaryIndexes'] ?? []) as Properties[];
  return [properties, ...indexes].flatMap(({ ProvisionedThroughput }) => {
    const units = ProvisionedThroughput as { ReadCapacityUnits: number; WriteCapacityUnits: number };
    return [
      line('other', units.ReadCapacityUnits, MONTHLY.provisionedReadUnit),
      line('other', units.WriteCapacityUnits, MONTHLY.provisionedWriteUnit),
    ];
  });
}

function priceParameter(properties: Properties): readonly PriceLine[] {
  const isAdvanced = properties['Tier'] !== undefined && properties['Tier'] !== 'Standard';
  return isAdvanced ? [line('other', 1, MONTHLY.advancedParameter)] : NOTHING;
}

function priceWebAcl(properties: Properties): readonly PriceLine[] {
  const rules = properties['Rules'] as unknown[];
  return [line('other', 1, MONTHLY.webAcl), line('other', rules.length, MONTHLY.webAclRule)];
}

function priceBuilds(properties: Properties): readonly PriceLine[] {
  const { Fleet } = properties['Environment'] as Properties;
  if (Fleet !== undefined) throw new Error('A build fleet is paid for by the hour, and has no price here');
  return NOTHING;
}

function priceCluster(properties: Properties): readonly PriceLine[] {
  const settings = (properties['ClusterSettings'] ?? []) as { Name: string; Value: string }[];
  const isWatched = settings.some(({ Name, Value }) => Name === 'containerInsights' && Value !== 'disabled');
  if (isWatched) throw new Error('Container Insights makes custom metrics, which have no price here');
  return NOTHING;
}

function demandNoPoller(properties: Properties): readonly PriceLine[] {
  const source = JSON.stringify(properties['EventSourceArn']);
  // Lambda reads DynamoDB's streams for nothing; of a queue each empty answer is paid for.
  if (!/StreamArn|table\/.*\/stream\//.test(source))
    throw new Error(`A mapping polls ${source} while nothing happens`);
  return NOTHING;
}

function demandNoSchedule(properties: Properties): readonly PriceLine[] {
  if (properties['ScheduleExpression'] !== undefined)
    throw new Error('Schedules are Scheduler schedules here');
  return NOTHING;
}

function demandHourly(properties: Properties): readonly PriceLine[] {
  const expression = String(properties['ScheduleExpression']);
  if (!/^rate\(\d+ (hours?|days?)\)$/.test(expression))
    throw new Error(`${expression} runs more than once an hour`);
  return NOTHING;
}
