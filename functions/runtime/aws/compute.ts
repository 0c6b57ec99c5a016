import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAbsentCompute } from '../../../src/adapters/aws/absent-compute.ts';
import { findServiceUrl } from '../../../src/adapters/aws/ecs/address.ts';
import { createEcsClient } from '../../../src/adapters/aws/ecs/client.ts';
import type { EcsComputeConfig, EcsComputeDependencies } from '../../../src/adapters/aws/ecs/config.ts';
import { createEcsCompute } from '../../../src/adapters/aws/ecs/provider.ts';
import { createEcsAppWatch } from '../../../src/adapters/aws/ecs/watch.ts';
import { guardClient } from '../../../src/adapters/aws/guard-client.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { APP_SIZE } from '../../../src/contracts/functions/app-size.ts';
import type { EnvironmentName } from '../../../src/contracts/functions/environment.ts';
import type {
  AppWatch,
  ComputeProvider,
  DeploymentLogs,
  PipelineDependencies,
} from '../../../src/domain/deployments/index.ts';
import type { Logger } from '../../../src/domain/shared/ports.ts';
import { domainOf } from './addresses.ts';
import { aws_breakers } from './breakers.ts';
import { required } from './environment.ts';

const CLUSTER: EnvironmentName = 'APPS_CLUSTER';

/** What an app gets, and how patiently it is watched. */
const APP: Omit<
  EcsComputeConfig,
  'cluster' | 'region' | 'subnets' | 'security_groups' | 'execution_role_arn' | 'architecture' | 'log_group'
> = {
  // Public subnets without NAT, whose security group lets the gateway alone in.
  assign_public_ip: true,
  ...APP_SIZE,
  temporary_mib: 64,
  desired_count: 1,
  bake_minutes: 1,
  start_allowance_s: 180,
  stop_grace_s: 30,
  one_off_timeout_s: 600,
  progress_wait_ms: 20_000,
  poll_ms: 2000,
  drain_wait_ms: 60_000,
};

/** Where apps run, and where they are reached: ECS where the compute stack is there. */
export function createCompute(
  logs: Pick<DeploymentLogs, 'append'>,
  logger: Logger,
): { readonly compute: ComputeProvider; readonly addresses: PipelineDependencies['addresses'] } {
  const byHost = (host: string) => `https://${domainOf(host)}`;
  if ((process.env[CLUSTER] ?? '') === '') {
    return {
      compute: createAbsentCompute(),
      addresses: { url: async ({ host }) => byHost(host), domain: domainOf },
    };
  }
  const deps = ecsDependencies(logs, logger);
  return {
    compute: createEcsCompute(deps),
    addresses: {
      url: async (service) => (await findServiceUrl(deps, service)) ?? byHost(service.host),
      domain: domainOf,
    },
  };
}

/** Looks after apps that serve. Only a compute stack's events call for it, so there is always one. */
export function createAppWatch(logger: Logger): AppWatch {
  return createEcsAppWatch({ ecs: ecsClient(), config: ecsConfig(), logger });
}

function ecsDependencies(logs: Pick<DeploymentLogs, 'append'>, logger: Logger): EcsComputeDependencies {
  return {
    ecs: ecsClient(),
    config: ecsConfig(),
    clock: systemClock,
    logger,
    logs,
    sleep: (duration_ms, signal) => sleep(duration_ms, undefined, signal === undefined ? {} : { signal }),
  };
}

function ecsClient() {
  return guardClient(createEcsClient(), aws_breakers.of('ecs'));
}

function ecsConfig(): EcsComputeConfig {
  return {
    ...APP,
    cluster: required(CLUSTER),
    region: required('AWS_REGION'),
    subnets: required('APPS_SUBNETS').split(','),
    security_groups: required('APPS_SECURITY_GROUPS').split(','),
    execution_role_arn: required('APPS_EXECUTION_ROLE_ARN'),
    architecture: process.arch === 'arm64' ? 'ARM64' : 'X86_64',
    log_group: required('APPS_LOG_GROUP'),
  };
}
