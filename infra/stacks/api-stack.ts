import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { FunctionEnvironment } from '../../src/contracts/functions/environment.ts';
import { ROUTES } from '../../src/contracts/http/catalog.ts';
import { type FunctionName, methodsOf } from '../../src/contracts/http/route.ts';
import type { StageConfig } from '../config.ts';
import { BranchlineFunction } from '../constructs/branchline-function.ts';
import type { FunctionContext } from '../constructs/function-context.ts';
import { API_FUNCTIONS } from '../functions.ts';
import { functionName } from '../names.ts';
import { acknowledge } from '../policies/acknowledge.ts';

/** The HTTP API: a route for each of the catalogue's, and the functions behind them. */
export class ApiStack extends Stack {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, props: StackProps & { readonly context: FunctionContext }) {
    super(scope, id, props);
    const { context } = props;
    this.api = new HttpApi(this, 'Api', {
      apiName: `branchline-${context.config.stage}`,
      createDefaultStage: false,
    });
    const integrations = this.makeIntegrations(context);
    for (const route of Object.values(ROUTES)) {
      this.api.addRoutes({
        path: route.path,
        methods: methodsOf(route).map((method) => HttpMethod[method]),
        integration: integrations[route.function],
      });
    }
    // Whatever no route takes gets its problem+json there: an unknown path, a wrong method, a preflight.
    const fallback = new HttpRoute(this, 'DefaultRoute', {
      httpApi: this.api,
      routeKey: HttpRouteKey.DEFAULT,
      integration: integrations.meta,
    });
    this.makeStage(context.config);
    for (const construct of [this.api, fallback])
      acknowledge(construct, { 'AwsSolutions-APIG4': OWN_AUTHENTICATION });
    new CfnOutput(this, 'ApiUrl', { value: this.api.apiEndpoint });
  }

  private makeIntegrations(context: FunctionContext): Record<FunctionName, HttpLambdaIntegration> {
    const argon2 = new LayerVersion(this, 'Argon2', {
      // CloudFormation would call it by its logical id alone, which no policy could tell from anybody's.
      layerVersionName: functionName(context.config, 'argon2'),
      code: context.assets.argon2Layer(context.config.architecture),
      compatibleArchitectures: [
        context.config.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
      ],
      description: 'Native Argon2',
    });
    const make = (name: FunctionName): HttpLambdaIntegration => {
      const layers = name === 'auth' ? [argon2] : [];
      const made = new BranchlineFunction(this, name, context, {
        spec: API_FUNCTIONS[name],
        environment: limitsEnvironment(context.config),
        layers,
      });
      if (name === 'meta') this.permitDefaultRoute(made);
      return new HttpLambdaIntegration(name, made.function, { scopePermissionToRoute: false });
    };
    return {
      auth: make('auth'),
      tokens: make('tokens'),
      users: make('users'),
      team: make('team'),
      projects: make('projects'),
      deployments: make('deployments'),
      usage: make('usage'),
      meta: make('meta'),
    };
  }

  // What CDK permits wants a method and a path, which $default doesn't have.
  private permitDefaultRoute(target: BranchlineFunction): void {
    target.function.addPermission('DefaultRoute', {
      principal: new ServicePrincipal('apigateway.amazonaws.com'),
      sourceArn: this.formatArn({
        service: 'execute-api',
        resource: this.api.apiId,
        resourceName: '*/$default',
      }),
    });
  }

  private makeStage(config: StageConfig): void {
    const logGroup = new LogGroup(this, 'AccessLog', {
      retention: config.logRetentionDays,
      removalPolicy: config.isProtected ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: config.throttleRate, burstLimit: config.throttleBurst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroup),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
    acknowledge(stage, {
      'Serverless-APIGWXrayEnabled': 'HTTP APIs have no tracing; the functions trace themselves.',
    });
  }
}

function limitsEnvironment({ rateLimit }: StageConfig): FunctionEnvironment {
  return rateLimit === undefined ? {} : { BRANCHLINE_RATE_LIMIT: String(rateLimit) };
}

const OWN_AUTHENTICATION =
  'The functions authenticate, as on a laptop: a role that changed counts at once, which a cached authorizer can’t do.';

/** No header but the user agent, and no query: what isn't written can't leak. */
const ACCESS_LOG = {
  request_id: '$context.requestId',
  time: '$context.requestTimeEpoch',
  ip: '$context.identity.sourceIp',
  user_agent: '$context.identity.userAgent',
  method: '$context.httpMethod',
  route: '$context.routeKey',
  path: '$context.path',
  status: '$context.status',
  response_bytes: '$context.responseLength',
  latency_ms: '$context.responseLatency',
  error: '$context.error.messageString',
  integration_error: '$context.integrationErrorMessage',
} as const;
