import { beforeEach, describe, expect, it } from 'vitest';
import { createAppWatcher } from '../../../functions/events/watch-apps.ts';
import { serviceName } from '../../../src/adapters/aws/ecs/names.ts';
import { createEcsCompute } from '../../../src/adapters/aws/ecs/provider.ts';
import { createEcsAppWatch } from '../../../src/adapters/aws/ecs/watch.ts';
import { createDeploymentStore } from '../../../src/adapters/stores/deployment-store.ts';
import type { BuildPlan } from '../../../src/domain/builds/index.ts';
import type { DeploymentStatus, LogLine, ReleaseSpec } from '../../../src/domain/deployments/index.ts';
import { createFakeEcs, type FakeEcs } from '../../support/fake-ecs.ts';
import type { FakeTask } from '../../support/fake-ecs-cluster.ts';
import { putProjects } from '../../support/project-items.ts';
import { createRecordedLogger, type RecordedLogger } from '../../support/recorded-logger.ts';
import { createMemoryTable, type MemoryTable } from '../../support/tables.ts';
import { createTestClock, type TestClock } from '../../support/test-clock.ts';
import { createTestIds, testId } from '../../support/test-ids.ts';
import { deployment, release, SERVICE, TENANT } from '../../support/things.ts';
import { CONFIG } from '../../unit/adapters/aws/ecs/harness.ts';

type Restart = BuildPlan['restart'];

const NAME = serviceName(SERVICE);
const ON_FAILURE: Restart = { policy: 'on_failure', max_retries: 2 };
const NEVER: Restart = { policy: 'never', max_retries: 0 };
const ALWAYS: Restart = { policy: 'always', max_retries: 0 };
const SHORT_MS = 5000;
const GIVEN_UP = 'The app ended with exit code 3; its restart policy starts it no more';

let clock: TestClock;
let fake: FakeEcs;
let memory: MemoryTable;
let logger: RecordedLogger;
let lines: LogLine[];
let deployments: ReturnType<typeof createDeploymentStore>;
/** What the store throws instead of writing. */
let failure: Error | undefined;
let watch: ReturnType<typeof createAppWatcher>;
beforeEach(async () => {
  clock = createTestClock();
  fake = createFakeEcs(clock);
  memory = createMemoryTable();
  logger = createRecordedLogger();
  lines = [];
  failure = undefined;
  await putProjects(memory.table, [SERVICE]);
  deployments = createDeploymentStore(memory.table, clock);
  watch = createAppWatcher(async () => ({
    deployments: { ...deployments, replace: (...all) => failOr(() => deployments.replace(...all)) },
    clock,
    ids: createTestIds(),
    apps: createEcsAppWatch({ ecs: fake.client, config: CONFIG, logger }),
    logs: { append: (_key, line) => void lines.push(line) },
  }));
});

async function failOr<T>(work: () => Promise<T>): Promise<T> {
  if (failure !== undefined) throw failure;
  return work();
}

const compute = () =>
  createEcsCompute({
    ecs: fake.client,
    config: { ...CONFIG, bake_minutes: 0 },
    clock,
    logger,
    logs: { append: () => undefined },
    sleep: async (duration_ms) => clock.advance(duration_ms),
  });

function specOf(number: number, restart: Restart): ReleaseSpec {
  return {
    service: SERVICE,
    deployment_id: testId('dpl', number),
    release_id: testId('rel', number),
    display_name: 'shop',
    host: 'shop',
    image: '1.dkr.ecr.eu-central-1.amazonaws.com/serves',
    plan: { ...release().plan, restart },
    variables: {},
  };
}

async function rollOut(number: number, restart: Restart): Promise<ReleaseSpec> {
  const spec = specOf(number, restart);
  await compute().release(spec);
  return spec;
}

async function record(number: number, status: DeploymentStatus): Promise<void> {
  const queued = deployment({ id: testId('dpl', number), status: 'deploying', is_switched: true });
  await deployments.create(queued, []);
  if (status === 'deploying') return;
  await deployments.replace(queued, { ...queued, status, version: 2 }, [], { unlock: true });
}

/** A deployment that serves, as ECS and the store know it. */
async function serve(number: number, restart: Restart, status: DeploymentStatus = 'success'): Promise<void> {
  const spec = await rollOut(number, restart);
  fake.cluster.tick();
  await compute().promote(spec);
  await record(number, status);
}

