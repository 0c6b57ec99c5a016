import { beforeEach, describe, expect, test } from 'vitest';
import { purgeEntry, readDuePurges } from '../../../src/adapters/stores/due-purges.ts';
import { keys } from '../../../src/adapters/stores/keys.ts';
import { createProjectRemains } from '../../../src/adapters/stores/project-remains.ts';
import { createProjectStore } from '../../../src/adapters/stores/project-store.ts';
import type { Key, Table } from '../../../src/adapters/table/port.ts';
import type { ProjectRemains } from '../../../src/domain/purge/index.ts';
import { testSealer } from '../../support/sealers.ts';
import { createMemoryTable } from '../../support/tables.ts';
import { testId } from '../../support/test-ids.ts';
import {
  deletedProject,
  event,
  OTHER_TENANT,
  PROJECT,
  project,
  SERVICE,
  TENANT,
  USER,
} from '../../support/things.ts';

const DUE = { kind: 'project', tenant_id: TENANT, id: PROJECT, purge_at: '2026-11-18T12:00:00.000Z' };
const KEY = { tenant_id: TENANT, project_id: PROJECT };
const OTHER = { tenant_id: OTHER_TENANT, project_id: PROJECT };

let table: Table;
let remains: ProjectRemains;
beforeEach(() => {
  ({ table } = createMemoryTable());
  remains = createProjectRemains(table);
});

async function deleted(number = 1, tenant_id = TENANT): Promise<void> {
  const store = createProjectStore(table, testSealer);
  const made = project({ id: testId('prj', number), tenant_id, name: `shop-${number}` });
  const told = (which: number) => ({ ...event('told', { id: testId('evt', which) }), tenant_id });
  await store.create(made, {}, told(2 * number));
  await store.remove(made, deletedProject(made), told(2 * number + 1));
}

async function put(key: Key, indexes = {}): Promise<void> {
  await table.write({ kind: 'put', item: { key, attributes: {}, indexes } });
}

async function putDeployments(count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    const deployment_id = testId('dpl', number);
    const by_project = { pk: `T#${TENANT}#P#${PROJECT}`, sk: deployment_id };
    await put(keys.deployment({ tenant_id: TENANT, deployment_id }), { by_project });
  }
}

const left = async (pk: string) => {
  const { items } = await table.query({ table: 'tenants', pk, direction: 'forward', limit: 200 });
  return items.map(({ key }) => key.sk);
};

describe('what is due', () => {
  test('is found once its time has come, of whatever tenant, by its kind', async () => {
    for (let number = 1; number <= 8; number += 1)
      await deleted(number, number % 2 === 0 ? TENANT : OTHER_TENANT);
    await table.write({
      kind: 'put',
      item: {
        key: keys.tenant(OTHER_TENANT),
        attributes: { kind: 'user', tenant_id: OTHER_TENANT, user_id: USER, purge_at: DUE.purge_at },
        indexes: purgeEntry(USER, DUE.purge_at),
      },
    });

    expect(await readDuePurges(table, DUE.purge_at, 10)).toEqual([]);
    const due = await readDuePurges(table, '2026-11-18T12:00:00.001Z', 10);
    expect(due).toHaveLength(9);
    expect(due).toContainEqual({ ...DUE, tenant_id: OTHER_TENANT });
    expect(due).toContainEqual({ ...DUE, tenant_id: OTHER_TENANT, kind: 'user', id: USER });
    expect(await readDuePurges(table, '2026-11-19T00:00:00.000Z', 1)).toHaveLength(4);
  });
});

describe('a deleted project', () => {
  test('can be taken again and again, and stays due until it is finished', async () => {
    await deleted();

    expect(await remains.claim(DUE)).toBe(true);
    expect(await remains.claim(DUE)).toBe(true);
    expect(await readDuePurges(table, '2026-11-19T00:00:00.000Z', 10)).toEqual([DUE]);
    await put(keys.recent(TENANT, PROJECT));
    await remains.finish(DUE);
    await remains.finish(DUE);
    expect(await readDuePurges(table, '2026-11-19T00:00:00.000Z', 10)).toEqual([]);
    expect(await left(`T#${TENANT}`)).toEqual([]);
    expect(await remains.claim(DUE)).toBe(false);
  });

  test('that was deleted at another time is not taken', async () => {
    await deleted();

    expect(await remains.claim({ ...DUE, purge_at: '2026-11-18T11:59:59.999Z' })).toBe(false);
    expect(await remains.claim({ ...DUE, tenant_id: OTHER_TENANT })).toBe(false);
  });
});

test('deployments and releases are listed in pages that join up, of one tenant’s project alone', async () => {
  await putDeployments(103);
  for (let number = 1; number <= 103; number += 1)
    await put(keys.release(TENANT, PROJECT, testId('rel', number)));
  await put(keys.release(OTHER_TENANT, PROJECT, testId('rel', 200)));
  const all = (prefix: 'dpl' | 'rel') => Array.from({ length: 103 }, (_, at) => testId(prefix, at + 1));

  for (const [list, ids] of [
    [remains.listDeployments.bind(remains), all('dpl')],
    [remains.listReleases.bind(remains), all('rel')],
  ] as const) {
    const first = await list(KEY);
    const second = await list(KEY, first.next);
    expect([...first.items, ...second.items]).toEqual(ids);
    expect(second.next).toBeUndefined();
  }
  expect(await remains.listDeployments(OTHER)).toEqual({ items: [], next: undefined });
});

test('a deployment goes in batches, itself last; another’s items stay', async () => {
  const key = { tenant_id: TENANT, deployment_id: testId('dpl', 1) };
  await putDeployments(2);
  for (let number = 0; number < 6; number += 1) await put(keys.step(key, number));
  for (let number = 0; number < 30; number += 1) await put(keys.logSegment(key, number));
  const pk = `T#${TENANT}#D#${key.deployment_id}`;

  expect(await remains.removeDeployment(key)).toBe(false);
  expect(await left(pk)).toContain('DEPLOYMENT');
  expect(await remains.removeDeployment(key)).toBe(true);
  expect(await left(pk)).toEqual([]);
  expect(await remains.removeDeployment(key)).toBe(true);
  expect(await left(`T#${TENANT}#D#${testId('dpl', 2)}`)).toEqual(['DEPLOYMENT']);
});

test('what lies in a project goes in batches; another tenant’s stays', async () => {
  const inside = [keys.variables(SERVICE), keys.service(SERVICE), keys.served(SERVICE), keys.lock(SERVICE)];
  for (const key of inside) await put(key);
  for (let day = 10; day < 40; day += 1) await put(keys.projectDay(TENANT, PROJECT, `2026-01-${day}`));
  await put(keys.projectDay(OTHER_TENANT, PROJECT, '2026-01-10'));

  expect(await remains.removeContents(KEY)).toBe(false);
  expect(await remains.removeContents(KEY)).toBe(true);
  expect(await left(`T#${TENANT}#P#${PROJECT}`)).toEqual([]);
  expect(await left(`T#${OTHER_TENANT}#P#${PROJECT}`)).toEqual(['DAY#2026-01-10']);
});
