import type { BuildPlan, Command, SourceSnapshot } from '../builds/index.ts';
import type { Variables } from '../projects/index.ts';
import type { DomainEvent } from '../shared/events.ts';
import type { Page, PageRequest } from '../shared/page.ts';
import type { FailureReason } from './failure.ts';
import type { Deployment, DeploymentStatus, Isolation, Service, ServiceKey, Step } from './model.ts';

/** Names one deployment of one tenant; states of the workflow carry this and never content. */
export interface DeploymentKey {
  readonly tenant_id: string;
  readonly deployment_id: string;
}

/** What was built and how it runs, frozen: a rollback runs it again as it was. */
export interface Release {
  readonly id: string;
  readonly tenant_id: string;
  readonly project_id: string;
  readonly plan: BuildPlan;
  readonly variables: Variables;
  readonly commit: SourceCommit;
  /** Where the built image is; null until it is built. */
  readonly image: string | null;
  readonly created_at: string;
}

export interface SourceCommit {
  readonly sha: string;
  readonly branch: string | null;
  readonly author: string;
  readonly message: string;
}

/** What a project's list entry says of its latest deployments, and what tells who may see that. */
export type RecentDeployment = Pick<
  Deployment,
  'id' | 'status' | 'branch' | 'commit' | 'created_at' | 'finished_at' | 'created_by' | 'environment'
>;

export interface DeploymentFilter {
  readonly project_id?: string | undefined;
  readonly status?: DeploymentStatus | undefined;
  readonly environment?: string | undefined;
  /** Only what this user asked for, or what lies in a project of theirs: for roles that reach own things alone. */
  readonly belongs_to?: string | undefined;
  /** Only what lies in one of these: for who is limited to some projects. */
  readonly project_ids?: readonly string[] | undefined;
  /** Nothing that lies in one of these: they are deleted. */
  readonly hidden_project_ids?: readonly string[] | undefined;
}

/** Deployments, their timelines and the lock that allows one at a time per service and environment. */
export interface DeploymentStore {
  /** Takes the service's lock and queues the deployment, all or nothing.
   *  @throws AppError DEPLOYMENT_IN_PROGRESS, PROJECT_NOT_FOUND when the project was deleted at this moment */
  create(deployment: Deployment, events: readonly DomainEvent[]): Promise<void>;
  find(key: DeploymentKey): Promise<Deployment | undefined>;
  /** A page may hold less than asked for, and even nothing, while there is more: much may have been left out. */
  list(tenant_id: string, filter: DeploymentFilter, page: PageRequest): Promise<Page<Deployment>>;
  /** Replaces `previous` by `next`; frees the lock with it when `unlock` says so.
   *  @throws AppError WRITE_CONFLICT when `previous` is no longer current */
  replace(
    previous: Deployment,
    next: Deployment,
    events: readonly DomainEvent[],
    options?: { readonly unlock: boolean },
  ): Promise<void>;
  /** Marks the deployment as switched and its service as served by it, only while it holds the lock (fencing).
   *  @throws AppError WRITE_CONFLICT */
  switchService(service: Service, previous: Deployment, next: Deployment): Promise<void>;
  writeStep(key: DeploymentKey, step: Step): Promise<void>;
  listSteps(key: DeploymentKey): Promise<Step[]>;
  /** The last five deployments of each project, in one call. */
  listRecent(
    tenant_id: string,
    project_ids: readonly string[],
  ): Promise<ReadonlyMap<string, readonly RecentDeployment[]>>;
}

export interface ReleaseStore {
  /** Writes the release unless it is there already: then that one stays (a rerun after a death). */
  create(release: Release): Promise<Release>;
  find(tenant_id: string, project_id: string, release_id: string): Promise<Release | undefined>;
  setImage(release: Release, image: string): Promise<void>;
}

export interface ServiceStore {
  find(key: ServiceKey): Promise<Service | undefined>;
  /** The service with its host claimed: the first of `hosts` that is free or already its own. */
  ensure(key: ServiceKey, hosts: readonly string[]): Promise<Service>;
  /** Removes a project's services and frees their hosts; which deployments served is kept. */
  removeAll(tenant_id: string, project_id: string): Promise<void>;
  /** The deployments that serve a project's services, or did when those were removed. */
  listServed(tenant_id: string, project_id: string): Promise<readonly string[]>;
}

