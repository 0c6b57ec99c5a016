import { beforeEach, describe, expect, test } from 'vitest';
import { readDuePurges } from '../../../../src/adapters/stores/due-purges.ts';
import { keys } from '../../../../src/adapters/stores/keys.ts';
import { createLogStore } from '../../../../src/adapters/stores/log-store.ts';
import { createMetricsStore } from '../../../../src/adapters/stores/metrics-store.ts';
import { createProjectRemains } from '../../../../src/adapters/stores/project-remains.ts';
import { createServiceStore } from '../../../../src/adapters/stores/service-store.ts';
import { createUsageStore } from '../../../../src/adapters/stores/usage-store.ts';
import type { Table } from '../../../../src/adapters/table/port.ts';
import {
  createProjectFollower,
  type DeploymentKey,
  listSteps,
  requestDeployment,
  rollBack,
} from '../../../../src/domain/deployments/index.ts';
import {
  createProject,
  deleteProject,
  type Project,
  restoreProject,
} from '../../../../src/domain/projects/index.ts';
import { createProjectPurge, createPurger, type ProjectOutput } from '../../../../src/domain/purge/index.ts';
import { createTestPipeline, numberOf, OWNER, type TestPipeline } from '../../../support/pipeline.ts';
import { runTasks } from '../../../support/run-tasks.ts';
import { OTHER_TENANT, principal } from '../../../support/things.ts';

const HOUR_MS = 3_600_000;
const STRANGER = principal('owner', { tenant_id: OTHER_TENANT });

let pipeline: TestPipeline;
let doomed: Project;
/** What is to be gone in the end: whatever a row says of the doomed project. */
let traces: string[];
let removed: string[];
beforeEach(async () => {
  pipeline = createTestPipeline();
  removed = [];
  await fill(await pipeline.createProject({ name: 'kept', environment: { A: '1' } }));
  await fill(
    await createProject(projects(), STRANGER, {
      name: 'doomed',
      repository_url: 'https://git.example.com/x',
    }),
  );
  doomed = await pipeline.createProject({ name: 'doomed', environment: { A: '1' } });
  traces = [doomed.id, ...(await fill(doomed))];
});

const projects = () => ({ ...pipeline.deps, allow_local_repositories: true });
const requests = () => ({ ...pipeline.deps, logs: { read: async () => ({ lines: [], next: 0 }) } });

/** Gives a project everything that it can hold. @returns ids of what lies in it */
async function fill(project: Project): Promise<string[]> {
  const { memory, clock, deps } = pipeline;
  const owner = project.tenant_id === OTHER_TENANT ? STRANGER : OWNER;
  const { tenant_id, id: project_id } = project;
  const first = await queue(project);
  await runTasks(pipeline, first);
  const back = await rollBack(requests(), owner, first.deployment_id);
  await runTasks(pipeline, { tenant_id, deployment_id: back.id });
  pipeline.script.source = new Error('gone');
  const failed = await queue(project);
  await runTasks(pipeline, failed);
  pipeline.script.source = createTestPipeline().script.source;
  const logs = createLogStore(memory.table, clock);
  const line = {
    timestamp: clock.now().toISOString(),
    step: 'build',
    stream: 'stdout',
    level: 'info',
  } as const;
  for (let batch = 0; batch < 30; batch += 1) {
    await logs.appendBatch(first, `batch-${batch}`, [{ ...line, message: 'x'.repeat(100) }]);
  }
  const metrics = createMetricsStore(memory.table, clock);
  const amounts = { succeeded: 1, failed: 0, cancelled: 0, duration_ms: 1 };
  for (let day = 10; day < 40; day += 1) {
    const key = { tenant_id, project_id, day: `2026-10-${day}` };
    await metrics.addDay(key, deps.ids.next('evt'), amounts);
  }
  const usage = createUsageStore(memory.table, clock);
  await usage.add(tenant_id, '2026-11', deps.ids.next('evt'), { deployments: 1, build_ms: 5 });
  expect(await listSteps(deps, back)).not.toEqual([]);
  return [first.deployment_id, back.id, failed.deployment_id];
}

async function queue({ tenant_id, id: project_id }: Project): Promise<DeploymentKey> {
  const owner = tenant_id === OTHER_TENANT ? STRANGER : OWNER;
  const { id } = await requestDeployment(requests(), owner, { project_id });
  return { tenant_id, deployment_id: id };
}

