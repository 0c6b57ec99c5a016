/** Public list prices in US dollars, without tax or free tier, as of the date below. docs/costs.md tells what each was
 *  compared with. */
export const PRICE_LIST = {
  region: 'us-east-1',
  date: '2026-11-25',
  pages: [
    'https://aws.amazon.com/cloudwatch/pricing/',
    'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    'https://aws.amazon.com/lambda/pricing/',
    'https://aws.amazon.com/api-gateway/pricing/',
    'https://aws.amazon.com/step-functions/pricing/',
    'https://aws.amazon.com/codebuild/pricing/',
    'https://aws.amazon.com/eventbridge/pricing/',
    'https://aws.amazon.com/waf/pricing/',
    'https://aws.amazon.com/vpc/pricing/',
    'https://aws.amazon.com/elasticloadbalancing/pricing/',
    'https://aws.amazon.com/s3/pricing/',
    'https://aws.amazon.com/systems-manager/pricing/',
  ],
} as const;

/** What is paid for by the month, used or not. */
export const MONTHLY = {
  alarmMetric: 0.1,
  highResolutionAlarmMetric: 0.3,
  dashboard: 3,
  webAcl: 5,
  webAclRule: 1,
  advancedParameter: 0.05,
  /** One read or write unit of provisioned capacity, 730 hours. */
  provisionedReadUnit: 0.0949,
  provisionedWriteUnit: 0.4745,
} as const;

/** What each use costs; docs/costs.md does its sums with these. */
export const PER_USE = {
  httpApiRequest: 1 / 1e6,
  lambdaRequest: 0.2 / 1e6,
  lambdaArmGbSecond: 0.000_013_333_4,
  dynamoWriteUnit: 0.625 / 1e6,
  dynamoReadUnit: 0.125 / 1e6,
  stateTransition: 0.025 / 1e3,
  buildArmSmallMinute: 0.0034,
  customEvent: 1 / 1e6,
  logGb: 0.5,
  s3Put: 0.005 / 1e3,
  s3Get: 0.0004 / 1e3,
} as const;

/** What every account has for nothing each month, for good. */
export const STANDING_ALLOWANCES = { alarmMetrics: 10, dashboards: 3 } as const;
