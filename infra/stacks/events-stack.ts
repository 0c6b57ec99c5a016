import { ArnFormat, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { EventBus, type EventPattern, type IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { FilterPattern, type ILogGroup, SubscriptionFilter } from 'aws-cdk-lib/aws-logs';
import { LambdaDestination } from 'aws-cdk-lib/aws-logs-destinations';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import { DUE_PARTITIONS, OUTBOX_FILTER, OUTBOX_SUFFIX } from '../../src/adapters/dynamodb/table.ts';
import { type ConsumerName, EVENT_RULES, EVENT_SOURCE } from '../../src/contracts/events/rules.ts';
import type { FunctionEnvironment } from '../../src/contracts/functions/environment.ts';
import { BranchlineFunction } from '../constructs/branchline-function.ts';
import { DeadLetterQueue } from '../constructs/dead-letter-queue.ts';
import type { FunctionContext } from '../constructs/function-context.ts';
import { CONSUMER_FUNCTIONS, DELIVERY_FUNCTIONS } from '../functions.ts';
import { functionName } from '../names.ts';
import { type AppsPlacement, useApps } from '../policies/apps.ts';
import { grant } from '../policies/grant.ts';
import { removeImages } from '../policies/images.ts';
import { sendMail } from '../policies/mail.ts';
import { allow, leadingKeys } from '../policies/statements.ts';
import type { OrchestrationStack } from './orchestration-stack.ts';

/** Events: from the outbox to the bus, and from there to each consumer, with nothing lost on the way. */
export class EventsStack extends Stack {
  readonly bus: EventBus;
  readonly publisher: BranchlineFunction;
  readonly outboxFailures: DeadLetterQueue;
  readonly consumerFailures: ReadonlyMap<string, DeadLetterQueue>;
  private readonly context: FunctionContext;
  private readonly apps: AppsPlacement | undefined;

  constructor(
    scope: Construct,
    id: string,
    props: StackProps & {
      readonly context: FunctionContext;
      readonly orchestration: OrchestrationStack;
      readonly apps: AppsPlacement | undefined;
    },
  ) {
    super(scope, id, props);
    this.context = props.context;
    this.apps = props.apps;
    this.bus = new EventBus(this, 'Bus', { eventBusName: functionName(props.context.config, 'events') });
    this.consumerFailures = new Map([
      ...this.makeConsumers(props.orchestration),
      this.makeSettler(props.orchestration),
    ]);
    this.outboxFailures = new DeadLetterQueue(this, 'OutboxFailures', props.context.config);
    this.publisher = this.makePublisher();
    this.makeSweeper();
    this.makePurger(props.orchestration);
    this.makeMailSender();
    this.makeLogCollector(props.orchestration);
    this.makeAppWatcher();
  }

  private makeConsumers(orchestration: OrchestrationStack): [string, DeadLetterQueue][] {
    const extras = consumerExtras(this.context, orchestration, this.apps);
    return (Object.keys(EVENT_RULES) as ConsumerName[]).map((name) => {
      const failures = new DeadLetterQueue(this, `${name}-failures`, this.context.config);
      const made = new BranchlineFunction(this, name, this.context, {
        spec: CONSUMER_FUNCTIONS[name],
        failures,
        ...extras[name],
      });
      const eventPattern = { source: [EVENT_SOURCE], detailType: [...EVENT_RULES[name]] };
      // CDK's own classes don't fit its own interfaces under exactOptionalPropertyTypes.
      this.addRule(`${name}-rule`, made, failures, eventPattern, this.bus as IEventBus);
      return [name, failures];
    });
  }

  // Executions that ended without saying so: their deployments are settled and their locks freed.
  private makeSettler({ stateMachine, repository }: OrchestrationStack): [string, DeadLetterQueue] {
    const name = 'settle-deployment';
    const apps = useApps(this.apps, 'change');
    const failures = new DeadLetterQueue(this, `${name}-failures`, this.context.config);
    const made = new BranchlineFunction(this, name, this.context, {
      spec: DELIVERY_FUNCTIONS[name],
      failures,
      environment: {
        APP_DOMAIN: this.context.config.appDomain,
        IMAGE_REPOSITORY: repository.repositoryUri,
        ...apps.environment,
      },
      statements: [...removeImages(repository), ...apps.statements],
    });
    this.addRule(`${name}-rule`, made, failures, {
      source: ['aws.states'],
      detailType: ['Step Functions Execution Status Change'],
      detail: {
        stateMachineArn: [stateMachine.stateMachineArn],
        status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
      },
    });
    return [name, failures];
  }

  private addRule(
    id: string,
    target: BranchlineFunction,
    deadLetterQueue: DeadLetterQueue,
    eventPattern: EventPattern,
    eventBus?: IEventBus,
  ): void {
    new Rule(this, id, {
      eventPattern,
      ...(eventBus === undefined ? {} : { eventBus }),
      targets: [
        new LambdaFunction(target.function, {
          deadLetterQueue,
          retryAttempts: 20,
          maxEventAge: Duration.hours(24),
        }),
      ],
    });
  }

  private makePublisher(): BranchlineFunction {
    const { tableArn, streamArn } = this.context.tables.tenants;
    const publisher = new BranchlineFunction(this, 'publish-outbox', this.context, {
      spec: DELIVERY_FUNCTIONS['publish-outbox'],
      environment: this.outboxEnvironment(),
      statements: [
        ...this.outboxStatements(),
        allow(
          'ReadStream',
          ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
          [streamArn],
        ),
        allow('ListTableStreams', ['dynamodb:ListStreams'], [`${tableArn}/stream/*`]),
      ],
    });
    new EventSourceMapping(this, 'OutboxStream', {
      target: publisher.function,
      eventSourceArn: streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      filters: [{ pattern: JSON.stringify(OUTBOX_FILTER) }],
      batchSize: 100,
      parallelizationFactor: 2,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      // A stream keeps its records for a day; the sweeper takes what is older.
      maxRecordAge: Duration.hours(12),
      retryAttempts: 50,
      onFailure: new SqsDlq(this.outboxFailures),
    });
    return publisher;
  }

  private makeSweeper(): void {
    // What the sweeper can't do stays undone in the outbox, so it is told of in the same place.
    const failures = this.outboxFailures;
    const sweeper = new BranchlineFunction(this, 'sweep-outbox', this.context, {
      spec: DELIVERY_FUNCTIONS['sweep-outbox'],
      failures,
      environment: this.outboxEnvironment(),
      statements: [
        ...this.outboxStatements(),
        allow(
          'FindOverdue',
          ['dynamodb:Query'],
          [`${this.context.tables.tenants.tableArn}/index/due`],
          leadingKeys([`${DUE_PARTITIONS.outbox}*`]),
        ),
      ],
    });
    this.runHourly('Sweeper', 'sweep', sweeper);
  }

  // What was deleted and can't be restored any more.
  private makePurger({ repository }: OrchestrationStack): void {
    const purger = new BranchlineFunction(this, 'purge', this.context, {
      spec: DELIVERY_FUNCTIONS.purge,
      // Without a queue of its own for the reason that the log collector has none.
      failures: this.outboxFailures,
      environment: { IMAGE_REPOSITORY: repository.repositoryUri },
      statements: [
        ...removeImages(repository),
        allow(
          'FindDue',
          ['dynamodb:Query'],
          [`${this.context.tables.tenants.tableArn}/index/due`],
          leadingKeys([`${DUE_PARTITIONS.purge}*`]),
        ),
      ],
    });
    this.runHourly('Purger', 'purge', purger);
  }

  /** Runs a function every hour. What fails for good is told of where the outbox's failures are. */
  private runHourly(id: string, name: string, target: BranchlineFunction): void {
    const failures = this.outboxFailures;
    const role = new Role(this, `${id}ScheduleRole`, {
      roleName: functionName(this.context.config, `${name}-schedule`),
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    });
    grant(role, [
      allow(`Run${id}`, ['lambda:InvokeFunction'], [target.function.functionArn]),
      allow('KeepFailures', ['sqs:SendMessage'], [failures.queueArn]),
    ]);
    new Schedule(this, `${id}Schedule`, {
      scheduleName: functionName(this.context.config, name),
      schedule: ScheduleExpression.rate(Duration.hours(1)),
      target: new LambdaInvoke(target.function, {
        role: role.withoutPolicyUpdates(),
        deadLetterQueue: failures,
        retryAttempts: 3,
        maxEventAge: Duration.hours(1),
      }),
    });
  }

  private makeMailSender(): void {
    new BranchlineFunction(this, 'send-mail', this.context, {
      spec: DELIVERY_FUNCTIONS['send-mail'],
      // A queue of its own would need an alarm of its own, of which an account has ten for nothing.
      failures: this.outboxFailures,
      ...sendMail(this, this.context.config),
    });
  }

  // What builds and apps write gets into their deployments' logs, so that readers never call CloudWatch.
  private makeLogCollector({ buildLog }: OrchestrationStack): void {
    const collector = new BranchlineFunction(this, 'collect-logs', this.context, {
      spec: DELIVERY_FUNCTIONS['collect-logs'],
      // As for mail.
      failures: this.outboxFailures,
    });
    const groups: [string, ILogGroup][] = [['BuildLines', buildLog]];
    if (this.apps !== undefined) groups.push(['AppLines', this.apps.logGroup]);
    for (const [id, logGroup] of groups) {
      new SubscriptionFilter(this, id, {
        logGroup,
        destination: new LambdaDestination(collector.function),
        filterPattern: FilterPattern.allEvents(),
      });
    }
  }

  // Apps that end by themselves: ECS would start them again forever. What a rollout replaces or a user stops has other codes.
  private makeAppWatcher(): void {
    const name = 'watch-apps';
    const apps = useApps(this.apps, 'scale');
    // Without a queue of its own for the reason that the log collector has none.
    const failures = this.outboxFailures;
    const watcher = new BranchlineFunction(this, name, this.context, {
      spec: DELIVERY_FUNCTIONS[name],
      failures,
      ...apps,
    });
    if (this.apps === undefined) return;
    this.addRule(`${name}-rule`, watcher, failures, {
      source: ['aws.ecs'],
      detailType: ['ECS Task State Change'],
      detail: {
        clusterArn: [this.apps.clusterArn],
        group: [{ prefix: 'service:' }],
        lastStatus: ['STOPPED'],
        stopCode: ['EssentialContainerExited'],
      },
    });
  }

  private outboxEnvironment(): FunctionEnvironment {
    return {
      TENANTS_TABLE: this.context.tables.tenants.tableName,
      EVENT_BUS_NAME: this.bus.eventBusName,
      FAILURE_QUEUE_URL: this.outboxFailures.queueUrl,
    };
  }

  // They serve all tenants, so they reach the outboxes and nothing else of anybody's.
  private outboxStatements(): PolicyStatement[] {
    const outboxes = leadingKeys([`T#*${OUTBOX_SUFFIX}`]);
    return [
      allow('EmptyOutboxes', ['dynamodb:DeleteItem'], [this.context.tables.tenants.tableArn], outboxes),
      allow('PublishEvents', ['events:PutEvents'], [this.bus.eventBusArn]),
      allow('KeepFailures', ['sqs:SendMessage'], [this.outboxFailures.queueArn]),
    ];
  }
}

type Extras = {
  readonly environment?: FunctionEnvironment;
  readonly statements?: readonly PolicyStatement[];
};

function consumerExtras(
  { config }: FunctionContext,
  { stateMachine, repository }: OrchestrationStack,
  placement: AppsPlacement | undefined,
): { readonly [N in ConsumerName]?: Extras } {
  const apps = useApps(placement, 'change');
  const machine = { STATE_MACHINE_ARN: stateMachine.stateMachineArn };
  const executions = Stack.of(stateMachine).formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${functionName(config, 'deploy')}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return {
    'start-deployment': {
      environment: machine,
      statements: [allow('StartExecutions', ['states:StartExecution'], [stateMachine.stateMachineArn])],
    },
    'stop-deployment': {
      environment: { ...machine, IMAGE_REPOSITORY: repository.repositoryUri, ...apps.environment },
      statements: [
        allow('StopExecutions', ['states:StopExecution'], [executions]),
        ...removeImages(repository),
        ...apps.statements,
      ],
    },
    'remove-project': apps,
  };
}
