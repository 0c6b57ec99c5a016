import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  LogQueryWidget,
  Metric,
  TextWidget,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { CIRCUIT_CHANGES, METRICS_NAMESPACE } from '../../src/contracts/metrics.ts';
import type { StageConfig } from '../config.ts';
import { functionName } from '../names.ts';
import { acknowledge } from '../policies/acknowledge.ts';
import type { EventsStack } from './events-stack.ts';
import type { OrchestrationStack } from './orchestration-stack.ts';

interface AlarmSpec {
  readonly name: string;
  /** Its runbook is docs/runbooks/<runbook>.md; the name's own where it is left out. */
  readonly runbook?: string;
  readonly says: string;
  readonly metric: IMetric;
  readonly threshold: number;
  readonly periods?: number;
}

interface ObservabilityProps extends StackProps {
  readonly config: StageConfig;
  readonly api: HttpApi;
  readonly orchestration: OrchestrationStack;
  readonly events: EventsStack;
}

const FIVE_MINUTES = Duration.minutes(5);

/** What tells people that something is wrong, and where they look first. Each metric that an alarm watches counts toward
 *  the ten that an account has for nothing. */
export class ObservabilityStack extends Stack {
  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id, props);
    const specs = alarmSpecs(props);
    const alarms = specs.map((spec) => this.makeAlarm(spec, props.config));
    const topic = this.makeTopic(props.config);
    if (topic !== undefined) for (const alarm of alarms) alarm.addAlarmAction(new SnsAction(topic));
    this.makeDashboard(props, specs);
  }

  private makeAlarm(spec: AlarmSpec, config: StageConfig): Alarm {
    return new Alarm(this, spec.name, {
      alarmName: functionName(config, spec.name),
      alarmDescription: `${spec.says} Runbook: ${runbookOf(spec)}`,
      metric: spec.metric,
      threshold: spec.threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: spec.periods ?? 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }

  private makeTopic(config: StageConfig): Topic | undefined {
    if (config.alarmEmail === undefined) return undefined;
    const topic = new Topic(this, 'Alarms', { enforceSSL: true });
    topic.addSubscription(new EmailSubscription(config.alarmEmail));
    acknowledge(topic, {
      'Serverless-SNSRedrivePolicy':
        'An e-mail that bounced can’t be delivered by trying again; the alarm shows on the dashboard too.',
    });
    return topic;
  }

  private makeDashboard(
    { config, api, orchestration, events }: ObservabilityProps,
    specs: readonly AlarmSpec[],
  ): void {
    const dashboard = new Dashboard(this, 'Dashboard', { dashboardName: functionName(config, 'overview') });
    const graph = (title: string, left: IMetric[]) => new GraphWidget({ title, left, width: 12 });
    const { stateMachine } = orchestration;
    dashboard.addWidgets(
      new TextWidget({
        markdown: `# Branchline ${config.stage}\n${runbookList(specs)}`,
        width: 24,
        height: 4,
      }),
      graph('API: requests and errors', [
        api.metricCount(),
        api.metricClientError(),
        api.metricServerError(),
      ]),
      graph('API: latency', [
        api.metricLatency({ statistic: 'p50' }),
        api.metricLatency({ statistic: 'p99' }),
      ]),
      graph('Deployments', [
        stateMachine.metricStarted(),
        stateMachine.metricSucceeded(),
        stateMachine.metricFailed(),
        stateMachine.metricAborted(),
        stateMachine.metricTimedOut(),
      ]),
      // A query costs nothing until somebody looks at it; as an alarm it would be the eleventh metric.
      new LogQueryWidget({
        title: 'Deployments that failed on our side',
        logGroupNames: [orchestration.failureRecorder.function.logGroup.logGroupName],
        queryLines: [
          'fields @timestamp, deployment_id, caught.Error, caught.Cause',
          'filter code = "DEPLOYMENT_FAILED_INTERNALLY"',
          'sort @timestamp desc',
          'limit 20',
        ],
        width: 12,
      }),
      graph('Events: age in the outbox', [iteratorAge(events)]),
      graph('Events: given up', [...events.consumerFailures.values(), events.outboxFailures].map(depth)),
      graph('Circuits that opened: services that were not called for a while', [
        new Metric({
          namespace: METRICS_NAMESPACE,
          metricName: CIRCUIT_CHANGES,
          dimensionsMap: { state: 'open' },
          statistic: 'Sum',
          period: FIVE_MINUTES,
        }),
      ]),
      graph('Functions: throttled', [
        accountMetric('Throttles'),
        accountMetric('ConcurrentExecutions', 'Maximum'),
      ]),
    );
  }
}

function alarmSpecs({ api, orchestration, events }: ObservabilityProps): AlarmSpec[] {
  return [
    {
      name: 'api-errors',
      says: 'The API answered with 5xx five times or more in five minutes, twice in a row.',
      metric: api.metricServerError({ period: FIVE_MINUTES }),
      threshold: 5,
      periods: 2,
    },
    {
      name: 'outbox-age',
      says: 'Events have waited in the outbox for ten minutes or longer.',
      metric: iteratorAge(events),
      threshold: Duration.minutes(10).toMilliseconds(),
    },
    {
      name: 'outbox-failures',
      says: 'Events, log lines or mails were given up, or events lay in an outbox for too long, or the sweeper or the purge failed.',
      metric: depth(events.outboxFailures),
      threshold: 1,
    },
    // One each, not their sum: an alarm on a sum is paid for by its parts, and doesn't say whose event it was.
    ...[...events.consumerFailures].map(([consumer, queue]) => ({
      name: `${consumer}-failures`,
      runbook: 'consumer-failures',
      says: `${consumer} gave up on an event.`,
      metric: depth(queue),
      threshold: 1,
    })),
    {
      name: 'deployments-timed-out',
      says: 'A deployment ran into the time limit of its execution.',
      metric: orchestration.stateMachine.metricTimedOut({ period: FIVE_MINUTES }),
      threshold: 1,
    },
  ];
}

function depth(queue: IQueue): Metric {
  return queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: FIVE_MINUTES });
}

function iteratorAge({ publisher }: EventsStack): Metric {
  return publisher.function.metric('IteratorAge', { statistic: 'Maximum', period: FIVE_MINUTES });
}

function accountMetric(metricName: string, statistic = 'Sum'): Metric {
  return new Metric({ namespace: 'AWS/Lambda', metricName, statistic, period: FIVE_MINUTES });
}

function runbookOf({ name, runbook = name }: AlarmSpec): string {
  return `docs/runbooks/${runbook}.md`;
}

function runbookList(specs: readonly AlarmSpec[]): string {
  return specs.map((spec) => `- **${spec.name}** ${spec.says} (${runbookOf(spec)})`).join('\n');
}
