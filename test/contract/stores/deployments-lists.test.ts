import { beforeEach, describe, expect, test } from 'vitest';
import { createDeploymentStore } from '../../../src/adapters/stores/deployment-store.ts';
import type { Deployment, DeploymentFilter, DeploymentStore } from '../../../src/domain/deployments/index.ts';
import { expectCode } from '../../support/errors.ts';
import { putProjects } from '../../support/project-items.ts';
import { createMemoryTable } from '../../support/tables.ts';
import { createTestClock } from '../../support/test-clock.ts';
import { testId } from '../../support/test-ids.ts';
import { deployment, OTHER_TENANT, OTHER_USER, PROJECT, TENANT, USER } from '../../support/things.ts';

const OTHER_PROJECT = testId('prj', 2);
const THIRD_PROJECT = testId('prj', 3);
const END = { unlock: true } as const;

let store: DeploymentStore;
beforeEach(async () => {
  const { table } = createMemoryTable();
  const things = [TENANT, OTHER_TENANT].flatMap((tenant_id) =>
    [PROJECT, OTHER_PROJECT, THIRD_PROJECT].map((project_id) => ({ tenant_id, project_id })),
  );
  await putProjects(table, things);
  store = createDeploymentStore(table, createTestClock());
});

/** Makes a deployment and ends it, so that its service is free for the next. */
async function ended(number: number, changes: Partial<Deployment> = {}): Promise<Deployment> {
  const queued = deployment({ id: testId('dpl', number), ...changes, status: 'queued' });
  await store.create(queued, []);
  const last: Deployment = { ...queued, status: changes.status ?? 'success', version: 2 };
  await store.replace(queued, last, [], END);
  return last;
}

/** Numbers of the deployments on each page. */
async function pages(filter: DeploymentFilter, limit: number, tenant_id = TENANT): Promise<number[][]> {
  const found: number[][] = [];
  let after: string | undefined;
  do {
    const page = await store.list(tenant_id, filter, { limit, ...(after === undefined ? {} : { after }) });
    found.push(page.items.map((item) => Number.parseInt(item.id.slice(-12), 16)));
    after = page.next;
  } while (after !== undefined);
  return found;
}

describe('lists', () => {
  beforeEach(async () => {
    await ended(1, { status: 'failed' });
    await ended(2);
    await ended(3, { project_id: OTHER_PROJECT, created_by: OTHER_USER, project_owner_id: OTHER_USER });
    await ended(4, { status: 'failed', created_by: OTHER_USER, environment: 'staging' });
    await ended(5);
    await ended(6, { tenant_id: OTHER_TENANT });
    await ended(7, { project_id: OTHER_PROJECT, status: 'failed', project_owner_id: OTHER_USER });
  });

  test('of a tenant are its own, newest first, in pages that join up', async () => {
    expect(await pages({}, 2)).toEqual([
      [7, 5],
      [4, 3],
      [2, 1],
    ]);
    expect(await pages({}, 100, OTHER_TENANT)).toEqual([[6]]);
  });

  test('of a project are that project’s', async () => {
    expect(await pages({ project_id: PROJECT }, 3)).toEqual([[5, 4, 2], [1]]);
    expect(await pages({ project_id: OTHER_PROJECT }, 3)).toEqual([[7, 3]]);
  });

  test('of a project and status follow the status', async () => {
    expect(await pages({ project_id: PROJECT, status: 'failed' }, 1)).toEqual([[4], [1]]);
    expect(await pages({ project_id: PROJECT, status: 'queued' }, 5)).toEqual([[]]);
  });

  test.each([1, 2, 3, 50])('of a status across projects are complete with pages of %i', async (limit) => {
    expect((await pages({ status: 'failed' }, limit)).flat()).toEqual([7, 4, 1]);
  });

  test.each([1, 2, 50])(
    'of one user are what they asked for and what lies in their projects, with pages of %i',
    async (limit) => {
      expect((await pages({ belongs_to: OTHER_USER }, limit)).flat()).toEqual([7, 4, 3]);
      expect((await pages({ belongs_to: USER }, limit)).flat()).toEqual([7, 5, 4, 2, 1]);
      expect((await pages({ belongs_to: USER, status: 'failed' }, limit)).flat()).toEqual([7, 4, 1]);
    },
  );

  test.each([1, 2, 50])('of one environment are complete with pages of %i', async (limit) => {
    expect((await pages({ environment: 'staging' }, limit)).flat()).toEqual([4]);
    expect((await pages({ environment: 'production' }, limit)).flat()).toEqual([7, 5, 3, 2, 1]);
  });

  test.each([1, 2, 50])('of some projects are theirs alone, with pages of %i', async (limit) => {
    await ended(8, { project_id: THIRD_PROJECT });
    const of = async (...project_ids: string[]) => (await pages({ project_ids }, limit)).flat();

    expect(await of()).toEqual([]);
    expect(await of(PROJECT)).toEqual([5, 4, 2, 1]);
    expect(await of(PROJECT, THIRD_PROJECT, PROJECT)).toEqual([8, 5, 4, 2, 1]);
    expect(await of(PROJECT, OTHER_PROJECT, THIRD_PROJECT, testId('prj', 9))).toEqual([8, 7, 5, 4, 3, 2, 1]);
    expect((await pages({ project_ids: [OTHER_PROJECT, PROJECT], status: 'failed' }, limit)).flat()).toEqual([
      7, 4, 1,
    ]);
    expect((await pages({ project_ids: [PROJECT], project_id: OTHER_PROJECT }, limit)).flat()).toEqual([]);
    expect((await pages({ project_ids: [OTHER_PROJECT], project_id: OTHER_PROJECT }, limit)).flat()).toEqual([
      7, 3,
    ]);
  });

  test.each([1, 2, 50])('leave hidden projects out, with pages of %i', async (limit) => {
    const hidden_project_ids = [OTHER_PROJECT, THIRD_PROJECT];
    expect((await pages({ hidden_project_ids }, limit)).flat()).toEqual([5, 4, 2, 1]);
    expect((await pages({ hidden_project_ids, status: 'failed' }, limit)).flat()).toEqual([4, 1]);
  });

  test('of another tenant’s project are empty', async () => {
    expect(await pages({ project_id: OTHER_PROJECT }, 5, OTHER_TENANT)).toEqual([[]]);
  });
});

