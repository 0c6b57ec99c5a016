import type { ECSClient } from '@aws-sdk/client-ecs';
import type { DeploymentLogs } from '../../../domain/deployments/index.ts';
import type { Clock, Logger } from '../../../domain/shared/ports.ts';

/** Where and how apps run: one cell's cluster, which an ECS Gateway is associated with. */
export interface EcsComputeConfig {
  readonly cluster: string;
  readonly region: string;
  readonly subnets: readonly string[];
  readonly security_groups: readonly string[];
  /** Apps reach the internet by an address of their own, where the subnets have no NAT. */
  readonly assign_public_ip: boolean;
  /** Pulls images and writes logs; the apps themselves have no role. */
  readonly execution_role_arn: string;
  readonly architecture: 'ARM64' | 'X86_64';
  readonly cpu_units: number;
  readonly memory_mib: number;
  /** What `/tmp` may hold; it is memory, and counts as the app's. */
  readonly temporary_mib: number;
  readonly desired_count: number;
  /** How long a new release is watched after its first healthy answer, before it counts as rolled out. */
  readonly bake_minutes: number;
  /** What a task may need before its app is started: a place, a network interface, the image. */
  readonly start_allowance_s: number;
  /** After SIGTERM, before SIGKILL. */
  readonly stop_grace_s: number;
  readonly one_off_timeout_s: number;
  /** How long one question for a rollout's progress may wait for news, and how often it looks. */
  readonly progress_wait_ms: number;
  readonly poll_ms: number;
  /** How long a new service may wait for one of its name that is still draining. */
  readonly drain_wait_ms: number;
  /** What apps and commands write goes here; a subscription brings it into their deployments' logs. */
  readonly log_group: string;
}

export interface EcsComputeDependencies {
  readonly ecs: ECSClient;
  readonly config: EcsComputeConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly logs: Pick<DeploymentLogs, 'append'>;
  /** Resolves after that time; rejects with the signal's reason when it aborts before. */
  readonly sleep: (duration_ms: number, signal?: AbortSignal) => Promise<unknown>;
}