/** What EventBridge brings when a task ended by itself. */
function eventOf(task: FakeTask, name = NAME) {
  const detail = {
    clusterArn: 'arn:aws:ecs:eu-central-1:123456789012:cluster/apps',
    taskArn: task.arn,
    taskDefinitionArn: task.task_definition,
    group: `service:${name}`,
    lastStatus: 'STOPPED',
    stopCode: 'EssentialContainerExited',
  };
  return { detail } as Parameters<ReturnType<typeof createAppWatcher>>[0];
}

/** The app ends, a second after what was before. @returns the event of it */
function end(exit_code: number | null = 3, ran_ms = SHORT_MS) {
  clock.advance(1000);
  return eventOf(fake.cluster.crash(NAME, { exit_code }, ran_ms));
}

const statusOf = async (number: number) =>
  (await deployments.find({ tenant_id: TENANT, deployment_id: testId('dpl', number) }))?.status;
const wantedTasks = () => fake.cluster.services.get(NAME)?.desired_count;
const messages = () => lines.map(({ message }) => message);

const standing = async () => [await statusOf(1), wantedTasks(), messages()];
/** Nothing was recorded, and ECS goes on starting it. */
const UNTOUCHED = ['success', 1, []];

describe('an app that served and ends', () => {
  it('is crashed when its restarts are used up: ECS starts it no more, and its log says why', async () => {
    await serve(1, ON_FAILURE);
    await watch(end());
    await watch(end());
    expect(await standing()).toEqual(UNTOUCHED);
    await watch(end());
    expect([await statusOf(1), wantedTasks()]).toEqual(['crashed', 0]);
    expect(lines).toMatchObject([{ step: 'runtime', stream: 'system', level: 'error', message: GIVEN_UP }]);
  });

  it.each<[string, Restart, number | null]>([
    ['never, whatever it ended with', NEVER, 0],
    ['on failure, when it ended without one', ON_FAILURE, 0],
    ['never, by a signal', NEVER, null],
  ])('is crashed at its first end by the policy %s', async (_policy, restart, exit_code) => {
    await serve(1, restart);
    await watch(end(exit_code));
    expect([await statusOf(1), wantedTasks()]).toEqual(['crashed', 0]);
  });

  it('is left to ECS for good by the policy always', async () => {
    await serve(1, ALWAYS);
    for (let count = 0; count < 20; count += 1) await watch(end());
    expect(await standing()).toEqual(UNTOUCHED);
  });

  it('is left to ECS for good where its release is from before policies were noted', async () => {
    await serve(1, NEVER);
    for (const { containerDefinitions } of fake.cluster.definitions.values()) {
      for (const container of containerDefinitions ?? [])
        delete container.dockerLabels?.['branchline.restart'];
    }
    await watch(end());
    expect(await standing()).toEqual(UNTOUCHED);
  });

  it('has all its restarts again when it ran for more than a minute', async () => {
    await serve(1, ON_FAILURE);
    for (const ran_ms of [SHORT_MS, SHORT_MS, 60_001, SHORT_MS]) await watch(end(3, ran_ms));
    expect(await standing()).toEqual(UNTOUCHED);
    await watch(end());
    expect(await statusOf(1)).toBe('crashed');
  });

  it('has none more when it ran for a minute and no longer', async () => {
    await serve(1, ON_FAILURE);
    for (const ran_ms of [SHORT_MS, 60_000, 60_000]) await watch(end(3, ran_ms));
    expect(await statusOf(1)).toBe('crashed');
  });

  it('says so when it used more memory than it may', async () => {
    await serve(1, NEVER);
    await watch(eventOf(fake.cluster.crash(NAME, 'out-of-memory', SHORT_MS)));
    expect(messages()).toEqual(['The app ended with out of memory; its restart policy starts it no more']);
  });

  it('is recorded once, however often the event comes, in whatever order', async () => {
    await serve(1, { policy: 'on_failure', max_retries: 1 });
    const [first, second] = [end(), end()];
    await watch(second);
    await watch(first);
    await watch(second);
    expect([await statusOf(1), messages()]).toEqual(['crashed', [GIVEN_UP]]);
  });

  it('is given up before its success is recorded too: whoever records that finds it failed', async () => {
    await serve(1, NEVER, 'deploying');
    await watch(end());
    expect(await standing()).toEqual(['deploying', 0, [GIVEN_UP]]);
    expect(await compute().progress(testId('dpl', 1))).toEqual({
      state: 'failed',
      reason: 'app_exited',
      detail: 'It ended with exit code 3.',
    });
  });

  it('runs again with the next release', async () => {
    await serve(1, NEVER);
    await watch(end());
    await serve(2, NEVER);
    expect([await statusOf(1), await statusOf(2), wantedTasks()]).toEqual(['crashed', 'success', 1]);
  });
});