const output = (): ProjectOutput => ({
  removeDeployment: async ({ deployment_id }) => void removed.push(`deployment ${numberOf(deployment_id)}`),
  removeRelease: async (release_id) => void removed.push(`release ${numberOf(release_id)}`),
  removeCaches: async ({ project_id }) => void removed.push(`caches ${numberOf(project_id)}`),
});

function purge(table: Table = pipeline.memory.table, parts = output(), max_steps = 1000) {
  const run = createPurger({
    readDue: (before) => readDuePurges(table, before, 10),
    purgers: {
      project: createProjectPurge({
        remains: createProjectRemains(table),
        output: parts,
        services: createServiceStore(table),
      }),
    },
    max_steps,
    clock: pipeline.clock,
    logger: pipeline.logger,
  });
  return run();
}

/** Deletes the doomed project, its apps are taken down, and its time passes. */
async function forget(): Promise<void> {
  await deleteProject(pipeline.deps, OWNER, doomed.id);
  const event = pipeline.memory.events.at(-1);
  if (event !== undefined) await createProjectFollower(pipeline.deps).handle(event);
  pipeline.clock.advance(48 * HOUR_MS + 1);
}

/** All rows as texts, but for events on their way, which end by themselves. */
function rows(): string[] {
  return pipeline.memory.database
    .prepare("SELECT * FROM items WHERE pk NOT LIKE '%#OUTBOX' ORDER BY tbl, pk, sk")
    .all()
    .map((row) => JSON.stringify(row));
}

const isTrace = (row: string) => traces.some((trace) => row.includes(trace));

test('all of a project goes, inside of the tables and outside; nothing else changes by a byte', async () => {
  await forget();
  const others = rows().filter((row) => !isTrace(row));

  expect(await purge()).toEqual({ purged: 1, taken_back: 0, unfinished: 0 });

  expect(rows()).toEqual(others);
  const [first = '', back = '', failed = ''] = traces.slice(1);
  expect(removed).toEqual([
    ...[first, back, failed].map((id) => `deployment ${numberOf(id)}`),
    `release ${numberOf(first)}`,
    `caches ${numberOf(doomed.id)}`,
  ]);
  expect(
    await createUsageStore(pipeline.memory.table, pipeline.clock).read(doomed.tenant_id, '2026-11'),
  ).toEqual({
    deployments: 2,
    build_ms: 10,
  });
  expect(await purge()).toEqual({ purged: 0, taken_back: 0, unfinished: 0 });
});

test('a host that its deletion could not free is freed', async () => {
  await deleteProject(pipeline.deps, OWNER, doomed.id);
  pipeline.clock.advance(48 * HOUR_MS + 1);
  const claimed = async () => (await pipeline.memory.table.get(keys.host('doomed')))?.attributes['owner'];
  const before = await claimed();

  await purge();

  // Another tenant's project of the same name has it, and keeps it.
  expect(before).toContain(OTHER_TENANT);
  expect(await claimed()).toBe(before);
  expect(rows().filter(isTrace)).toEqual([]);
});

test('nothing is touched before the 48 hours have passed', async () => {
  await forget();
  pipeline.clock.advance(-2);
  const before = rows();

  expect(await purge()).toEqual({ purged: 0, taken_back: 0, unfinished: 0 });
  expect(rows()).toEqual(before);
});

test('bounded runs come to the same end, each going on where the last one stopped', async () => {
  await forget();
  const others = rows().filter((row) => !isTrace(row));

  let runs = 0;
  for (let left = true; left; runs += 1) {
    left = (await purge(pipeline.memory.table, output(), 3)).unfinished > 0;
    expect(rows().filter((row) => !isTrace(row))).toEqual(others);
  }

  expect(runs).toBeGreaterThan(3);
  expect(rows()).toEqual(others);
});

