import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { FunctionEnvironment } from '../../src/contracts/functions/environment.ts';
import { allow } from './statements.ts';

/** Where apps run, as the compute stack made it. */
export interface AppsPlacement {
  readonly environment: FunctionEnvironment;
  readonly clusterArn: string;
  readonly executionRoleArn: string;
  /** `arn:<partition>:ecs:<region>:<account>`, before the colon and the resource. */
  readonly ecsArn: string;
  readonly clusterName: string;
  /** What apps and pre-deploy commands write. */
  readonly logGroup: ILogGroup;
}

/** What a function does with apps: looks how they are, changes how many run of one, or starts and stops them. */
export type AppsUse = 'look' | 'scale' | 'change';

/** The variables and rights of a function that has to do with apps; none where there is no compute stack. */
export function useApps(
  apps: AppsPlacement | undefined,
  use: AppsUse,
): { readonly environment: FunctionEnvironment; readonly statements: readonly PolicyStatement[] } {
  if (apps === undefined) return { environment: {}, statements: [] };
  return {
    environment: apps.environment,
    statements: [...lookAtApps(apps), ...BEYOND_LOOKING[use](apps)],
  };
}

const BEYOND_LOOKING: Readonly<Record<AppsUse, (apps: AppsPlacement) => PolicyStatement[]>> = {
  look: () => [],
  scale: (apps) => [allow('ScaleApps', ['ecs:UpdateService'], [service(apps)])],
  change: changeApps,
};

function lookAtApps(apps: AppsPlacement): PolicyStatement[] {
  const inCluster = { ArnEquals: { 'ecs:cluster': apps.clusterArn } };
  return [
    allow(
      'LookAtApps',
      ['ecs:DescribeServices', 'ecs:DescribeServiceDeployments', 'ecs:DescribeTasks'],
      [service(apps), serviceDeployment(apps), task(apps)],
    ),
    allow('ListApps', ['ecs:ListServices', 'ecs:ListTasks'], ['*'], inCluster),
    allow(
      'LookAtReleases',
      ['ecs:DescribeTaskDefinition', 'ecs:ListGatewayRoutes', 'ecs:DescribeGatewayRoute'],
      ['*'],
    ),
  ];
}

function changeApps(apps: AppsPlacement): PolicyStatement[] {
  return [
    allow('ChangeApps', ['ecs:CreateService', 'ecs:UpdateService', 'ecs:DeleteService'], [service(apps)]),
    allow(
      'ChangeReleases',
      ['ecs:RegisterTaskDefinition', 'ecs:RunTask', 'ecs:DeleteTaskDefinitions'],
      [`${apps.ecsArn}:task-definition/*`],
    ),
    allow('RetireReleases', ['ecs:DeregisterTaskDefinition'], ['*']),
    allow('StopTasks', ['ecs:StopTask'], [task(apps)]),
    allow('TagApps', ['ecs:TagResource'], [service(apps), task(apps), `${apps.ecsArn}:task-definition/*`]),
    allow('PassExecutionRole', ['iam:PassRole'], [apps.executionRoleArn], {
      StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
    }),
  ];
}

const service = (apps: AppsPlacement) => `${apps.ecsArn}:service/${apps.clusterName}/*`;
const serviceDeployment = (apps: AppsPlacement) => `${apps.ecsArn}:service-deployment/${apps.clusterName}/*`;
const task = (apps: AppsPlacement) => `${apps.ecsArn}:task/${apps.clusterName}/*`;
