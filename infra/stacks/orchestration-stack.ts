import { readFileSync } from 'node:fs';
import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { ComputeType, LinuxArmBuildImage, LinuxBuildImage, Project } from 'aws-cdk-lib/aws-codebuild';
import { Repository, RepositoryEncryption, TagMutability } from 'aws-cdk-lib/aws-ecr';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { FunctionEnvironment } from '../../src/contracts/functions/environment.ts';
import { readBuildSpec } from '../../state-machines/build/build-spec.ts';
import {
  BUILD_LOG_SUBSTITUTION,
  BUILD_SUBSTITUTION,
  DEPLOY_TASKS,
  type DeployTask,
} from '../../state-machines/catalog.ts';
import type { StageConfig } from '../config.ts';
import { BranchlineFunction, type BranchlineFunctionProps } from '../constructs/branchline-function.ts';
import type { FunctionContext } from '../constructs/function-context.ts';
import { TextBuildSpec } from '../constructs/text-build-spec.ts';
import { BUILD_SIZE, TASK_FUNCTIONS } from '../functions.ts';
import { functionName } from '../names.ts';
import { acknowledge } from '../policies/acknowledge.ts';
import { type AppsPlacement, type AppsUse, useApps } from '../policies/apps.ts';
import { grant } from '../policies/grant.ts';
import { pushImages, removeImages } from '../policies/images.ts';
import { allow, writeTraces } from '../policies/statements.ts';

// As it runs on a laptop, too.
const DEFINITION_FILE = new URL('../../state-machines/deploy.asl.json', import.meta.url);

/** The tasks that have to do with apps. */
const APPS_USE: { readonly [T in DeployTask]?: AppsUse } = {
  PreDeploy: 'change',
  Release: 'change',
  AwaitRollout: 'look',
  SwitchRoute: 'change',
  RecordSuccess: 'look',
  RecordFailure: 'change',
};

/** Deployments: the state machine, the functions of its tasks, the builds, and the images that come of them. */
export class OrchestrationStack extends Stack {
  readonly stateMachine: StateMachine;
  readonly repository: Repository;
  readonly builds: Project;
  readonly buildLog: LogGroup;
  /** Its log says why deployments failed. */
  readonly failureRecorder: BranchlineFunction;

  constructor(
    scope: Construct,
    id: string,
    props: StackProps & { readonly context: FunctionContext; readonly apps: AppsPlacement | undefined },
  ) {
    super(scope, id, props);
    const { context } = props;
    this.repository = this.makeRepository(context.config);
    this.buildLog = this.makeBuildLog(context.config);
    this.builds = this.makeBuilds(context.config, this.buildLog);
    const tasks = this.makeTasks(context, props.apps);
    this.failureRecorder = tasks.RecordFailure;
    this.stateMachine = this.makeStateMachine(context.config, tasks);
  }

  private makeRepository(config: StageConfig): Repository {
    return new Repository(this, 'Images', {
      repositoryName: `branchline-${config.stage}`,
      imageTagMutability: TagMutability.IMMUTABLE,
      imageScanOnPush: true,
      encryption: RepositoryEncryption.AES_256,
      // A rollback goes to any earlier release, so no image ends by age.
      removalPolicy: config.isProtected ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      emptyOnDelete: !config.isProtected,
    });
  }

