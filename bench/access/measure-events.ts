import { gzipSync } from 'node:zlib';
import { createLogCollector } from '../../functions/events/collect-logs.ts';
import type { ForwardDependencies } from '../../functions/events/forward-outbox.ts';
import { createOutboxPublisher } from '../../functions/events/publish-outbox.ts';
import { createSettler } from '../../functions/events/settle-deployment.ts';
import { createAppWatcher } from '../../functions/events/watch-apps.ts';
import { runAndFlush } from '../../functions/runtime/aws/flush.ts';
import { createOutboxSweeper } from '../../functions/schedules/sweep.ts';
import { readDuePurges } from '../../src/adapters/stores/due-purges.ts';
import { keys } from '../../src/adapters/stores/keys.ts';
import { createLogStore } from '../../src/adapters/stores/log-store.ts';
import { createMetricsStore } from '../../src/adapters/stores/metrics-store.ts';
import { readOverdueItems } from '../../src/adapters/stores/outbox.ts';
import { createProjectRemains } from '../../src/adapters/stores/project-remains.ts';
import { createUsageStore } from '../../src/adapters/stores/usage-store.ts';
import { type ConsumerName, EVENT_RULES } from '../../src/contracts/events/rules.ts';
import { BUILD_LINE_MARK, logStreamPrefix } from '../../src/contracts/functions/log-streams.ts';
import { createBillingConsumer } from '../../src/domain/billing/index.ts';
import {
  createDeploymentStarter,
  createDeploymentStopper,
  createProjectFollower,
  type DeploymentKey,
  type Workflow,
} from '../../src/domain/deployments/index.ts';
import { createMetricsConsumer } from '../../src/domain/metrics/index.ts';
import { RESTORABLE_MS } from '../../src/domain/projects/model.ts';
import { createProjectPurge, createPurger } from '../../src/domain/purge/index.ts';
import type { DomainEvent, EventConsumer } from '../../src/domain/shared/events.ts';
import { runTasks } from '../../test/support/run-tasks.ts';
import type { Access } from '../capacity/tally.ts';
import { runExecution } from './execution.ts';
import { openUsedWorld, type UsedWorld, type World } from './world.ts';

const NO_WORKFLOW: Workflow = { start: async () => undefined, stop: async () => undefined };
const NO_METRICS = {
  countDeployment: () => undefined,
  observeDuration: () => undefined,
  addActiveProjects: () => undefined,
};

/** The consumers as their functions compose them. */
export function createConsumers({ tally, pipeline }: World): Readonly<Record<ConsumerName, EventConsumer>> {
  const { clock } = pipeline;
  const stopper = createDeploymentStopper(pipeline, NO_WORKFLOW);
  return {
    'start-deployment': createDeploymentStarter(NO_WORKFLOW),
    'stop-deployment': { handle: (event) => runAndFlush(pipeline, () => stopper.handle(event)) },
    'remove-project': createProjectFollower(pipeline),
    metrics: createMetricsConsumer(createMetricsStore(tally.table, clock), NO_METRICS),
    billing: createBillingConsumer(createUsageStore(tally.table, clock)),
  };
}

/** Publishes one event, as the outbox's stream brings it. */
export async function publishEvent({ tally, pipeline }: World, event: DomainEvent): Promise<void> {
  const publish = createOutboxPublisher({
    readRecord: () => ({ ...keys.outbox(event.tenant_id, event.id), body: event }),
    ...forwarding({ tally, pipeline }),
  });
  await publish({ Records: [{ eventName: 'INSERT' }] });
}

/** Where outbox items go: to a bus that takes all, and out of the counted table. */
function forwarding({ tally, pipeline }: Pick<World, 'tally' | 'pipeline'>): ForwardDependencies {
  return {
    publish: async () => new Set(),
    remove: ({ pk, sk }) => tally.table.write({ kind: 'delete', key: { table: 'tenants', pk, sk } }),
    bury: async (_item, reason) => {
      throw new Error(reason);
    },
    logger: pipeline.logger,
  };
}

/** Looks after an execution that failed, as the rule on failed executions does. */
export function settleExecution({ pipeline }: World, key: DeploymentKey): Promise<void> {
  const settle = createSettler(async () => pipeline);
  return runAndFlush(pipeline, () => settle({ detail: { input: JSON.stringify(key) } } as never));
}

/** Every consumer with every event that it hears of. */
export const CONSUMER_EVENTS = (Object.keys(EVENT_RULES) as ConsumerName[]).flatMap((consumer) =>
  EVENT_RULES[consumer].map((type) => ({ consumer, type, name: `${consumer}: ${type}` }) as const),
);

/** What one event costs its consumer. */
export async function measureConsumer({ consumer, type }: (typeof CONSUMER_EVENTS)[number]): Promise<Access> {
  const world = await openUsedWorld();
  await CAUSES[type](world);
  const event = world.api.test_accounts.memory.events.findLast((candidate) => candidate.type === type);
  if (event === undefined) throw new Error(`Nothing caused ${type}`);
  return world.tally.count(() => createConsumers(world)[consumer].handle(event));
}

type RuledEvent = (typeof CONSUMER_EVENTS)[number]['type'];

const APP_EXITED = { state: 'failed', reason: 'app_exited', detail: 'Exit code 1.' } as const;

