import { describe, expect, test } from 'vitest';
import { type PriceLine, standingPrice, sumPrices } from '../../infra/standing-price.ts';
import { PROD, RESTORED, synthesize, type Templates } from './support/synth.ts';

const OPT_IN = ['edge', 'compute'];

function price(templates: Templates, wanted: (stack: string) => boolean): PriceLine[] {
  const stacks = [...templates].filter(([name]) => wanted(name));
  return stacks.flatMap(([, { Resources }]) =>
    Object.values(Resources).flatMap(({ Type, Properties }) => standingPrice(Type, Properties ?? {})),
  );
}

const isBase = (stack: string) => !OPT_IN.includes(stack);

describe('the price of a stage that nobody uses', () => {
  test.each([
    ['dev', {}],
    ['staging', { ...PROD, stage: 'staging', alarmEmail: 'ops@example.com' }],
    ['prod', { ...PROD, alarmEmail: 'ops@example.com' }],
    ['prod with restored tables', { ...PROD, ...RESTORED }],
  ])('is nothing in %s, net of what an account has for nothing', async (stage, context) => {
    const { gross, net } = sumPrices(price(await synthesize(context), isBase));
    process.stdout.write(
      `standing price of ${stage}: $${gross.toFixed(2)} a month gross, $${net.toFixed(2)} net\n`,
    );
    expect(net).toBe(0);
  });

  test.each([
    ['edge', 7],
    ['compute', 0],
  ])('is what docs/costs.md says with %s', async (stack, dollars) => {
    const { net } = sumPrices(
      price(await synthesize({ edge: true, compute: true }), (name) => name === stack),
    );
    process.stdout.write(`standing price of ${stack}: $${net.toFixed(2)} a month\n`);
    expect(net).toBe(dollars);
  });

  test('has at most ten alarms', async () => {
    const templates = await synthesize();
    const alarms = Object.values(templates.get('observability')?.Resources ?? {});
    expect(alarms.filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm').length).toBeLessThanOrEqual(10);
  });
});

describe('a standing price', () => {
  test('is refused for a type that has none', () => {
    expect(() => standingPrice('AWS::EC2::NatGateway', {})).toThrow('AWS::EC2::NatGateway has no price');
  });

  test('counts every metric of an alarm', () => {
    const Metrics = [{ Expression: 'a+b' }, { MetricStat: { Period: 300 } }, { MetricStat: { Period: 10 } }];
    expect(sumPrices(standingPrice('AWS::CloudWatch::Alarm', { Metrics })).gross).toBe(0.4);
  });

  test('counts provisioned capacity, of indexes too', () => {
    const ProvisionedThroughput = { ReadCapacityUnits: 5, WriteCapacityUnits: 1 };
    const lines = standingPrice('AWS::DynamoDB::Table', {
      ProvisionedThroughput,
      GlobalSecondaryIndexes: [{ ProvisionedThroughput }],
    });
    expect(sumPrices(lines).net).toBeCloseTo(1.898);
  });

  test('counts an advanced parameter', () => {
    expect(sumPrices(standingPrice('AWS::SSM::Parameter', { Tier: 'Advanced' })).net).toBe(0.05);
    expect(sumPrices(standingPrice('AWS::SSM::Parameter', {})).net).toBe(0);
  });

  test.each([
    ['AWS::Lambda::EventSourceMapping', { EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] } }],
    ['AWS::Scheduler::Schedule', { ScheduleExpression: 'rate(5 minutes)' }],
    ['AWS::Scheduler::Schedule', { ScheduleExpression: 'cron(* * * * ? *)' }],
    ['AWS::Events::Rule', { ScheduleExpression: 'rate(1 hour)' }],
  ])('is refused for %s %j, which works while nobody does', (type, properties) => {
    expect(() => standingPrice(type, properties)).toThrow();
  });

  test('is more than nothing beyond ten alarm metrics and three dashboards', () => {
    const alarms = Array.from({ length: 11 }, () => standingPrice('AWS::CloudWatch::Alarm', { Period: 60 }));
    const dashboards = Array.from({ length: 4 }, () => standingPrice('AWS::CloudWatch::Dashboard', {}));
    expect(sumPrices([...alarms, ...dashboards].flat()).net).toBe(3.1);
  });
});