  private makeBuildLog(config: StageConfig): LogGroup {
    return new LogGroup(this, 'BuildLog', {
      retention: config.logRetentionDays,
      removalPolicy: config.isProtected ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }

  private makeBuilds(config: StageConfig, logGroup: LogGroup): Project {
    const role = new Role(this, 'BuildRole', {
      roleName: functionName(config, 'build'),
      assumedBy: new ServicePrincipal('codebuild.amazonaws.com'),
    });
    grant(role, [
      allow('WriteBuildLog', ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]),
    ]);
    const isArm = config.architecture === 'arm64';
    const project = new Project(this, 'Builds', {
      projectName: functionName(config, 'build'),
      // The project's own additions (reports, source credentials) would widen what a user's code may do.
      role: role.withoutPolicyUpdates(),
      buildSpec: new TextBuildSpec(readBuildSpec()),
      environment: {
        buildImage: isArm ? LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_4_0 : LinuxBuildImage.STANDARD_7_0,
        computeType: ComputeType[BUILD_SIZE[config.architecture]],
        privileged: true,
      },
      logging: { cloudWatch: { logGroup } },
      // Its own limit on the image build is shorter; the rest is for handing the image over.
      timeout: Duration.minutes(40),
      queuedTimeout: Duration.minutes(20),
      badge: false,
    });
    project.node.addDependency(role);
    acknowledge(project, {
      'AwsSolutions-CB3':
        'Images are built in here, which takes a privileged container; each build has a machine of its own that ends with it.',
      'AwsSolutions-CB4':
        'It has no artifacts that a key would encrypt; its output goes to a pre-signed address.',
    });
    return project;
  }

  private makeTasks(
    context: FunctionContext,
    apps: AppsPlacement | undefined,
  ): Record<DeployTask, BranchlineFunction> {
    const repository = { IMAGE_REPOSITORY: this.repository.repositoryUri };
    const extras: {
      readonly [T in DeployTask]?: Pick<BranchlineFunctionProps, 'environment' | 'statements'>;
    } = {
      Prepare: { environment: sourceAddresses(context.config) },
      PublishImage: {
        environment: repository,
        // It takes its image back when the deployment was cancelled meanwhile.
        statements: [...pushImages(this.repository), ...removeImages(this.repository)],
      },
      RecordFailure: { environment: repository, statements: removeImages(this.repository) },
    };
    const states = Object.keys(DEPLOY_TASKS) as DeployTask[];
    const made = states.map((state) => {
      const app = { APP_DOMAIN: context.config.appDomain };
      const { environment, statements = [] } = extras[state] ?? {};
      const use = APPS_USE[state];
      const used = use === undefined ? undefined : useApps(apps, use);
      const task = new BranchlineFunction(this, state, context, {
        spec: TASK_FUNCTIONS[state],
        environment: { ...app, ...environment, ...used?.environment },
        statements: [...statements, ...(used?.statements ?? [])],
      });
      return [state, task] as const;
    });
    return Object.fromEntries(made) as Record<DeployTask, BranchlineFunction>;
  }

  private makeStateMachine(config: StageConfig, tasks: Record<DeployTask, BranchlineFunction>): StateMachine {
    const name = functionName(config, 'deploy');
    const role = new Role(this, 'StateMachineRole', {
      roleName: functionName(config, 'deploy-states'),
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
    });
    // A machine from a file gets no grants by itself: these are all that it needs.
    const managedRule = this.formatArn({
      service: 'events',
      resource: 'rule',
      resourceName: 'StepFunctionsGetEventForCodeBuildStartBuildRule',
    });
    grant(role, [
      allow(
        'RunTasks',
        ['lambda:InvokeFunction'],
        Object.values(tasks).map((task) => task.function.functionArn),
      ),
      allow(
        'RunBuilds',
        ['codebuild:StartBuild', 'codebuild:StopBuild', 'codebuild:BatchGetBuilds'],
        [this.builds.projectArn],
      ),
      allow('HearOfBuilds', ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'], [managedRule]),
      ...(config.tracing ? [writeTraces()] : []),
    ]);
    const stateMachine = new StateMachine(this, 'Deploy', {
      stateMachineName: name,
      stateMachineType: StateMachineType.STANDARD,
      role: role.withoutPolicyUpdates(),
      definitionBody: DefinitionBody.fromString(readFileSync(DEFINITION_FILE, 'utf8')),
      definitionSubstitutions: this.substitutions(tasks),
      tracingEnabled: config.tracing,
      removalPolicy: config.isProtected ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    stateMachine.node.addDependency(role);
    acknowledge(stateMachine, {
      'AwsSolutions-SF1':
        'Standard executions keep their own history for 90 days; a log beside it would need rights to all log deliveries of the account.',
    });
    if (!config.tracing) {
      const reason = 'Development traces when it is asked to: -c tracing=true.';
      acknowledge(stateMachine, {
        'AwsSolutions-SF2': reason,
        'Serverless-StepFunctionStateMachineXray': reason,
      });
    }
    return stateMachine;
  }

  private substitutions(tasks: Record<DeployTask, BranchlineFunction>): Record<string, string> {
    const states = Object.keys(DEPLOY_TASKS) as DeployTask[];
    return {
      ...Object.fromEntries(
        states.map((state) => [DEPLOY_TASKS[state].substitution, tasks[state].function.functionArn]),
      ),
      [BUILD_SUBSTITUTION]: this.builds.projectName,
      [BUILD_LOG_SUBSTITUTION]: this.buildLog.logGroupName,
    };
  }
}

function sourceAddresses({ allowedSourceAddresses }: StageConfig): FunctionEnvironment {
  if (allowedSourceAddresses.length === 0) return {};
  return { ALLOWED_SOURCE_ADDRESSES: allowedSourceAddresses.join(',') };
}
