import type { DeploymentKey } from '../../domain/deployments/index.ts';
import { idSchema } from '../../domain/shared/schemas.ts';

/** Where the lines of builds and apps come from: each has its streams in CloudWatch Logs. */
export const LOG_STEPS = ['build', 'pre_deploy', 'runtime'] as const;
export type LogStep = (typeof LOG_STEPS)[number];

/** What begins each line that a build's script writes: what CodeBuild says beside it lacks this. */
export const BUILD_LINE_MARK = '| ';

/** How the names of a deployment's log streams begin; CodeBuild and ECS add what tells builds and tasks apart. So a stream's
 *  name says whose lines it holds, and whoever collects them asks nobody. deploy.asl.json makes the build's by itself. */
export function logStreamPrefix({ tenant_id, deployment_id }: DeploymentKey, step: LogStep): string {
  return `${tenant_id}/${deployment_id}/${step}`;
}

const tenantSchema = idSchema('ten');
const deploymentSchema = idSchema('dpl');

/** Whose lines a log stream holds. @returns undefined for a name that isn't ours */
export function parseLogStream(
  name: string,
): { readonly key: DeploymentKey; readonly step: LogStep } | undefined {
  const [tenant, deployment, step] = name.split('/');
  const tenant_id = tenantSchema.safeParse(tenant).data;
  const deployment_id = deploymentSchema.safeParse(deployment).data;
  const known = LOG_STEPS.find((one) => one === step);
  if (tenant_id === undefined || deployment_id === undefined || known === undefined) return undefined;
  return { key: { tenant_id, deployment_id }, step: known };
}
