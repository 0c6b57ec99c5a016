import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { createAuthFunction } from '../functions/api/auth/handler.ts';
import { createDeploymentsFunction } from '../functions/api/deployments/handler.ts';
import { createMetaFunction } from '../functions/api/meta/handler.ts';
import { createProjectsFunction } from '../functions/api/projects/handler.ts';
import { createTeamFunction } from '../functions/api/team/handler.ts';
import { createTokensFunction } from '../functions/api/tokens/handler.ts';
import { createUsageFunction } from '../functions/api/usage/handler.ts';
import { createUsersFunction } from '../functions/api/users/handler.ts';
import { reportCircuit } from '../functions/runtime/circuit-report.ts';
import type { ApiDependencies } from '../functions/runtime/dependencies.ts';
import { createRateLimiter } from '../functions/runtime/rate-limiter.ts';
import { traceConsumers, traceTasks } from '../functions/runtime/traced.ts';
import { createDeployTasks } from '../functions/tasks/index.ts';
import { createGitSource } from '../src/adapters/git/source.ts';
import { apiTokenCodec } from '../src/adapters/identity/api-token-codec.ts';
import { createCommonPasswords } from '../src/adapters/identity/common-passwords.ts';
import { invitationCodec } from '../src/adapters/identity/invitation-codec.ts';
import { oneTimeSecrets } from '../src/adapters/identity/one-time-secrets.ts';
import { createPasswordHasher } from '../src/adapters/identity/passwords.ts';
import { createTokens } from '../src/adapters/identity/tokens.ts';
import { createBreakers, GIT_BREAKER } from '../src/adapters/resilience/breakers.ts';
import { createSqliteTable } from '../src/adapters/sqlite/table.ts';
import { createApiTokenStore } from '../src/adapters/stores/api-token-store.ts';
import { createCredentialStore } from '../src/adapters/stores/credential-store.ts';
import { logDeploymentEvents } from '../src/adapters/stores/deployment-log.ts';
import { createDeploymentStore } from '../src/adapters/stores/deployment-store.ts';
import { readDuePurges } from '../src/adapters/stores/due-purges.ts';
import { createIdempotencyStore } from '../src/adapters/stores/idempotency-store.ts';
import { createIdentityStore } from '../src/adapters/stores/identity-store.ts';
import { createInvitationStore } from '../src/adapters/stores/invitation-store.ts';
import { createMetricsStore } from '../src/adapters/stores/metrics-store.ts';
import { createProjectRemains } from '../src/adapters/stores/project-remains.ts';
import { createProjectStore } from '../src/adapters/stores/project-store.ts';
import { createReleaseStore } from '../src/adapters/stores/release-store.ts';
import { createServiceStore } from '../src/adapters/stores/service-store.ts';
import { createSessionStore } from '../src/adapters/stores/session-store.ts';
import { createSignInStore } from '../src/adapters/stores/sign-in-store.ts';
import { createTeamStore } from '../src/adapters/stores/team-store.ts';
import { createUsageStore } from '../src/adapters/stores/usage-store.ts';
import { createUserStore } from '../src/adapters/stores/user-store.ts';
import { systemClock } from '../src/adapters/system/clock.ts';
import { createCursorCodec } from '../src/adapters/system/cursors.ts';
import { uuidIds } from '../src/adapters/system/ids.ts';
import { createLogMailer } from '../src/adapters/system/log-mailer.ts';
import { createLogger } from '../src/adapters/system/logger.ts';
import { createMemoryBuckets } from '../src/adapters/system/memory-buckets.ts';
import { createSealer } from '../src/adapters/system/sealer.ts';
import type { Item } from '../src/adapters/table/port.ts';
import { createTracer } from '../src/adapters/telemetry/tracer.ts';
import { createBillingConsumer } from '../src/domain/billing/index.ts';
import {
  createDeploymentStarter,
  createDeploymentStopper,
  createProjectFollower,
  type PipelineDependencies,
  recordCrash,
  type Service,
  settleInterrupted,
} from '../src/domain/deployments/index.ts';
import { readLimits } from '../src/domain/limits/index.ts';
import { createMetricsConsumer } from '../src/domain/metrics/index.ts';
import { createAccountPurge, createProjectPurge, createPurger } from '../src/domain/purge/index.ts';
import type { Clock, Logger } from '../src/domain/shared/ports.ts';
import { DAY_MS } from '../src/domain/shared/time.ts';
import { createLocalBuilder } from './builder/builder.ts';
import { createLocalImagePublisher } from './builder/images.ts';
import { LIMITS, type Limits } from './builder/limits.ts';
import { createBus } from './bus/bus.ts';
import { createOutbox } from './bus/outbox.ts';
import { createLocalCompute } from './compute/provider.ts';
import { loadServing } from './compute/serving.ts';
import { createUsageReader } from './compute/usage.ts';
import { createWorkloads } from './compute/workloads.ts';
import { openDatabase } from './database.ts';
import { createGateway } from './gateway/gateway.ts';
import { lockHome, persistentSecret, prepareHome } from './home.ts';
import { createFileLogs, createLocalLogs } from './logs/file-logs.ts';
import { appHostEnvironment, createProcessRunner, hostEnvironment } from './process/index.ts';
import { shareProjects } from './project-cache.ts';
import { createPrometheusMetrics } from './prometheus.ts';
import { createAppProxy } from './proxy/app-proxy.ts';
import { createLocalOutput } from './purge/output.ts';
import { type PurgeSchedule, schedulePurge } from './purge/schedule.ts';
import type { Settings } from './settings.ts';
import { loadSigningKeys } from './signing-keys.ts';
import { createLocalSourceProvider } from './source/provider.ts';
import { createWorkflowEngine } from './workflow/engine.ts';
import { createExecutions } from './workflow/executions.ts';