/** Gets a repository's source; the platform's own code, so it runs nothing of the user's. */
export interface SourceProvider {
  /** Resolves the commit, stores the source for the build, and says what it looks like.
   *  @throws DeploymentFailedError */
  fetch(
    key: DeploymentKey,
    request: {
      readonly repository_url: string;
      readonly branch: string | null;
      readonly commit: string | null;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<{ readonly commit: SourceCommit; readonly snapshot: SourceSnapshot }>;
  /** Removes a stored source that no build took. Does nothing when there is none. */
  discard(key: DeploymentKey): Promise<void>;
}

/** Hands what a build needs over to whoever builds: the platform's own code writes it, so that the build itself needs no
 *  right to anything. */
export interface BuildHandOver {
  /** Whether it builds by a container engine, and so by a repository's own Dockerfile. */
  readonly builds_dockerfiles: boolean;
  /** @param variables - what the build may see
   *  @returns what the build is started with: an address for one use, or nothing where the builder finds it by itself */
  handOver(
    key: DeploymentKey,
    build: {
      readonly plan: BuildPlan;
      readonly snapshot: SourceSnapshot;
      readonly variables: Variables;
    },
  ): Promise<string>;
}

/** Makes a finished build an image that compute can run. */
export interface ImagePublisher {
  /** @returns where the image is */
  publish(key: DeploymentKey, release: Release): Promise<string>;
  /** Removes the image of a release that never served. Does nothing when there is none. */
  discard(release_id: string): Promise<void>;
}

/** Everything a compute provider needs to run one release of one service. */
export interface ReleaseSpec {
  readonly service: ServiceKey;
  readonly deployment_id: string;
  readonly release_id: string;
  /** Name for people: the project's. */
  readonly display_name: string;
  readonly host: string;
  readonly image: string;
  readonly plan: BuildPlan;
  /** The user's own and the `RAILWAY_*` ones; compute adds PORT. */
  readonly variables: Variables;
}

export type RolloutProgress =
  | { readonly state: 'pending' }
  | { readonly state: 'healthy' }
  | { readonly state: 'failed'; readonly reason: FailureReason; readonly detail: string };

/** Runs releases. One contract suite runs against every implementation. */
export interface ComputeProvider {
  readonly isolation: Isolation;
  /** Starts a release beside the one that serves. Idempotent by deployment id. */
  release(spec: ReleaseSpec): Promise<void>;
  /** How far it is; may wait a little for news, so that asking again costs little. */
  progress(deployment_id: string, signal?: AbortSignal): Promise<RolloutProgress>;
  /** Sends the service's traffic to it, then drains and stops the one before. Idempotent. */
  promote(spec: ReleaseSpec): Promise<void>;
  /** Stops a release that will not serve. Does nothing when there is none, or when it serves. */
  stop(deployment_id: string): Promise<void>;
  /** Stops all that runs for a project and frees its routes. */
  removeProject(tenant_id: string, project_id: string): Promise<void>;
  /** Runs commands in the release's image, one after the other, to their end.
   *  @throws DeploymentFailedError pre_deploy_failed, out_of_memory */
  runOneOff(spec: ReleaseSpec, commands: readonly Command[], signal?: AbortSignal): Promise<void>;
}

/** A run of an app by which compute knows it again. */
export interface AppRun {
  /** What compute calls the service. */
  readonly service: string;
  readonly task: string;
  /** What it ran. */
  readonly task_definition: string;
}

/** An app that serves, or did until a run of it ended by itself. */
export interface EndedApp {
  readonly key: DeploymentKey;
  readonly service: ServiceKey;
  readonly restart: BuildPlan['restart'];
  /** Null where a signal ended it. */
  readonly exit_code: number | null;
  /** Restarts before this end, since it last ran well. */
  readonly restarts: number;
  /** What it ended with, for people. */
  readonly how: string;
}

/** Looks after apps where compute starts them again by itself, whatever their restart policies say. */
export interface AppWatch {
  /** @returns undefined where the run is none of what a service is meant to run: its rollout decides over it, or it was
   *  replaced, or nobody here knows it */
  findEnded(run: AppRun): Promise<EndedApp | undefined>;
  /** Ends what runs of a service, and starts nothing until the next release. Idempotent. */
  giveUp(service: ServiceKey): Promise<void>;
}

/** Starts and stops executions of deploy.asl.json. */
export interface Workflow {
  /** "Already exists" is success: the execution's name is the deployment's id. */
  start(key: DeploymentKey): Promise<void>;
  stop(deployment_id: string, cause: string): Promise<void>;
}

export interface LogLine {
  readonly timestamp: string;
  readonly step: string;
  readonly stream: 'stdout' | 'stderr' | 'system';
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
}

export interface LogQuery {
  /** Sequence number of the last line already seen; 0 for none. */
  readonly after: number;
  readonly limit: number;
  /** How long to wait for a newer line when there is none. */
  readonly wait_ms?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Takes lines in batches from where others wrote them. */
export interface LogBatches {
  /** Appends a batch once, however often it comes; where its writer died on the way, a part of it may come twice.
   *  @param batch_id - the same each time that this batch comes */
  appendBatch(deployment: DeploymentKey, batch_id: string, lines: readonly LogLine[]): Promise<void>;
}

/** The lines of a deployment, build and runtime alike. */
export interface DeploymentLogs {
  /** Keeps the order; never throws into the process that logs. */
  append(deployment: DeploymentKey, line: LogLine): void;
  /** Resolves when what was appended can be read. */
  flush(): Promise<void>;
  read(
    deployment: DeploymentKey,
    query: LogQuery,
  ): Promise<{
    readonly lines: readonly (LogLine & { readonly sequence: number })[];
    /** The sequence number to continue after. */
    readonly next: number;
  }>;
}
