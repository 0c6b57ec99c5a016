import type { Cache } from '../../src/adapters/cache/port.ts';
import { cacheProjects } from '../../src/adapters/stores/cached-projects.ts';
import { logDeploymentEvents } from '../../src/adapters/stores/deployment-log.ts';
import { createDeploymentStore } from '../../src/adapters/stores/deployment-store.ts';
import { createProjectCache } from '../../src/adapters/stores/project-cache.ts';
import { createProjectStore } from '../../src/adapters/stores/project-store.ts';
import { createReleaseStore } from '../../src/adapters/stores/release-store.ts';
import { createServiceStore } from '../../src/adapters/stores/service-store.ts';
import type { SourceSnapshot } from '../../src/domain/builds/index.ts';
import type {
  ComputeProvider,
  Deployment,
  DeploymentKey,
  LogLine,
  PipelineDependencies,
  RolloutProgress,
  SourceCommit,
} from '../../src/domain/deployments/index.ts';
import { loadDeployment, requestDeployment } from '../../src/domain/deployments/index.ts';
import { createProject, type NewProject, type Project } from '../../src/domain/projects/index.ts';
import type { IdGenerator } from '../../src/domain/shared/ports.ts';
import { createRecordedLogger, type RecordedLogger } from './recorded-logger.ts';
import { testSealer } from './sealers.ts';
import { createMemoryTable, type MemoryTable } from './tables.ts';
import { createTestClock, type TestClock } from './test-clock.ts';
import { createTestIds } from './test-ids.ts';
import { COMMIT, nodeSource, principal } from './things.ts';

/** What the fakes do; a test changes it as it goes. An error is thrown. */
export interface PipelineScript {
  source: { readonly commit: SourceCommit; readonly snapshot: SourceSnapshot } | Error;
  image: string | Error;
  one_off: Error | undefined;
  release: Error | undefined;
  /** One answer after the other; the last one stays. */
  progress: RolloutProgress[];
  promote: Error | undefined;
  /** Called at the beginning of each call to a fake, by its name: the place to let something happen meanwhile. */
  onCall: (name: string) => Promise<void>;
}

/** The pipeline on stores in memory, with a scripted source, image publisher and compute. */
export interface TestPipeline {
  readonly deps: PipelineDependencies;
  readonly script: PipelineScript;
  /** Calls to the fakes in their order, each with the deployment it was for. */
  readonly calls: readonly string[];
  /** Sources and images that were thrown away. */
  readonly discarded: readonly string[];
  readonly lines: readonly LogLine[];
  readonly memory: MemoryTable;
  readonly clock: TestClock;
  readonly logger: RecordedLogger;
  createProject(changes?: Partial<NewProject>): Promise<Project>;
  /** Queues a deployment. */
  queue(project: Project): Promise<DeploymentKey>;
  read(key: DeploymentKey): Promise<Deployment>;
  /** The steps as `name status`. */
  steps(key: DeploymentKey): Promise<string[]>;
  /** Types of the events so far, without their common prefix. */
  eventTypes(): string[];
}

export const OWNER = principal('owner');

/** What another fixture has made already. */
export interface SharedParts {
  readonly memory?: MemoryTable;
  readonly clock?: TestClock;
  readonly ids?: IdGenerator;
  /** Projects are shared by it; no cache when it is left out. */
  readonly cache?: Cache | undefined;
}