test('a deployment is found by its tenant alone', async () => {
  const made = await ended(1);

  expect(await store.find({ tenant_id: TENANT, deployment_id: made.id })).toEqual(made);
  expect(await store.find({ tenant_id: OTHER_TENANT, deployment_id: made.id })).toBeUndefined();
});

test('a change of what is no longer current is refused', async () => {
  const made = await ended(1);

  const late = store.replace({ ...made, version: 1 }, { ...made, status: 'failed' }, []);

  await expectCode(late, 'WRITE_CONFLICT');
  expect(await store.find({ tenant_id: TENANT, deployment_id: made.id })).toEqual(made);
});

describe('the recent ones of projects', () => {
  const recent = async (project_ids: readonly string[]) => {
    const found = await store.listRecent(TENANT, project_ids);
    return project_ids.map((id) =>
      found.get(id)?.map((entry) => `${Number.parseInt(entry.id.slice(-12), 16)} ${entry.status}`),
    );
  };

  test('are the last five, newest first, as they are now', async () => {
    for (let number = 1; number <= 6; number += 1) await ended(number);
    await store.create(deployment({ id: testId('dpl', 7) }), []);

    expect(await recent([PROJECT])).toEqual([
      ['7 queued', '6 success', '5 success', '4 success', '3 success'],
    ]);
  });

  test('are not pushed out by a late change of an older one', async () => {
    const oldest = await ended(1);
    for (let number = 2; number <= 6; number += 1) await ended(number);
    await store.replace(oldest, { ...oldest, status: 'crashed', version: 3 }, []);

    expect(await recent([PROJECT])).toEqual([
      ['6 success', '5 success', '4 success', '3 success', '2 success'],
    ]);
  });

  test('come for many projects in one call, also more than one batch', async () => {
    await ended(1);
    await ended(2, { project_id: OTHER_PROJECT });
    const many = Array.from({ length: 150 }, (_, position) => testId('prj', 1000 + position));

    expect(await recent([OTHER_PROJECT, ...many, PROJECT])).toEqual([
      ['2 success'],
      ...many.map(() => undefined),
      ['1 success'],
    ]);
  });

  test('of another tenant’s projects are not there', async () => {
    await ended(1);

    expect((await store.listRecent(OTHER_TENANT, [PROJECT])).get(PROJECT)).toBeUndefined();
  });
});

test('a list that leaves out most of a long history ends its page in time, and its pages join up', async () => {
  await ended(1);
  for (let number = 2; number <= 1102; number += 1) {
    await ended(number, { created_by: OTHER_USER, project_owner_id: OTHER_USER });
  }

  const found = await pages({ belongs_to: USER }, 1);
  expect(found.length).toBeGreaterThan(1);
  expect(found.flat()).toEqual([1]);
});

test('the merged pages of a busy project and a quiet one have each deployment once, in order', async () => {
  for (let number = 1; number <= 90; number += 1) {
    await ended(number, { project_id: number % 30 === 0 ? OTHER_PROJECT : PROJECT });
  }
  const all = Array.from({ length: 90 }, (_, position) => 90 - position);

  for (const limit of [1, 7, 40]) {
    expect((await pages({ project_ids: [PROJECT, OTHER_PROJECT, THIRD_PROJECT] }, limit)).flat()).toEqual(
      all,
    );
  }
});

describe('the timeline', () => {
  const key = { tenant_id: TENANT, deployment_id: testId('dpl', 1) };
  const started_at = '2026-11-15T12:00:00.000Z';

  test('has its steps in the order of the pipeline, each once', async () => {
    await store.writeStep(key, { name: 'release', status: 'running', started_at, duration_ms: null });
    await store.writeStep(key, { name: 'prepare', status: 'running', started_at, duration_ms: null });
    await store.writeStep(key, { name: 'prepare', status: 'success', started_at, duration_ms: 5 });

    expect(await store.listSteps(key)).toEqual([
      { name: 'prepare', status: 'success', started_at, duration_ms: 5 },
      { name: 'release', status: 'running', started_at, duration_ms: null },
    ]);
  });

  test('belongs to its deployment and tenant', async () => {
    await store.writeStep(key, { name: 'prepare', status: 'running', started_at, duration_ms: null });

    expect(await store.listSteps({ ...key, tenant_id: OTHER_TENANT })).toEqual([]);
    expect(await store.listSteps({ ...key, deployment_id: testId('dpl', 2) })).toEqual([]);
  });
});
