import type { ContainerDefinition, KeyValuePair, RegisterTaskDefinitionRequest } from '@aws-sdk/client-ecs';
import { type LogStep, logStreamPrefix } from '../../../contracts/functions/log-streams.ts';
import {
  type BuildPlan,
  CONTAINER_PORT,
  CONTAINER_ROOT,
  CONTAINER_USER,
} from '../../../domain/builds/index.ts';
import { DeploymentFailedError, type ReleaseSpec } from '../../../domain/deployments/index.ts';
import type { EcsComputeConfig } from './config.ts';
import { CONTAINER_NAME, oneOffFamily, PORT_NAME, releaseFamily, releaseTags } from './names.ts';

/** What a service's variables may hold together; the whole task definition holds 64 KiB. */
const MAX_ENVIRONMENT_BYTES = 48 * 1024;
/** What of a log is kept in memory while CloudWatch is slow; then lines are lost rather than the app held up. */
const LOG_BUFFER = '4m';

/** What of a release its service has to know, kept in the task definition for whoever returns to it. */
export interface ReleaseNotes {
  readonly health_path: string | null;
  readonly health_timeout_s: number;
  /** The task definition that served before; null for a service's first. */
  readonly previous: string | null;
  readonly restart: BuildPlan['restart'];
}

const LABELS = {
  path: 'branchline.health-path',
  timeout: 'branchline.health-timeout-s',
  previous: 'branchline.previous',
  restart: 'branchline.restart',
  retries: 'branchline.restart-retries',
} as const;

/** The task definition of a release's web process. @throws DeploymentFailedError when its variables are too large */
export function releaseTaskDefinition(
  config: EcsComputeConfig,
  spec: ReleaseSpec,
  previous: string | null,
): RegisterTaskDefinitionRequest {
  const { path, timeout_s } = spec.plan.health_check;
  const { policy, max_retries } = spec.plan.restart;
  return taskDefinition(config, spec, 'runtime', releaseFamily(spec.deployment_id), {
    ...ownStart(spec),
    portMappings: [{ name: PORT_NAME, containerPort: CONTAINER_PORT, protocol: 'tcp' }],
    dockerLabels: {
      [LABELS.timeout]: String(timeout_s),
      [LABELS.restart]: policy,
      [LABELS.retries]: String(max_retries),
      ...(path === null ? {} : { [LABELS.path]: path }),
      ...(previous === null ? {} : { [LABELS.previous]: previous }),
    },
  });
}

/** In an image of the repository's own, a stated start command takes the place of the image's; ours starts it itself. */
function ownStart({ plan }: ReleaseSpec): Partial<ContainerDefinition> {
  if (plan.dockerfile === undefined || plan.start.kind !== 'shell') return {};
  return { entryPoint: ['/bin/sh', '-c'], command: [plan.start.script] };
}

/** The task definition of a deployment's one-off commands: a task takes the script as its command. An override replaces
 *  an image's command and not its entry point, hence a definition of its own. */
export function oneOffTaskDefinition(
  config: EcsComputeConfig,
  spec: ReleaseSpec,
): RegisterTaskDefinitionRequest {
  return taskDefinition(config, spec, 'pre_deploy', oneOffFamily(spec.deployment_id), {
    entryPoint: ['/bin/sh', '-c'],
  });
}

/** What {@link releaseTaskDefinition} noted. */
export function readNotes(labels: Readonly<Record<string, string>>): ReleaseNotes {
  return {
    health_path: labels[LABELS.path] ?? null,
    health_timeout_s: Number(labels[LABELS.timeout]),
    previous: labels[LABELS.previous] ?? null,
    restart: readRestart(labels[LABELS.restart], labels[LABELS.retries]),
  };
}

// A release from before the labels is started again forever, as it was then.
function readRestart(policy: string | undefined, retries: string | undefined): BuildPlan['restart'] {
  if (policy !== 'never' && policy !== 'on_failure') return { policy: 'always', max_retries: 0 };
  return { policy, max_retries: Number(retries) };
}

function taskDefinition(
  config: EcsComputeConfig,
  spec: ReleaseSpec,
  step: LogStep,
  family: string,
  particulars: Partial<ContainerDefinition>,
): RegisterTaskDefinitionRequest {
  return {
    family,
    // Neither a task role nor anything else of AWS is given to the app.
    executionRoleArn: config.execution_role_arn,
    networkMode: 'awsvpc',
    requiresCompatibilities: ['FARGATE'],
    runtimePlatform: { cpuArchitecture: config.architecture, operatingSystemFamily: 'LINUX' },
    cpu: String(config.cpu_units),
    memory: String(config.memory_mib),
    containerDefinitions: [
      {
        name: CONTAINER_NAME,
        image: spec.image,
        essential: true,
        environment: environment(spec),
        user: CONTAINER_USER,
        readonlyRootFilesystem: true,
        linuxParameters: {
          capabilities: { drop: ['ALL'] },
          initProcessEnabled: true,
          tmpfs: [
            {
              containerPath: '/tmp',
              size: config.temporary_mib,
              mountOptions: ['rw', 'exec', 'nosuid', 'nodev'],
            },
          ],
        },
        stopTimeout: config.stop_grace_s,
        logConfiguration: {
          logDriver: 'awslogs',
          options: logOptions(config, spec, step),
        },
        ...particulars,
      },
    ],
    tags: releaseTags(spec.service, spec.deployment_id),
  };
}

/** The user's variables over the image's own, and over both what only compute knows. */
function environment({ variables, plan }: ReleaseSpec): KeyValuePair[] {
  const path = variables['PATH'];
  const folders = plan.path_prefix.map((folder) => `${CONTAINER_ROOT}/${folder}`);
  const all: Record<string, string> = {
    ...plan.environment,
    ...variables,
    ...(path === undefined ? {} : { PATH: [...folders, path].join(':') }),
    HOME: '/tmp',
    PORT: String(CONTAINER_PORT),
  };
  const pairs = Object.entries(all).map(([name, value]) => ({ name, value }));
  const bytes = pairs.reduce((sum, { name, value }) => sum + Buffer.byteLength(name + value), 0);
  if (bytes > MAX_ENVIRONMENT_BYTES) {
    const detail = `The variables hold ${bytes} bytes; ${MAX_ENVIRONMENT_BYTES} fit.`;
    throw new DeploymentFailedError('internal', detail);
  }
  return pairs.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function logOptions(config: EcsComputeConfig, spec: ReleaseSpec, step: LogStep): Record<string, string> {
  const { tenant_id } = spec.service;
  return {
    'awslogs-group': config.log_group,
    'awslogs-region': config.region,
    'awslogs-stream-prefix': logStreamPrefix({ tenant_id, deployment_id: spec.deployment_id }, step),
    mode: 'non-blocking',
    'max-buffer-size': LOG_BUFFER,
  };
}
