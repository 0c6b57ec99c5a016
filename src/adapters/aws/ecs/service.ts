import type {
  CreateServiceRequest,
  DeploymentConfiguration,
  GatewayConnector,
  NetworkConfiguration,
  UpdateServiceRequest,
} from '@aws-sdk/client-ecs';
import type { ServiceKey } from '../../../domain/deployments/index.ts';
import type { EcsComputeConfig } from './config.ts';
import { clientToken, PORT_NAME, serviceName, serviceTags } from './names.ts';
import type { ReleaseNotes } from './task-definition.ts';

/** Task failures after which a rollout counts as failed and ECS returns to what ran before. */
const FAILURES_ALLOWED = 3;
const HEALTH_INTERVAL_S = 5;
const HEALTH_TIMEOUT_S = 4;
const HEALTHY_AFTER = 2;
const UNHEALTHY_AFTER = 3;

/** What to run, and how its health is asked for. */
export interface Rollout {
  readonly task_definition: string;
  readonly notes: Pick<ReleaseNotes, 'health_path' | 'health_timeout_s'>;
}

/** A new service that runs a release behind the cluster's gateway. */
export function createServiceInput(
  config: EcsComputeConfig,
  service: ServiceKey,
  deployment_id: string,
  rollout: Rollout,
): CreateServiceRequest {
  return {
    ...rolloutInput(config, rollout),
    cluster: config.cluster,
    serviceName: serviceName(service),
    // A token says "the same call again": the deployment's id makes it so.
    clientToken: clientToken(deployment_id),
    launchType: 'FARGATE',
    schedulingStrategy: 'REPLICA',
    deploymentController: { type: 'ECS' },
    enableECSManagedTags: true,
    propagateTags: 'SERVICE',
    enableExecuteCommand: false,
    tags: serviceTags(service),
  };
}

/** The service's next release. */
export function updateServiceInput(
  config: EcsComputeConfig,
  service: ServiceKey,
  rollout: Rollout,
): UpdateServiceRequest {
  return { ...rolloutInput(config, rollout), cluster: config.cluster, service: serviceName(service) };
}

/** How tasks, one-off ones too, are attached to the network. */
export function networkConfiguration(config: EcsComputeConfig): NetworkConfiguration {
  return {
    awsvpcConfiguration: {
      subnets: [...config.subnets],
      securityGroups: [...config.security_groups],
      assignPublicIp: config.assign_public_ip ? 'ENABLED' : 'DISABLED',
    },
  };
}

function rolloutInput(config: EcsComputeConfig, { task_definition, notes }: Rollout) {
  return {
    taskDefinition: task_definition,
    desiredCount: config.desired_count,
    networkConfiguration: networkConfiguration(config),
    // So long as the app may take to start, its bad answers don't end it.
    healthCheckGracePeriodSeconds: notes.health_timeout_s,
    deploymentConfiguration: deploymentConfiguration(config),
    gatewayConnectors: [gatewayConnector(notes.health_path)],
  };
}

function deploymentConfiguration(config: EcsComputeConfig): DeploymentConfiguration {
  return {
    strategy: 'ROLLING',
    minimumHealthyPercent: 100,
    maximumPercent: 200,
    bakeTimeInMinutes: config.bake_minutes,
    deploymentCircuitBreaker: {
      enable: true,
      rollback: true,
      resetOnHealthyTask: false,
      thresholdConfiguration: { type: 'COUNT', value: FAILURES_ALLOWED },
    },
    // The old tasks drain afterwards: a deployment need not wait for that.
    earlySuccessCriteria: { enable: true, healthyPercent: 100, sourceServiceRevisionCleanup: 'DEFERRED' },
  };
}

/** Without a path any answer but a server error is healthy (an API may know no `/`); with one, 200 to 399. */
function gatewayConnector(health_path: string | null): GatewayConnector {
  return {
    portName: PORT_NAME,
    healthCheck: {
      healthCheckProtocol: 'HTTP',
      healthCheckPath: health_path ?? '/',
      healthCheckIntervalSeconds: HEALTH_INTERVAL_S,
      healthCheckTimeoutSeconds: HEALTH_TIMEOUT_S,
      healthyThresholdCount: HEALTHY_AFTER,
      unhealthyThresholdCount: UNHEALTHY_AFTER,
      matcher: { httpCode: health_path === null ? '200-499' : '200-399' },
    },
    filters: { accessTypes: ['PUBLIC'] },
  };
}
