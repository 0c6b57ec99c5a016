import { beforeEach, describe, expect, test } from 'vitest';
import { keys } from '../../../src/adapters/stores/keys.ts';
import { createProjectStore } from '../../../src/adapters/stores/project-store.ts';
import type { DeletedProject, Project, ProjectStore } from '../../../src/domain/projects/index.ts';
import { expectCode } from '../../support/errors.ts';
import { testSealer } from '../../support/sealers.ts';
import { createMemoryTable, type MemoryTable } from '../../support/tables.ts';
import { testId } from '../../support/test-ids.ts';
import { deletedProject, event, OTHER_TENANT, project, SERVICE, TENANT } from '../../support/things.ts';

let memory: MemoryTable;
let store: ProjectStore;
let events = 0;
beforeEach(() => {
  memory = createMemoryTable();
  store = createProjectStore(memory.table, testSealer);
});

function told(type = 'branchline.project.created') {
  events += 1;
  return event(type, { id: testId('evt', events) });
}

async function created(changes: Partial<Project> = {}, variables = {}): Promise<Project> {
  const made = project(changes);
  await store.create(made, variables, { ...told(), tenant_id: made.tenant_id });
  return made;
}

const changed = (previous: Project, changes: Partial<Project>): Project => ({
  ...previous,
  ...changes,
  version: previous.version + 1,
});

test('a project can be found by its tenant alone', async () => {
  const shop = await created();

  expect(await store.find(TENANT, shop.id)).toEqual(shop);
  expect(await store.find(OTHER_TENANT, shop.id)).toBeUndefined();
  expect(await store.find(TENANT, testId('prj', 9))).toBeUndefined();
  expect(memory.events).toHaveLength(1);
});

describe('names', () => {
  test('a name is unique within a tenant, and a refused project leaves nothing behind', async () => {
    await created();
    const second = project({ id: testId('prj', 2) });

    await expectCode(store.create(second, { A: '1' }, told()), 'PROJECT_NAME_EXISTS');

    expect(await store.find(TENANT, second.id)).toBeUndefined();
    expect(await store.readVariables(TENANT, second.id)).toEqual({});
    expect(memory.events).toHaveLength(1);
  });

  test('two tenants may use the same name', async () => {
    await created();
    await created({ id: testId('prj', 2), tenant_id: OTHER_TENANT });

    expect(await store.find(OTHER_TENANT, testId('prj', 2))).toMatchObject({ name: 'shop' });
  });

  test('a deleted project’s name is free again', async () => {
    const shop = await created();
    await store.remove(shop, deletedProject(shop), told('branchline.project.deleted'));

    await created({ id: testId('prj', 2) });

    expect(await store.find(TENANT, shop.id)).toBeUndefined();
    expect(await store.find(TENANT, testId('prj', 2))).toMatchObject({ name: 'shop' });
  });

  test('renaming takes the new name and frees the old one', async () => {
    const shop = await created();
    await store.replace(shop, changed(shop, { name: 'store' }), undefined, told());

    await created({ id: testId('prj', 2), name: 'shop' });
    await expectCode(
      store.create(project({ id: testId('prj', 3), name: 'store' }), {}, told()),
      'PROJECT_NAME_EXISTS',
    );
  });

  test('renaming to a taken name is refused, and both keep theirs', async () => {
    const shop = await created();
    await created({ id: testId('prj', 2), name: 'store' });

    await expectCode(
      store.replace(shop, changed(shop, { name: 'store' }), undefined, told()),
      'PROJECT_NAME_EXISTS',
    );

    expect(await store.find(TENANT, shop.id)).toEqual(shop);
    await expectCode(store.create(project({ id: testId('prj', 3) }), {}, told()), 'PROJECT_NAME_EXISTS');
  });

  test('a change that keeps the name is no clash with itself', async () => {
    const shop = await created();
    const next = changed(shop, { description: 'new' });
    await store.replace(shop, next, undefined, told());

    expect(await store.find(TENANT, shop.id)).toEqual(next);
  });
});

