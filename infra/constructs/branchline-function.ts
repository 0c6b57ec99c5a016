import { Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import { type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  type CfnFunction,
  type ILayerVersion,
  Function as LambdaFunction,
  LayerVersion,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { EnvironmentName, FunctionEnvironment } from '../../src/contracts/functions/environment.ts';
import { kebabCase } from '../../src/contracts/functions/name.ts';
import type { StageConfig } from '../config.ts';
import { type FunctionSpec, reservedConcurrency } from '../functions.ts';
import { functionName } from '../names.ts';
import { acknowledge } from '../policies/acknowledge.ts';
import { grant } from '../policies/grant.ts';
import { handOverMail } from '../policies/mail.ts';
import { parameterAccess } from '../policies/parameters.ts';
import { allow, leadingKeys, writeTraces } from '../policies/statements.ts';
import type { FunctionContext } from './function-context.ts';

/** What one function has beyond its specification. */
export interface BranchlineFunctionProps {
  readonly spec: FunctionSpec;
  readonly environment?: FunctionEnvironment;
  readonly statements?: readonly PolicyStatement[];
  readonly layers?: readonly ILayerVersion[];
  /** Takes what failed for good. For functions that nobody waits for. */
  readonly failures?: IQueue;
}

/** A Lambda function: runtime, architecture, bundle, log with its end, role of its own, and nothing to be left out. */
export class BranchlineFunction extends Construct {
  readonly function: LambdaFunction;

  /** @param id - the function's name; kebab-case or PascalCase */
  constructor(scope: Construct, id: string, context: FunctionContext, props: BranchlineFunctionProps) {
    super(scope, id);
    const { config, assets } = context;
    const { spec } = props;
    const name = functionName(config, kebabCase(id));
    const logGroup = new LogGroup(this, 'Log', {
      retention: config.logRetentionDays,
      removalPolicy: config.isProtected ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', {
      roleName: name,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    const parameters = parameterAccess(this, config, spec.parameters ?? {});
    const mail = handOverMail(this, config, spec);
    const statements = [
      allow('WriteOwnLog', ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]),
      ...dataStatements(context, spec),
      ...parameters.statements,
      ...mail.statements,
      ...(config.tracing ? [writeTraces()] : []),
      ...(props.statements ?? []),
    ];
    grant(role, statements);

    this.function = new LambdaFunction(this, 'Function', {
      functionName: name,
      role,
      runtime: Runtime.NODEJS_24_X,
      architecture: config.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
      code: assets.functionCode(spec.entry),
      handler: 'index.handler',
      memorySize: spec.memoryMb,
      ...(spec.storageMb === undefined ? {} : { ephemeralStorageSize: Size.mebibytes(spec.storageMb) }),
      timeout: Duration.seconds(spec.timeoutSeconds),
      environment: {
        BRANCHLINE_STAGE: config.stage,
        LOG_LEVEL: config.logLevel,
        NODE_OPTIONS: '--enable-source-maps',
        ...(config.tracingLayer === undefined ? {} : SPANS),
        ...dataEnvironment(context, spec),
        ...parameters.environment,
        ...mail.environment,
        ...props.environment,
      },
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      layers: [...(props.layers ?? []), ...tracingLayers(this, config)],
      ...reserved(config, spec),
      ...(props.failures === undefined
        ? {}
        : {
            onFailure: new SqsDestination(props.failures),
            retryAttempts: 2,
            maxEventAge: Duration.hours(6),
          }),
    });
    trace(this.function, config);
    acknowledgeFindings(this, config);
  }
}

/** What AWS's OpenTelemetry layer starts by. Application Signals, which it would add, is paid for by itself. */
const SPANS = {
  AWS_LAMBDA_EXEC_WRAPPER: '/opt/otel-instrument',
  OTEL_AWS_APPLICATION_SIGNALS_ENABLED: 'false',
};

function tracingLayers(scope: Construct, { tracingLayer }: StageConfig): ILayerVersion[] {
  if (tracingLayer === undefined) return [];
  return [LayerVersion.fromLayerVersionArn(scope, 'Tracing', tracingLayer)];
}

// Set beneath the construct, which would add a statement of its own without a name to explain it under.
function trace(target: LambdaFunction, config: StageConfig): void {
  const resource = target.node.defaultChild as CfnFunction;
  resource.tracingConfig = { mode: config.tracing ? 'Active' : 'PassThrough' };
}

function dataStatements(context: FunctionContext, spec: FunctionSpec): PolicyStatement[] {
  return [...becomeTenant(context, spec), ...reachDirectory(context, spec)];
}

const DIRECTORY_LISTS = ['dynamodb:Query', 'dynamodb:BatchGetItem'];
const DIRECTORY_WRITES = ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'];

function reachDirectory({ tables }: FunctionContext, spec: FunctionSpec): PolicyStatement[] {
  const on = (sid: string, actions: readonly string[], partitions: readonly string[] | undefined) =>
    partitions === undefined
      ? []
      : [allow(sid, actions, [tables.directory.tableArn], leadingKeys(partitions))];
  return [
    ...on('ReadDirectory', ['dynamodb:GetItem'], spec.directory),
    ...on('ListDirectory', DIRECTORY_LISTS, spec.directoryLists),
    ...on('WriteDirectory', DIRECTORY_WRITES, spec.directoryWrites),
  ];
}

function becomeTenant(context: FunctionContext, spec: FunctionSpec): PolicyStatement[] {
  if (spec.data === undefined) return [];
  const roles = [context.tenantRole.roleArn];
  if (spec.data === 'two-table') roles.push(context.twoTableRole.roleArn);
  return [allow('BecomeTenant', ['sts:AssumeRole', 'sts:TagSession'], roles)];
}

function dataEnvironment(context: FunctionContext, spec: FunctionSpec) {
  if (spec.data === undefined) return {};
  const tenant = {
    TENANTS_TABLE: context.tables.tenants.tableName,
    DIRECTORY_TABLE: context.tables.directory.tableName,
    TENANT_ROLE_ARN: context.tenantRole.roleArn,
    SOURCE_BUCKET: context.bucket.bucketName,
  } satisfies Partial<Record<EnvironmentName, string>>;
  if (spec.data === 'tenant') return tenant;
  return {
    ...tenant,
    TWO_TABLE_ROLE_ARN: context.twoTableRole.roleArn,
  } satisfies Partial<Record<EnvironmentName, string>>;
}

function reserved({ stage }: StageConfig, spec: FunctionSpec) {
  const instances = reservedConcurrency(stage, spec);
  return instances === 0 ? {} : { reservedConcurrentExecutions: instances };
}

function acknowledgeFindings(scope: Construct, config: StageConfig): void {
  acknowledge(scope, {
    'Serverless-LambdaDLQ':
      'Who is waited for answers its caller; who is not has a failure destination, which tells more than a dead-letter queue.',
  });
  if (!config.tracing) {
    acknowledge(scope, {
      'Serverless-LambdaTracing': 'Development traces when it is asked to: -c tracing=true.',
    });
  }
}