/** A platform that runs. */
export interface Platform {
  /** Where the API is, for people. */
  readonly url: string;
  readonly port: number;
  /** How well apps are kept from this machine. */
  readonly isolation: string;
  /** Drains, stops every child process, and frees the home. Safe to call again. */
  stop(): Promise<void>;
}

/** What may differ from the laptop's defaults. */
export interface PlatformOptions {
  readonly logger?: Logger;
  readonly limits?: Partial<Limits>;
  readonly clock?: Clock;
}

const CHECKOUT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const RETRY_DELAYS_MS = [100, 500, 2000, 10_000];
const RESUME_WAIT_MS = 5000;
const CLOSE_GRACE_MS = 3000;
// An hour's worth, and more than a laptop's user deletes; what is left waits for the next.
const PURGED_AT_ONCE = 100;
const PURGE_STEPS = 10_000;

/** Composes the laptop's platform from the same handlers, stores and state machine that run on AWS, and starts it.
 *  @param environment - the operator's; builds and apps get an allow-listed part
 *  @throws HomeError, IsolationUnavailableError, or the error of a port that is taken */
export async function startPlatform(
  settings: Settings,
  environment: Readonly<Record<string, string | undefined>>,
  options: PlatformOptions = {},
): Promise<Platform> {
  const logger = options.logger ?? createLogger(settings.log_level);
  const limits: Limits = { ...LIMITS, ...options.limits };
  const tracer = createTracer(environment);
  const clock = options.clock ?? systemClock;
  const ids = uuidIds;
  const folders = prepareHome(settings.home, CHECKOUT);
  const unlock = lockHome(folders);
  const database = openDatabase(folders, limits.database_bytes);
  const on_put: { deliver: (items: readonly Item[]) => void } = { deliver: () => undefined };
  const table = createSqliteTable(database, { onPut: (items) => on_put.deliver(items) });
  const host_environment = hostEnvironment(environment);

  const runner = await createProcessRunner({
    runs_dir: folders.runs,
    level: settings.isolation,
    home: folders.root,
    environment: host_environment,
    memory_interval_ms: limits.memory_interval_ms,
    onError: (error) => logger.error('child process trouble', { error }),
  });
  const orphans = await runner.killOrphans();
  if (orphans > 0) logger.warn('ended processes of an earlier run', { count: orphans });

  const sealer = createSealer(persistentSecret(folders, 'seal'));
  const keys = await loadSigningKeys(folders, clock);
  const tokens = createTokens(keys, clock);
  const identity = createIdentityStore(table);
  const credentials = createCredentialStore(table);
  const api_tokens = createApiTokenStore(table);
  const shared = shareProjects(createProjectStore(table, sealer), table, {
    url: settings.cache_url,
    logger,
  });
  const { projects } = shared;
  const deployments = logDeploymentEvents(createDeploymentStore(table, clock), logger);
  const metrics_store = createMetricsStore(table, clock);
  const usage = createUsageStore(table, clock);
  const file_logs = createFileLogs({
    directory: folders.logs,
    segment_bytes: limits.log_segment_bytes,
    max_segments: limits.log_segments,
    clock,
  });
  const logs = createLocalLogs(file_logs);
  const proxy = createAppProxy({
    onFailure: (failure) => logger.warn('app did not answer', { ...failure }),
  });
  // The port is known only once the gateway listens, and addresses are asked for later still.
  let port = settings.port;
  const addresses = {
    domain: (host: string) => `${host}.localhost:${port}`,
    url: async ({ host }: Pick<Service, 'host'>) => `http://${host}.localhost:${port}`,
  };

  const lifecycle = { deployments, clock, ids };
  const compute = createLocalCompute({
    runner,
    limits,
    proxy,
    workloads: createWorkloads(database),
    logs,
    clock,
    logger,
    images_dir: folders.images,
    host_environment: appHostEnvironment(environment),
    domain: addresses.domain,
    onCrashed: (key) => recordCrash(lifecycle, key),
  });
  const prometheus = createPrometheusMetrics(
    await metrics_store.readActiveProjects(),
    createUsageReader(compute, folders.images),
  );
  const git_breakers = createBreakers(GIT_BREAKER, ({ name, ...change }) =>
    reportCircuit({ logger, circuit_metrics: prometheus }, { upstream: 'git', host: name, ...change }),
  );
  const pipeline: PipelineDependencies = {
    ...lifecycle,
    projects,
    releases: createReleaseStore(table, sealer),
    services: createServiceStore(table),
    source: createLocalSourceProvider(
      createGitSource({
        state_dir: folders.git,
        path: host_environment['PATH'] ?? '',
        timeout_ms: limits.git_timeout_ms,
        max_size_bytes: limits.repository_bytes,
        allow_local: true,
        breakers: git_breakers,
      }),
      folders.sources,
    ),
    // The builder of this process finds the source by the deployment's id.
    builds: { builds_dockerfiles: false, handOver: async () => '' },
    images: createLocalImagePublisher(folders.images),
    compute,
    logs,
    logger,
    addresses,
  };

  const executions = createExecutions(database);
  const engine = createWorkflowEngine({
    tasks: traceTasks(tracer, {
      ...createDeployTasks(pipeline),
      Build: createLocalBuilder({ pipeline, runner, limits, folders, host_environment }),
    }),
    executions,
    settle: (key) => settleInterrupted(pipeline, key),
    logger,
  });
  const bus = createBus({
    consumers: traceConsumers(tracer, {
      'start-deployment': createDeploymentStarter(engine),
      'stop-deployment': createDeploymentStopper(pipeline, engine),
      'remove-project': createProjectFollower(pipeline),
      metrics: createMetricsConsumer(metrics_store, prometheus),
      billing: createBillingConsumer(usage),
    }),
    outbox: createOutbox(database),
    logger,
    retry_delays_ms: RETRY_DELAYS_MS,
    // A deployment that can't be started would hold its service's lock until the lease ends.
    onDeadLetter: async ({ tenant_id, entity }, consumer) => {
      if (consumer !== 'start-deployment') return;
      await settleInterrupted(pipeline, { tenant_id, deployment_id: entity.id });
    },
  });
  on_put.deliver = (items) => bus.accept(items);

  const request_limits = readLimits(settings.rate_limit);
  const mailer = createLogMailer(logger);
  const team = { users: createUserStore(table), teams: createTeamStore(table), clock, ids };
  const invitations = createInvitationStore(table);
  const api: ApiDependencies = {
    authentication: { tokens, store: identity, api_tokens, codec: apiTokenCodec, clock },
    accounts: {
      store: identity,
      users: team.users,
      teams: team.teams,
      sessions: createSessionStore(table),
      credentials,
      resets: credentials,
      secrets: oneTimeSecrets,
      common_passwords: createCommonPasswords(),
      passwords: createPasswordHasher(),
      tokens,
      mailer: mailer,
      clock,
      ids,
    },
    api_tokens: { api_tokens, codec: apiTokenCodec, projects, clock, ids },
    sign_in: { attempts: createSignInStore(table, clock), limits: request_limits.sign_in, logger },
    team,
    invitations: { ...team, invitations, codec: invitationCodec, mailer },
    projects: { projects, clock, ids, allow_local_repositories: true },
    deployments: { ...lifecycle, projects, logs },
    recent: deployments,
    metrics: metrics_store,
    usage,
    clock,
    cursors: createCursorCodec(persistentSecret(folders, 'cursors')),
    readKeySet: async () => keys.keySet(),
    idempotency: createIdempotencyStore(table, clock),
    limiter: createRateLimiter({
      limits: request_limits,
      // One process answers everything, so its memory is all that there is to share.
      buckets: createMemoryBuckets(clock),
      clock,
      logger,
    }),
    logger,
    tracer,
    http_metrics: prometheus,
    allowed_origins: [],
    monotonic_ms: () => performance.now(),
  };
  const gateway = createGateway({
    functions: {
      auth: createAuthFunction(api),
      tokens: createTokensFunction(api),
      users: createUsersFunction(api),
      team: createTeamFunction(api),
      projects: createProjectsFunction(api),
      deployments: createDeploymentsFunction(api),
      usage: createUsageFunction(api),
      meta: createMetaFunction(api),
    },
    proxy,
    metrics: prometheus,
    own_hosts: ownHosts(settings.host),
    clock,
    ids,
    logger,
  });

  const purge = createPurger({
    readDue: (before) => readDuePurges(table, before, PURGED_AT_ONCE),
    purgers: {
      project: createProjectPurge({
        remains: createProjectRemains(table),
        output: createLocalOutput({ ...pipeline, logs: file_logs, executions, caches_dir: folders.caches }),
        services: pipeline.services,
      }),
      user: createAccountPurge({ ...team, invitations, projects: { projects, clock, ids } }),
    },
    max_steps: PURGE_STEPS,
    clock,
    logger,
  });

  let purging: PurgeSchedule | undefined;
  let stopping: Promise<void> | undefined;
  // It keeps no process alive: what is due when nobody runs is done at the next start.
  const key_timer = setInterval(() => {
    keys.renew().catch((error: unknown) => logger.error('signing keys could not be renewed', { error }));
  }, DAY_MS).unref();
  const stop = async (): Promise<void> => {
    clearInterval(key_timer);
    // Together, so that requests under way are still answered by apps that are on their way out.
    await Promise.all([gateway.close(CLOSE_GRACE_MS), bus.stop(), engine.shutDown(), purging?.stop()]);
    await compute.shutDown();
    await runner.terminateAll(limits.stop_grace_ms);
    await logs.flush();
    await shared.close();
    database.close();
    unlock();
  };

  try {
    port = await gateway.listen(settings.port, settings.host);
  } catch (error) {
    clearInterval(key_timer);
    await runner.terminateAll(0);
    database.close();
    unlock();
    throw error;
  }
  await compute.resume((key) => loadServing(pipeline, key), RESUME_WAIT_MS);
  engine.resume();
  await bus.sweep();
  purging = schedulePurge(purge, logger);
  return {
    url: `http://${displayHost(settings.host)}:${port}`,
    port,
    isolation: runner.level,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** Bound to every address, the platform answers by each of this machine's; bound to one, by that. */
function ownHosts(host: string): string[] {
  if (isIP(host) === 0) return [];
  if (host !== '0.0.0.0' && host !== '::') return [bracketed(host)];
  const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return addresses.map((entry) => bracketed(entry.address));
}

function bracketed(address: string): string {
  return isIP(address) === 6 ? `[${address}]` : address;
}

function displayHost(host: string): string {
  return host === '127.0.0.1' || host === '0.0.0.0' || host === '::' || host === '::1'
    ? 'localhost'
    : bracketed(host);
}