describe('versions', () => {
  test('a change of what is no longer current is refused and changes nothing', async () => {
    const shop = await created({}, { A: '1' });
    const second = changed(shop, { description: 'second' });
    await store.replace(shop, second, undefined, told());

    const late = store.replace(shop, changed(shop, { name: 'late' }), { A: '2' }, told());

    await expectCode(late, 'WRITE_CONFLICT');
    expect(await store.find(TENANT, shop.id)).toEqual(second);
    expect(await store.readVariables(TENANT, shop.id)).toEqual({ A: '1' });
    // The name that the refused change wanted is still free.
    await created({ id: testId('prj', 2), name: 'late' });
  });

  test('what is no longer current can not be deleted', async () => {
    const shop = await created();
    const second = changed(shop, {});
    await store.replace(shop, second, undefined, told());

    await expectCode(store.remove(shop, deletedProject(shop), told()), 'WRITE_CONFLICT');
    expect(await store.find(TENANT, shop.id)).toEqual(second);
  });

  test('a deleted project can not be changed or deleted again', async () => {
    const shop = await created();
    await store.remove(shop, deletedProject(shop), told());

    await expectCode(store.replace(shop, changed(shop, {}), undefined, told()), 'WRITE_CONFLICT');
    await expectCode(store.remove(shop, deletedProject(shop), told()), 'WRITE_CONFLICT');
  });
});

describe('lists', () => {
  test('come newest first, in pages that join up, and hold nothing of other tenants', async () => {
    for (let number = 1; number <= 5; number += 1) {
      await created({ id: testId('prj', number), name: `shop-${number}` });
    }
    await created({ id: testId('prj', 6), tenant_id: OTHER_TENANT });

    const first = await store.list(TENANT, { limit: 2 });
    const second = await store.list(TENANT, { limit: 2, after: String(first.next) });
    const third = await store.list(TENANT, { limit: 2, after: String(second.next) });

    const names = [first, second, third].map((page) => page.items.map((item) => item.name));
    expect(names).toEqual([['shop-5', 'shop-4'], ['shop-3', 'shop-2'], ['shop-1']]);
    expect(third.next).toBeUndefined();
  });

  test('of given ids have those that there are, each once', async () => {
    const shop = await created();
    const other = await created({ id: testId('prj', 2), name: 'other' });
    await created({ id: testId('prj', 3), tenant_id: OTHER_TENANT });
    const many = Array.from({ length: 97 }, (_, position) => testId('prj', 1000 + position));

    const found = await store.findMany(TENANT, [other.id, shop.id, testId('prj', 3), ...many, shop.id]);
    expect(found).toHaveLength(2);
    expect(found).toEqual(expect.arrayContaining([shop, other]));
    expect(await store.findMany(TENANT, [])).toEqual([]);
  });

  test('leave deleted projects out', async () => {
    const shop = await created();
    await created({ id: testId('prj', 2), name: 'other' });
    await store.remove(shop, deletedProject(shop), told());

    const { items } = await store.list(TENANT, { limit: 10 });

    expect(items.map((item) => item.name)).toEqual(['other']);
  });
});

