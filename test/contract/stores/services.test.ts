import { beforeEach, describe, expect, test } from 'vitest';
import { keys } from '../../../src/adapters/stores/keys.ts';
import { createServiceStore } from '../../../src/adapters/stores/service-store.ts';
import type { Table } from '../../../src/adapters/table/port.ts';
import type { ServiceKey, ServiceStore } from '../../../src/domain/deployments/index.ts';
import { expectCode } from '../../support/errors.ts';
import { createMemoryTable } from '../../support/tables.ts';
import { testId } from '../../support/test-ids.ts';
import { OTHER_TENANT, SERVICE } from '../../support/things.ts';

const OTHERS: ServiceKey = { ...SERVICE, tenant_id: OTHER_TENANT, project_id: testId('prj', 2) };
const HOSTS = ['shop', 'shop-1234abcd'];

let store: ServiceStore;
beforeEach(() => {
  store = createServiceStore(createMemoryTable().table);
});

describe('a service', () => {
  test('gets the first host that is free, and serves nothing yet', async () => {
    const service = { ...SERVICE, host: 'shop', active_deployment_id: null };

    expect(await store.ensure(SERVICE, HOSTS)).toEqual(service);
    expect(await store.find(SERVICE)).toEqual(service);
  });

  test('of another tenant gets the next host where the first is taken', async () => {
    await store.ensure(SERVICE, HOSTS);

    expect(await store.ensure(OTHERS, ['shop', 'shop-99999999'])).toMatchObject({ host: 'shop-99999999' });
    expect(await store.find(SERVICE)).toMatchObject({ host: 'shop' });
  });

  test('keeps its host for good, also when its project was renamed', async () => {
    await store.ensure(SERVICE, HOSTS);

    expect(await store.ensure(SERVICE, ['store', 'store-1234abcd'])).toMatchObject({ host: 'shop' });
    expect(await store.ensure(OTHERS, ['store'])).toMatchObject({ host: 'store' });
  });

  test('is made once when it is asked for twice at the same moment', async () => {
    const [one, other] = await Promise.all([store.ensure(SERVICE, HOSTS), store.ensure(SERVICE, HOSTS)]);

    expect(one.host).toBe('shop');
    expect(other.host).toBe('shop');
    // The second claim must not have taken the other name along.
    expect(await store.ensure(OTHERS, ['shop-1234abcd'])).toMatchObject({ host: 'shop-1234abcd' });
  });

  test('without any free host is an error of ours', async () => {
    await store.ensure(SERVICE, ['shop']);

    await expectCode(store.ensure(OTHERS, ['shop']), 'INTERNAL');
    expect(await store.find(OTHERS)).toBeUndefined();
  });

  test('is not there for another tenant', async () => {
    await store.ensure(SERVICE, HOSTS);

    expect(await store.find({ ...SERVICE, tenant_id: OTHER_TENANT })).toBeUndefined();
  });
});

describe('removing a project’s services', () => {
  test('frees their hosts for others', async () => {
    await store.ensure(SERVICE, ['shop']);
    await store.ensure({ ...SERVICE, environment: 'staging' }, ['staging-shop']);
    await store.removeAll(SERVICE.tenant_id, SERVICE.project_id);

    expect(await store.find(SERVICE)).toBeUndefined();
    expect(await store.ensure(OTHERS, ['shop'])).toMatchObject({ host: 'shop' });
    expect(await store.ensure({ ...OTHERS, name: 'worker' }, ['staging-shop'])).toMatchObject({
      host: 'staging-shop',
    });
  });

  test('leaves other projects’ alone, and may be done again', async () => {
    await store.ensure(SERVICE, ['shop']);
    await store.ensure(OTHERS, ['other']);
    await store.removeAll(SERVICE.tenant_id, SERVICE.project_id);
    await store.removeAll(SERVICE.tenant_id, SERVICE.project_id);

    expect(await store.find(OTHERS)).toMatchObject({ host: 'other' });
    await expectCode(store.ensure(SERVICE, ['other']), 'INTERNAL');
  });

  test('keeps which deployment of each served, until another one does', async () => {
    const { table } = createMemoryTable();
    store = createServiceStore(table);
    const served = () => store.listServed(SERVICE.tenant_id, SERVICE.project_id);
    const serve = (key: ServiceKey, active_deployment_id: string) =>
      table.write({ kind: 'update', key: keys.service(key), set: { active_deployment_id } });
    const worker = { ...SERVICE, name: 'worker' };
    await store.ensure(SERVICE, ['shop']);
    await store.ensure(worker, ['worker']);
    await store.ensure(OTHERS, ['others']);
    await serve(OTHERS, 'dpl_9');
    expect(await served()).toEqual([]);
    await serve(SERVICE, 'dpl_1');
    await serve(worker, 'dpl_2');
    expect(await served()).toEqual(['dpl_1', 'dpl_2']);

    await store.removeAll(SERVICE.tenant_id, SERVICE.project_id);
    expect(await served()).toEqual(['dpl_1', 'dpl_2']);

    await store.ensure(SERVICE, ['shop']);
    expect(await served()).toEqual(['dpl_1', 'dpl_2']);
    await serve(SERVICE, 'dpl_3');
    expect(await served()).toEqual(['dpl_3', 'dpl_2']);
    await store.removeAll(SERVICE.tenant_id, SERVICE.project_id);
    expect(await served()).toEqual(['dpl_3', 'dpl_2']);
  });

  test('leaves a host that was freed and claimed by another tenant in between', async () => {
    const { table } = createMemoryTable();
    const others = createServiceStore(table);
    let freed = false;
    const late = createServiceStore({
      ...wrap(table),
      async get(key) {
        const found = await table.get(key);
        if (key.pk === 'HOST#shop' && !freed) {
          freed = true;
          await others.removeAll(SERVICE.tenant_id, SERVICE.project_id);
          await others.ensure(OTHERS, ['shop']);
        }
        return found;
      },
    });
    await others.ensure(SERVICE, ['shop']);
    await expect(late.removeAll(SERVICE.tenant_id, SERVICE.project_id)).rejects.toThrow();
    await late.removeAll(SERVICE.tenant_id, SERVICE.project_id);

    await expectCode(others.ensure(SERVICE, ['shop']), 'INTERNAL');
  });
});

function wrap(table: Table): Table {
  return {
    get: (key) => table.get(key),
    batchGet: (keys) => table.batchGet(keys),
    query: (query) => table.query(query),
    write: (write) => table.write(write),
    add: (key, amounts) => table.add(key, amounts),
    transact: (writes) => table.transact(writes),
  };
}
