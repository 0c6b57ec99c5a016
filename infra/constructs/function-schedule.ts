import type { Duration } from 'aws-cdk-lib';
import { Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import type { StageConfig } from '../config.ts';
import { functionName } from '../names.ts';
import { grant } from '../policies/grant.ts';
import { allow } from '../policies/statements.ts';
import type { BranchlineFunction } from './branchline-function.ts';
import type { DeadLetterQueue } from './dead-letter-queue.ts';

export interface FunctionScheduleProps {
  /** The schedule's name, without the stage. */
  readonly name: string;
  readonly every: Duration;
  readonly target: BranchlineFunction;
  /** Takes calls that Scheduler gave up. */
  readonly failures: DeadLetterQueue;
}

/** Runs a function again and again, by a role that may do nothing else. */
export class FunctionSchedule extends Construct {
  constructor(scope: Construct, id: string, config: StageConfig, props: FunctionScheduleProps) {
    super(scope, id);
    const { name, every, target, failures } = props;
    const role = new Role(this, 'Role', {
      roleName: functionName(config, `${name}-schedule`),
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    grant(role, [
      allow('RunFunction', ['lambda:InvokeFunction'], [target.function.functionArn]),
      allow('KeepFailures', ['sqs:SendMessage'], [failures.queueArn]),
    ]);
    new Schedule(this, 'Schedule', {
      scheduleName: functionName(config, name),
      schedule: ScheduleExpression.rate(every),
      target: new LambdaInvoke(target.function, {
        role: role.withoutPolicyUpdates(),
        deadLetterQueue: failures,
        retryAttempts: 3,
        maxEventAge: every,
      }),
    });
  }
}