describe('nothing changes where', () => {
  it('a rollout is under way: its end decides, of a first release', async () => {
    await rollOut(1, NEVER);
    await record(1, 'deploying');
    await watch(end());
    expect(await standing()).toEqual(['deploying', 1, []]);
  });

  it('a rollout is under way and what it replaces ends', async () => {
    await serve(1, NEVER);
    const event = end();
    await rollOut(2, NEVER);
    await watch(event);
    expect(await standing()).toEqual(UNTOUCHED);
  });

  it('the event is late, and another release serves', async () => {
    await serve(1, NEVER);
    const event = end();
    await serve(2, NEVER);
    await watch(event);
    expect(await standing()).toEqual(UNTOUCHED);
    expect(await statusOf(2)).toBe('success');
  });

  it('the event is so late that ECS has forgotten the task', async () => {
    await serve(1, NEVER);
    const event = end();
    fake.cluster.tasks.length = 0;
    await watch(event);
    expect(await standing()).toEqual(UNTOUCHED);
  });

  it('the service is being deleted, or is gone', async () => {
    await serve(1, NEVER);
    const event = end();
    await compute().removeProject(TENANT, SERVICE.project_id);
    await watch(event);
    fake.cluster.tick();
    await watch(event);
    fake.cluster.services.clear();
    await watch(event);
    expect([await statusOf(1), messages(), logger.lines]).toEqual(['success', [], []]);
  });

  it('the service drains, and still shows what it ran', async () => {
    await serve(1, NEVER);
    const event = end();
    Object.assign(fake.cluster.services.get(NAME) ?? {}, { status: 'DRAINING' });
    await watch(event);
    expect(await standing()).toEqual(UNTOUCHED);
  });

  it('the service is none of ours: the operator is told', async () => {
    await serve(1, NEVER);
    const event = end();
    const own = fake.cluster.services.get(NAME);
    if (own !== undefined) fake.cluster.services.set(NAME, { ...own, tags: own.tags.slice(1) });
    await watch(event);
    expect(await standing()).toEqual(UNTOUCHED);
    expect(logger.lines).toMatchObject([
      { level: 'warn', message: 'a task of an unknown service ended', fields: { service: NAME } },
    ]);
  });
});

describe('it fails, so that the event comes again,', () => {
  it.each([
    {},
    { taskArn: 'a', taskDefinitionArn: 'b', group: 'family:one-off' },
    { taskArn: 'a', group: 'service:b' },
  ])('on what is no event of a service’s task: %j', async (detail) => {
    await expect(watch({ detail } as Parameters<typeof watch>[0])).rejects.toThrow();
    expect(fake.calls).toEqual([]);
  });

  it('when ECS does not say yet that the task ended', async () => {
    await serve(1, NEVER);
    const task = fake.cluster.crash(NAME, { exit_code: 3 }, SHORT_MS);
    Object.assign(task, { status: 'RUNNING', stop: null });
    await expect(watch(eventOf(task))).rejects.toThrow('ECS does not say yet why');
    expect(await standing()).toEqual(UNTOUCHED);
  });

  it('when no deployment is known of what runs, which goes on running', async () => {
    const spec = await rollOut(1, NEVER);
    fake.cluster.tick();
    await compute().promote(spec);
    await expect(watch(end())).rejects.toMatchObject({ code: 'DEPLOYMENT_NOT_FOUND' });
    expect(wantedTasks()).toBe(1);
  });

  it('when ECS takes no call, and records nothing then', async () => {
    await serve(1, NEVER);
    const event = end();
    fake.cluster.update = () => {
      throw new Error('lost');
    };
    await expect(watch(event)).rejects.toThrow('lost');
    expect([await statusOf(1), messages()]).toEqual(['success', []]);
  });

  it('when the store fails, and the next try makes up for it', async () => {
    await serve(1, NEVER);
    const event = end();
    failure = new Error('throttled');
    await expect(watch(event)).rejects.toThrow('throttled');
    expect(messages()).toEqual([]);
    failure = undefined;
    await watch(event);
    expect(await standing()).toEqual(['crashed', 0, [GIVEN_UP]]);
  });
});