export function createTestPipeline(shared: SharedParts = {}): TestPipeline {
  const { memory = createMemoryTable(), clock = createTestClock(), ids = createTestIds() } = shared;
  const logger = createRecordedLogger();
  const lines: LogLine[] = [];
  const calls: string[] = [];
  const discarded: string[] = [];
  const script: PipelineScript = {
    source: { commit: COMMIT, snapshot: nodeSource() },
    image: 'images/1',
    one_off: undefined,
    release: undefined,
    progress: [{ state: 'healthy' }],
    promote: undefined,
    onCall: async () => undefined,
  };
  const called = async (name: string, deployment_id: string, failure?: Error): Promise<void> => {
    calls.push(`${name} ${numberOf(deployment_id)}`);
    await script.onCall(name);
    if (failure !== undefined) throw failure;
  };
  const projects = createProjects({ memory, clock, cache: shared.cache, logger });
  const deployments = logDeploymentEvents(createDeploymentStore(memory.table, clock), logger);
  const deps: PipelineDependencies = {
    deployments,
    projects,
    clock,
    ids,
    logger,
    releases: createReleaseStore(memory.table, testSealer),
    services: createServiceStore(memory.table),
    source: {
      async fetch(key) {
        await called('fetch', key.deployment_id);
        if (script.source instanceof Error) throw script.source;
        return script.source;
      },
      async discard({ deployment_id }) {
        discarded.push(`source ${numberOf(deployment_id)}`);
      },
    },
    images: {
      async publish(key) {
        await called('publish', key.deployment_id);
        if (script.image instanceof Error) throw script.image;
        return script.image;
      },
      async discard(release_id) {
        discarded.push(`image ${numberOf(release_id)}`);
      },
    },
    compute: fakeCompute(script, called),
    logs: { append: (_deployment_id, line) => void lines.push(line) },
    builds: {
      builds_dockerfiles: false,
      handOver: async ({ deployment_id }) => `ticket of ${deployment_id}`,
    },
    addresses: { url: async ({ host }) => `http://${host}.test`, domain: (host) => `${host}.test` },
  };
  const queue = { ...deps, logs: { read: async () => ({ lines: [], next: 0 }) } };
  return {
    deps,
    script,
    calls,
    discarded,
    lines,
    memory,
    clock,
    logger,
    createProject: (changes) =>
      createProject({ ...deps, allow_local_repositories: true }, OWNER, {
        name: 'shop',
        repository_url: 'https://git.example.com/shop',
        ...changes,
      }),
    async queue(project) {
      const { id, tenant_id } = await requestDeployment(queue, OWNER, { project_id: project.id });
      return { tenant_id, deployment_id: id };
    },
    read: (key) => loadDeployment(deps, key),
    steps: async (key) => (await deployments.listSteps(key)).map(({ name, status }) => `${name} ${status}`),
    eventTypes: () => memory.events.map(({ type }) => type.replace('branchline.', '')),
  };
}

function createProjects(
  parts: Required<Pick<SharedParts, 'memory' | 'clock' | 'cache'>> & { readonly logger: RecordedLogger },
) {
  const { memory, clock, cache, logger } = parts;
  const store = createProjectStore(memory.table, testSealer);
  if (cache === undefined) return store;
  const project_cache = createProjectCache(cache, {
    table: memory.table,
    clock,
    logger,
    monotonic_ms: () => clock.now().getTime(),
    wait: async (duration_ms) => clock.advance(duration_ms),
    stage: 'test',
  });
  return cacheProjects(store, project_cache);
}

function fakeCompute(
  script: PipelineScript,
  called: (name: string, deployment_id: string, failure?: Error) => Promise<void>,
): ComputeProvider {
  return {
    isolation: 'none',
    release: (spec) => called('release', spec.deployment_id, script.release),
    async progress(deployment_id, signal) {
      // A look in passing, which neither waits nor counts.
      if (signal?.aborted === true) return script.progress[0] ?? { state: 'healthy' };
      await called('progress', deployment_id);
      const [now = { state: 'pending' }, ...later] = script.progress;
      if (later.length > 0) script.progress = later;
      return now;
    },
    promote: (spec) => called('promote', spec.deployment_id, script.promote),
    stop: (deployment_id) => called('stop', deployment_id),
    removeProject: (_tenant_id, project_id) => called('removeProject', project_id),
    runOneOff: (spec) => called('runOneOff', spec.deployment_id, script.one_off),
  };
}

/** The number that a test id counts. */
export function numberOf(id: string): number {
  return Number.parseInt(id.slice(-12), 16);
}
