import { beforeEach, describe, expect, test } from 'vitest';
import { createProjectStore } from '../../../../src/adapters/stores/project-store.ts';
import {
  createProject,
  deleteProject,
  getProject,
  listDeletedProjects,
  listProjects,
  type Project,
  type ProjectDependencies,
  restoreProject,
  updateProject,
} from '../../../../src/domain/projects/index.ts';
import { expectCode } from '../../../support/errors.ts';
import { testSealer } from '../../../support/sealers.ts';
import { createMemoryTable, type MemoryTable } from '../../../support/tables.ts';
import { createTestClock, type TestClock } from '../../../support/test-clock.ts';
import { createTestIds, testId } from '../../../support/test-ids.ts';
import { OTHER_TENANT, OTHER_USER, principal } from '../../../support/things.ts';

const INPUT = { name: 'shop', repository_url: 'https://git.example.com/shop', environment: { A: '1' } };
const HOUR_MS = 3_600_000;
const owner = principal('owner');
const developer = principal('developer', { user_id: OTHER_USER });

let memory: MemoryTable;
let clock: TestClock;
let deps: ProjectDependencies;
let shop: Project;
beforeEach(async () => {
  memory = createMemoryTable();
  clock = createTestClock();
  deps = {
    projects: createProjectStore(memory.table, testSealer),
    clock,
    ids: createTestIds(),
    allow_local_repositories: true,
  };
  shop = await createProject(deps, owner, INPUT);
});

const restore = (who = owner, name?: string) => restoreProject(deps, who, shop.id, name);
const deletedNames = async (who = owner) =>
  (await listDeletedProjects(deps, who, { limit: 10 })).items.map(({ name }) => name);

describe('restoring', () => {
  test('makes the project what it was, and tells of it', async () => {
    await deleteProject(deps, owner, shop.id);
    clock.advance(47 * HOUR_MS);

    const back = await restore();

    expect(back).toEqual({ ...shop, version: 3, updated_at: clock.now().toISOString() });
    expect(await getProject(deps, owner, shop.id)).toEqual(back);
    expect(await deps.projects.readVariables(shop.tenant_id, shop.id)).toEqual({ A: '1' });
    expect((await listProjects(deps, owner, { limit: 10 })).items).toEqual([back]);
    expect(memory.events.at(-1)).toMatchObject({
      type: 'branchline.project.restored',
      entity: { id: shop.id, version: 3 },
    });
  });

  test('what is there changes nothing, so that a request can be repeated', async () => {
    await deleteProject(deps, owner, shop.id);
    const back = await restore();
    const told = memory.events.length;

    expect(await restore()).toEqual(back);
    expect(await restore(owner, 'other')).toEqual(back);
    expect(memory.events).toHaveLength(told);
  });

  test('is possible until 48 hours have passed, and no moment longer', async () => {
    await deleteProject(deps, owner, shop.id);
    clock.advance(48 * HOUR_MS - 1);
    expect(await deletedNames()).toEqual(['shop']);
    clock.advance(1);

    expect(await deletedNames()).toEqual([]);
    await expectCode(restore(), 'PROJECT_NOT_FOUND');
  });

  test('counts the 48 hours from the last deletion', async () => {
    await deleteProject(deps, owner, shop.id);
    clock.advance(40 * HOUR_MS);
    await restore();
    await deleteProject(deps, owner, shop.id);
    clock.advance(40 * HOUR_MS);

    expect(await restore()).toMatchObject({ version: 5 });
  });

  test('into a name that is taken is refused, and works under another one', async () => {
    await deleteProject(deps, owner, shop.id);
    await createProject(deps, owner, INPUT);

    await expectCode(restore(), 'PROJECT_NAME_EXISTS');
    expect(await deletedNames()).toEqual(['shop']);
    expect(await restore(owner, 'store')).toMatchObject({ id: shop.id, name: 'store' });
    expect(await deletedNames()).toEqual([]);
  });

  test('an unknown project, or one of another tenant, is refused as one that never was', async () => {
    await deleteProject(deps, owner, shop.id);
    const stranger = principal('owner', { tenant_id: OTHER_TENANT });

    await expectCode(restoreProject(deps, owner, testId('prj', 99)), 'PROJECT_NOT_FOUND');
    await expectCode(restore(stranger), 'PROJECT_NOT_FOUND');
    expect(await deletedNames(stranger)).toEqual([]);
    expect(await deletedNames()).toEqual(['shop']);
  });
});

describe('who restores', () => {
  test('are those who may change the project', async () => {
    const own = await createProject(deps, developer, { ...INPUT, name: 'own' });
    for (const { id } of [shop, own]) await deleteProject(deps, owner, id);

    await expectCode(restore(developer), 'FORBIDDEN');
    await expectCode(restore(principal('viewer')), 'FORBIDDEN');
    await expectCode(restore(principal('owner', { scopes: ['projects:read'] })), 'MISSING_SCOPE');
    expect(await restoreProject(deps, developer, own.id)).toMatchObject({ id: own.id });
    expect(await restore(principal('admin', { user_id: OTHER_USER }))).toMatchObject({ id: shop.id });
    await expectCode(restore(developer), 'FORBIDDEN');
  });

  test('who is limited to some projects sees and restores these alone', async () => {
    const other = await createProject(deps, owner, { ...INPUT, name: 'other' });
    for (const { id } of [shop, other]) await deleteProject(deps, owner, id);
    const limited = principal('admin', { project_ids: [other.id] });

    expect(await deletedNames(limited)).toEqual(['other']);
    await expectCode(restore(limited), 'PROJECT_NOT_FOUND');
    expect(await restoreProject(deps, limited, other.id)).toMatchObject({ name: 'other' });
  });
});

test('a deleted project says when it was deleted and until when it can be restored', async () => {
  clock.advance(1000);
  await deleteProject(deps, owner, shop.id);

  expect((await listDeletedProjects(deps, owner, { limit: 10 })).items).toEqual([
    {
      ...shop,
      version: 2,
      deleted_at: '2026-11-15T12:00:01.000Z',
      purge_at: '2026-11-17T12:00:01.000Z',
    },
  ]);
  await expectCode(updateProject(deps, owner, shop.id, { name: 'new' }), 'PROJECT_NOT_FOUND');
  await expectCode(deleteProject(deps, owner, shop.id), 'PROJECT_NOT_FOUND');
});
