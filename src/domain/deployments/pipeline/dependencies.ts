import type { ProjectStore } from '../../projects/index.ts';
import type { Logger } from '../../shared/ports.ts';
import type { LifecycleDependencies } from '../lifecycle.ts';
import type {
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
  readonly images: ImagePublisher;
  readonly compute: ComputeProvider;
  readonly logs: Pick<DeploymentLogs, 'append'>;
  readonly logger: Logger;
  /** The public address of a service by its host label, and that address's domain alone. */
  readonly addresses: { url(host: string): string; domain(host: string): string };
}

/** How a task learns that its execution was stopped. */
export interface TaskContext {
  readonly signal?: AbortSignal | undefined;
}
