import type { ProjectStore } from '../../projects/index.ts';
import type { Logger } from '../../shared/ports.ts';
import type { LifecycleDependencies } from '../lifecycle.ts';
import type { Service } from '../model.ts';
import type {
  BuildHandOver,
  ComputeProvider,
  DeploymentLogs,
  ImagePublisher,
  ReleaseStore,
  ServiceStore,
  SourceProvider,
} from '../ports.ts';

/** What the tasks of deploy.asl.json work with. */
export interface PipelineDependencies extends LifecycleDependencies {
  readonly projects: ProjectStore;
  readonly releases: ReleaseStore;
  readonly services: ServiceStore;
  readonly source: SourceProvider;
  readonly builds: BuildHandOver;
  readonly images: ImagePublisher;
  readonly compute: ComputeProvider;
  readonly logs: Pick<DeploymentLogs, 'append'>;
  readonly logger: Logger;
  readonly addresses: ServiceAddresses;
}

/** Where services are reached. */
export interface ServiceAddresses {
  /** A service's public address, once something of it runs: on AWS the gateway gives it. */
  url(service: Service): Promise<string>;
  /** The domain that a host label stands for, known beforehand. */
  domain(host: string): string;
}

/** How a task learns that its execution was stopped. */
export interface TaskContext {
  readonly signal?: AbortSignal | undefined;
}