describe('a deleted project', () => {
  const RESTORED = 'branchline.project.restored';
  async function deleted(changes: Partial<Project> = {}, variables = {}): Promise<DeletedProject> {
    const shop = await created(changes, variables);
    const gone = deletedProject(shop);
    await store.remove(shop, gone, { ...told('branchline.project.deleted'), tenant_id: shop.tenant_id });
    return gone;
  }
  const restored = ({ deleted_at: _deleted, purge_at: _purge, ...rest }: DeletedProject): Project =>
    changed(rest, {});

  test('is found among the deleted ones as it was, by its tenant alone', async () => {
    const gone = await deleted();

    expect(await store.findDeleted(TENANT, [gone.id, testId('prj', 9)])).toEqual([gone]);
    expect(await store.findMany(TENANT, [gone.id])).toEqual([]);
    expect(await store.findDeleted(OTHER_TENANT, [gone.id])).toEqual([]);
    expect(await store.listDeletedIds(TENANT)).toEqual([gone.id]);
    expect(await store.listDeletedIds(OTHER_TENANT)).toEqual([]);
  });

  test('is listed newest first, in pages that join up', async () => {
    for (let number = 1; number <= 3; number += 1) {
      await deleted({ id: testId('prj', number), name: `shop-${number}` });
    }
    await created({ id: testId('prj', 4), name: 'there' });
    await deleted({ id: testId('prj', 5), tenant_id: OTHER_TENANT });

    const first = await store.listDeleted(TENANT, { limit: 2 });
    const second = await store.listDeleted(TENANT, { limit: 2, after: String(first.next) });
    expect([first, second].map(({ items }) => items.map(({ name }) => name))).toEqual([
      ['shop-3', 'shop-2'],
      ['shop-1'],
    ]);
    expect(second.next).toBeUndefined();
  });

  test('is restored with its variables, and takes its name again', async () => {
    const gone = await deleted({}, { A: '1' });
    await store.restore(gone, restored(gone), told(RESTORED));

    expect(await store.find(TENANT, gone.id)).toEqual(restored(gone));
    expect(await store.readVariables(TENANT, gone.id)).toEqual({ A: '1' });
    expect(await store.findDeleted(TENANT, [gone.id])).toEqual([]);
    expect(await store.listDeletedIds(TENANT)).toEqual([]);
    await expectCode(store.create(project({ id: testId('prj', 2) }), {}, told()), 'PROJECT_NAME_EXISTS');
  });

  test('whose name is taken stays deleted, and can be restored under another', async () => {
    const gone = await deleted();
    await created({ id: testId('prj', 2) });
    const before = memory.rawText();

    await expectCode(store.restore(gone, restored(gone), told(RESTORED)), 'PROJECT_NAME_EXISTS');
    expect(memory.rawText()).toBe(before);

    const renamed = { ...restored(gone), name: 'store' };
    await store.restore(gone, renamed, told(RESTORED));
    expect(await store.find(TENANT, gone.id)).toEqual(renamed);
    await expectCode(
      store.create(project({ id: testId('prj', 3), name: 'store' }), {}, told()),
      'PROJECT_NAME_EXISTS',
    );
  });

  test('is restored once by two at the same moment', async () => {
    const gone = await deleted();

    const outcomes = await Promise.allSettled(
      [1, 2].map(() => store.restore(gone, restored(gone), told(RESTORED))),
    );

    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'WRITE_CONFLICT' },
    });
  });
});

describe('variables', () => {
  test('come back as they were, and lie sealed', async () => {
    const variables = { DATABASE_URL: 'postgres://plain-text-secret', EMPTY: '', LINES: 'a\nb "c" ü😀' };
    const shop = await created({ variable_names: ['DATABASE_URL', 'EMPTY', 'LINES'] }, variables);

    expect(await store.readVariables(TENANT, shop.id)).toEqual(variables);
    expect(memory.rawText()).not.toContain('plain-text-secret');
    expect(memory.rawText()).toContain('DATABASE_URL');
  });

  test('stay when a change does not name them, and are replaced whole when it does', async () => {
    const shop = await created({}, { A: '1', B: '2' });
    const second = changed(shop, { description: 'x' });
    await store.replace(shop, second, undefined, told());
    expect(await store.readVariables(TENANT, shop.id)).toEqual({ A: '1', B: '2' });

    await store.replace(second, changed(second, {}), { C: '3' }, told());
    expect(await store.readVariables(TENANT, shop.id)).toEqual({ C: '3' });
  });

  test('are nothing for another tenant or an unknown project', async () => {
    const shop = await created({}, { A: '1' });

    expect(await store.readVariables(OTHER_TENANT, shop.id)).toEqual({});
    expect(await store.readVariables(TENANT, testId('prj', 9))).toEqual({});
  });

  test('moved to another project by hand do not open', async () => {
    await created({}, { A: '1' });
    await created({ id: testId('prj', 2), name: 'other' }, { A: '2' });
    const variablesOf = (number: number) => keys.variables({ ...SERVICE, project_id: testId('prj', number) });
    const sealed = await memory.table.get(variablesOf(1));
    if (sealed === undefined) expect.fail('the project has variables');
    await memory.table.write({ kind: 'put', item: { ...sealed, key: variablesOf(2) } });

    await expect(store.readVariables(TENANT, testId('prj', 2))).rejects.toThrow();
    expect(await store.readVariables(TENANT, testId('prj', 1))).toEqual({ A: '1' });
  });
});
