import { performance } from 'node:perf_hooks';
import { logDeploymentEvents } from '../../../src/adapters/stores/deployment-log.ts';
import { createDeploymentStore } from '../../../src/adapters/stores/deployment-store.ts';
import { rememberFinalItems } from '../../../src/adapters/stores/final-items.ts';
import { createLogStore } from '../../../src/adapters/stores/log-store.ts';
import { createProjectStore } from '../../../src/adapters/stores/project-store.ts';
import { createReleaseStore } from '../../../src/adapters/stores/release-store.ts';
import type { Sealer } from '../../../src/adapters/stores/sealer.ts';
import { createServiceStore } from '../../../src/adapters/stores/service-store.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { uuidIds } from '../../../src/adapters/system/ids.ts';
import { createLogger } from '../../../src/adapters/system/logger.ts';
import type { Table } from '../../../src/adapters/table/port.ts';
import type {
  BuildHandOver,
  ComputeProvider,
  DeploymentLogs,
  ImagePublisher,
  PipelineDependencies,
  SourceProvider,
} from '../../../src/domain/deployments/index.ts';
import { domainOf } from './addresses.ts';
import { logLevel } from './environment.ts';

/** What a task has beyond what all of them share. What is left out refuses. */
export interface PipelineParts {
  readonly table: Table;
  /** Opens variables; only the tasks that start something may. */
  readonly sealer?: Sealer;
  readonly source?: SourceProvider;
  readonly builds?: BuildHandOver;
  readonly images?: ImagePublisher;
}

/** The pipeline as one function runs its part of it, which has nothing to do with apps that run: its bundle needs no ECS
 *  client. The function flushes the logs before it answers. */
export function createPipelineWithoutApps(
  parts: PipelineParts,
): PipelineDependencies & { readonly logs: DeploymentLogs } {
  const { table, sealer = NO_SEALER } = parts;
  const clock = systemClock;
  const logger = createLogger(logLevel());
  const logs = createLogStore(table, clock);
  const final = rememberFinalItems(table, { monotonic_ms: () => performance.now() });
  return {
    deployments: logDeploymentEvents(createDeploymentStore(table, clock), logger),
    projects: createProjectStore(table, sealer),
    releases: createReleaseStore(final, sealer),
    services: createServiceStore(table),
    source: parts.source ?? { fetch: refuse, discard: async () => undefined },
    builds: parts.builds ?? { builds_dockerfiles: false, handOver: refuse },
    images: parts.images ?? { publish: refuse, discard: async () => undefined },
    compute: NO_COMPUTE,
    // A build is told the domain, which is known before anything runs.
    addresses: { url: refuse, domain: domainOf },
    clock,
    ids: uuidIds,
    logs,
    logger,
  };
}

async function refuse(): Promise<never> {
  throw new Error('This function has no part in that');
}

const NO_COMPUTE: ComputeProvider = {
  isolation: 'microvm',
  release: refuse,
  progress: refuse,
  promote: refuse,
  stop: refuse,
  removeProject: refuse,
  runOneOff: refuse,
};

const NO_SEALER: Sealer = {
  seal: () => {
    throw new Error('This function may not seal variables');
  },
  open: () => {
    throw new Error('This function may not open variables');
  },
};