/** What makes each event happen. */
const CAUSES: Readonly<Record<RuledEvent, (world: UsedWorld) => Promise<unknown>>> = {
  'branchline.project.created': (world) => world.createProject('another'),
  'branchline.project.deleted': (world) => world.call('DELETE', `/api/v1/projects/${world.project_id}`),
  'branchline.project.restored': async (world) => {
    await world.call('DELETE', `/api/v1/projects/${world.project_id}`);
    const deleted = lastEvent(world);
    await createConsumers(world)['remove-project'].handle(deleted);
    world.api.test_accounts.clock.advance(1000);
    return world.call('POST', `/api/v1/projects/${world.project_id}/restore`);
  },
  'branchline.deployment.queued': (world) => world.queue(world.project_id),
  'branchline.deployment.succeeded': deploy,
  'branchline.deployment.failed': (world) => {
    world.script.progress = [APP_EXITED];
    return deploy(world);
  },
  'branchline.deployment.cancelled': async (world) => {
    const deployment_id = await world.queue(world.project_id);
    await runTasks(world.api.pipeline, { tenant_id: world.account.tenant_id, deployment_id }, 'Release');
    return world.call('POST', `/api/v1/deployments/${deployment_id}/cancel`);
  },
};

async function deploy(world: UsedWorld): Promise<void> {
  const deployment_id = await world.queue(world.project_id);
  await runExecution(world, { tenant_id: world.account.tenant_id, deployment_id });
}

/** What keeps events and executions moving, by what it does. */
export const DELIVERY = {
  'publish-outbox: one event': async () => {
    const world = await openUsedWorld();
    return world.tally.count(() => publishEvent(world, lastEvent(world)));
  },
  'sweep-outbox: nothing overdue': async () => {
    const world = await openUsedWorld();
    for (const event of world.api.test_accounts.memory.events) await publishEvent(world, event);
    return sweep(world);
  },
  'purge: nothing due': async () => purge(await openUsedWorld()),
  'purge: a project with its deployments': async () => {
    const world = await openUsedWorld();
    await world.call('DELETE', `/api/v1/projects/${world.project_id}`);
    await createConsumers(world)['remove-project'].handle(lastEvent(world));
    world.api.test_accounts.clock.advance(RESTORABLE_MS + 1);
    return purge(world);
  },
  'collect-logs: ten lines of a build': async () => {
    const world = await openUsedWorld();
    const deployment_id = await world.queue(world.project_id);
    return collectLines(world, { tenant_id: world.account.tenant_id, deployment_id });
  },
  'settle-deployment: a failure that is recorded': async () => {
    const world = await openUsedWorld();
    world.script.progress = [APP_EXITED];
    const deployment_id = await world.queue(world.project_id);
    const key = { tenant_id: world.account.tenant_id, deployment_id };
    await runExecution(world, key);
    return world.tally.count(() => settleExecution(world, key));
  },
  'watch-apps: an app that is given up': async () => {
    const world = await openUsedWorld();
    const deployment_id = await world.queue(world.project_id);
    const key = { tenant_id: world.account.tenant_id, deployment_id };
    await runExecution(world, key);
    return world.tally.count(() => giveUpApp(world, key));
  },
} as const satisfies Record<string, () => Promise<Access>>;
export type DeliveryName = keyof typeof DELIVERY;

/** Hears that an app ended which its restart policy starts no more. */
async function giveUpApp({ pipeline }: World, key: DeploymentKey): Promise<void> {
  const service = { ...key, project_id: 'project', environment: 'production', name: 'web' };
  const ended = { key, service, restart: NEVER, exit_code: 1, restarts: 0, how: 'exit code 1' };
  const apps = { findEnded: async () => ended, giveUp: async () => undefined };
  const watch = createAppWatcher(async () => ({ ...pipeline, apps }));
  const detail = { taskArn: 'task', taskDefinitionArn: 'task definition', group: 'service:web' };
  return runAndFlush(pipeline, () => watch({ detail } as never));
}

const NEVER = { policy: 'never', max_retries: 0 } as const;

/** A batch as CloudWatch Logs hands it over, each line 100 characters long. */
function collectLines({ tally, pipeline }: World, key: DeploymentKey): Promise<Access> {
  const collect = createLogCollector(async () => ({
    logs: createLogStore(tally.table, pipeline.clock),
    logger: pipeline.logger,
  }));
  const timestamp = pipeline.clock.now().getTime();
  const logEvents = Array.from({ length: 10 }, (_, number) => ({
    id: `event-${number}`,
    timestamp,
    message: `${BUILD_LINE_MARK}${'x'.repeat(100)}`,
  }));
  const logStream = `${logStreamPrefix(key, 'build')}/1`;
  const batch = { messageType: 'DATA_MESSAGE', logGroup: 'builds', logStream, logEvents };
  const data = gzipSync(JSON.stringify(batch)).toString('base64');
  return tally.count(() => collect({ awslogs: { data } }));
}

// As the hourly function asks for.
const MAX_PER_SHARD = 250;

function sweep({ tally, pipeline }: World): Promise<Access> {
  const run = createOutboxSweeper({
    readOverdue: (before) => readOverdueItems(tally.table, before, MAX_PER_SHARD),
    report: async () => undefined,
    clock: pipeline.clock,
    ...forwarding({ tally, pipeline }),
  });
  return tally.count(run);
}

/** One run of the purge, with what lies in the tables. */
function purge({ tally, pipeline }: World): Promise<Access> {
  const output = {
    removeDeployment: async () => undefined,
    removeRelease: async () => undefined,
    removeCaches: async () => undefined,
  };
  const project = createProjectPurge({
    remains: createProjectRemains(tally.table),
    output,
    services: pipeline.services,
  });
  const run = createPurger({
    readDue: (before) => readDuePurges(tally.table, before, MAX_PER_SHARD),
    purgers: { project },
    max_steps: 1000,
    clock: pipeline.clock,
    logger: pipeline.logger,
  });
  return tally.count(() => run());
}

function lastEvent(world: World): DomainEvent {
  const event = world.api.test_accounts.memory.events.at(-1);
  if (event === undefined) throw new Error('There was no event yet');
  return event;
}