describe('a run that dies', () => {
  /** Lets a number of changes through, in the tables or outside, and no more. */
  function dyingAfter(changes: number) {
    const { table } = pipeline.memory;
    let left = changes;
    const guard = async <T>(work: () => Promise<T>): Promise<T> => {
      if (left === 0) throw new Error('killed');
      left -= 1;
      return work();
    };
    const dying: Table = {
      get: (key) => table.get(key),
      batchGet: (all) => table.batchGet(all),
      query: (query) => table.query(query),
      add: (key, amounts) => guard(() => table.add(key, amounts)),
      write: (write) => guard(() => table.write(write)),
      transact: (writes) => guard(() => table.transact(writes)),
    };
    const parts = output();
    return purge(dying, {
      removeDeployment: (key) => guard(() => parts.removeDeployment(key)),
      removeRelease: (id) => guard(() => parts.removeRelease(id)),
      removeCaches: (project) => guard(() => parts.removeCaches(project)),
    });
  }

  test('at any change is made up for by the next: nothing is left, and nothing else is gone', async () => {
    await forget();
    const others = rows().filter((row) => !isTrace(row));
    const { database } = pipeline.memory;
    database.exec('CREATE TABLE before AS SELECT * FROM items');

    let finished = false;
    let deaths = 0;
    for (let changes = 0; !finished; changes += 1) {
      database.exec('DELETE FROM items; INSERT INTO items SELECT * FROM before');
      removed = [];
      finished = await dyingAfter(changes).then(
        () => true,
        () => false,
      );
      if (!finished) deaths += 1;
      expect(rows().filter((row) => !isTrace(row))).toEqual(others);
      await purge();
      expect(rows(), `after ${changes} changes`).toEqual(others);
      expect(new Set(removed).size, `after ${changes} changes`).toBe(5);
    }

    expect(deaths).toBeGreaterThan(10);
  });
});

describe('at the same moment as a restore', () => {
  test('one of the two wins: a restored project keeps everything', async () => {
    await deleteProject(pipeline.deps, OWNER, doomed.id);
    pipeline.clock.advance(48 * HOUR_MS + 1);
    const { table } = pipeline.memory;
    const due = await readDuePurges(table, pipeline.clock.now().toISOString(), 10);
    pipeline.clock.advance(-HOUR_MS);
    await restoreProject(pipeline.deps, OWNER, doomed.id);
    const before = rows();
    pipeline.clock.advance(HOUR_MS);

    const project = createProjectPurge({
      remains: createProjectRemains(table),
      output: output(),
      services: createServiceStore(table),
    });
    expect(due).toHaveLength(1);
    for (const each of due) expect(await project(each, { take: () => true })).toBe('taken_back');
    expect(rows()).toEqual(before);
    expect(removed).toEqual([]);
  });

  test('restored and deleted again, it is purged at its new time alone', async () => {
    await deleteProject(pipeline.deps, OWNER, doomed.id);
    pipeline.clock.advance(24 * HOUR_MS);
    await restoreProject(pipeline.deps, OWNER, doomed.id);
    await deleteProject(pipeline.deps, OWNER, doomed.id);
    pipeline.clock.advance(24 * HOUR_MS + 1);
    expect(await purge()).toEqual({ purged: 0, taken_back: 0, unfinished: 0 });

    pipeline.clock.advance(24 * HOUR_MS);
    expect(await purge()).toEqual({ purged: 1, taken_back: 0, unfinished: 0 });
  });

  test('a purge that has begun can not be undone, and the project is listed nowhere', async () => {
    await deleteProject(pipeline.deps, OWNER, doomed.id);
    const [gone] = await pipeline.deps.projects.findDeleted(doomed.tenant_id, [doomed.id]);
    if (gone === undefined) expect.fail('it was deleted');
    const { deleted_at: _deleted, purge_at, ...project } = gone;
    const due = { kind: 'project', tenant_id: doomed.tenant_id, id: doomed.id, purge_at };
    expect(await createProjectRemains(pipeline.memory.table).claim(due)).toBe(true);

    const event = {
      ...(pipeline.memory.events.at(-1) ?? expect.fail('it was told of')),
      id: pipeline.deps.ids.next('evt'),
    };
    await expect(pipeline.deps.projects.restore(gone, project, event)).rejects.toMatchObject({
      code: 'WRITE_CONFLICT',
    });
    expect(await pipeline.deps.projects.findDeleted(doomed.tenant_id, [doomed.id])).toEqual([]);
    expect((await pipeline.deps.projects.listDeleted(doomed.tenant_id, { limit: 5 })).items).toEqual([]);
    expect(await pipeline.deps.projects.listDeletedIds(doomed.tenant_id)).toEqual([doomed.id]);
  });
});
