import { beforeEach, describe, expect, test } from 'vitest';
import { createTally } from '../../../bench/capacity/tally.ts';
import { createDeploymentStore } from '../../../src/adapters/stores/deployment-store.ts';
import { keys } from '../../../src/adapters/stores/keys.ts';
import { createServiceStore } from '../../../src/adapters/stores/service-store.ts';
import type { Deployment, DeploymentStore } from '../../../src/domain/deployments/index.ts';
import { expectCode } from '../../support/errors.ts';
import { putProjects } from '../../support/project-items.ts';
import { createMemoryTable, type MemoryTable } from '../../support/tables.ts';
import { createTestClock, type TestClock } from '../../support/test-clock.ts';
import { testId } from '../../support/test-ids.ts';
import { deployment, event, OTHER_TENANT, SERVICE } from '../../support/things.ts';

const HOUR_MS = 3_600_000;
const END = { unlock: true } as const;

let memory: MemoryTable;
let clock: TestClock;
let store: DeploymentStore;
beforeEach(async () => {
  memory = createMemoryTable();
  const elsewhere = [{ tenant_id: OTHER_TENANT }, { project_id: testId('prj', 9) }];
  await putProjects(memory.table, [SERVICE, ...elsewhere.map((each) => ({ ...SERVICE, ...each }))]);
  clock = createTestClock();
  store = createDeploymentStore(memory.table, clock);
});

const first = deployment();
const second = deployment({ id: testId('dpl', 2) });
const next = (previous: Deployment, changes: Partial<Deployment> = {}): Deployment => ({
  ...previous,
  ...changes,
  version: previous.version + 1,
});

test('a deployment of a project that was deleted at this moment is refused, and leaves nothing behind', async () => {
  await memory.table.write({ kind: 'delete', key: keys.project(first.tenant_id, first.project_id) });
  const before = memory.rawText();

  await expectCode(store.create(first, [event('queued')]), 'PROJECT_NOT_FOUND');

  expect(memory.rawText()).toBe(before);
});

describe('the lock', () => {
  test('lets one deployment at a time into a service, and a refused one leaves nothing behind', async () => {
    await store.create(first, [event('queued')]);

    await expectCode(
      store.create(second, [event('queued', { id: testId('evt', 2) })]),
      'DEPLOYMENT_IN_PROGRESS',
    );

    expect(await store.find({ tenant_id: second.tenant_id, deployment_id: second.id })).toBeUndefined();
    expect(memory.events).toHaveLength(1);
  });

  test('is freed with the last write, and looked for together with what else that needs', async () => {
    await store.create(first, [event('queued')]);
    const { table, count } = createTally(memory.table);

    const access = await count(() =>
      createDeploymentStore(table, clock).replace(first, next(first, { status: 'failed' }), [], END),
    );

    expect(access).toMatchObject({ requests: 2, reads: { tenants: 2 } });
    await store.create(second, []);
  });

  test('of deployments queued at the same moment, one is taken', async () => {
    const outcomes = await Promise.allSettled([store.create(first, []), store.create(second, [])]);

    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(outcomes).toContainEqual(
      expect.objectContaining({ reason: expect.objectContaining({ code: 'DEPLOYMENT_IN_PROGRESS' }) }),
    );
  });

  test.each([
    { project_id: testId('prj', 9) },
    { service: 'worker' },
    { environment: 'staging' },
    { tenant_id: OTHER_TENANT },
  ])('is one per service, environment, project and tenant: %o', async (elsewhere) => {
    await store.create(first, []);

    await expect(store.create({ ...second, ...elsewhere }, [])).resolves.toBeUndefined();
  });

  test('is free again once its deployment ended', async () => {
    await store.create(first, []);
    await store.replace(first, next(first, { status: 'failed' }), [], END);

    await expect(store.create(second, [])).resolves.toBeUndefined();
  });

  test('stays while its deployment changes', async () => {
    await store.create(first, []);
    await store.replace(first, next(first, { status: 'building' }), []);

    await expectCode(store.create(second, []), 'DEPLOYMENT_IN_PROGRESS');
  });

  test('stays with another deployment when an earlier one changes after its end', async () => {
    await store.create(first, []);
    const succeeded = next(first, { status: 'success' });
    await store.replace(first, succeeded, [], END);
    await store.create(second, []);

    await store.replace(succeeded, next(succeeded, { status: 'crashed' }), [], END);

    await expectCode(store.create(deployment({ id: testId('dpl', 3) }), []), 'DEPLOYMENT_IN_PROGRESS');
  });

  test('can be taken over after its lease, when its deployment died without a trace', async () => {
    await store.create(first, []);
    clock.advance(2 * HOUR_MS);
    await expectCode(store.create(second, []), 'DEPLOYMENT_IN_PROGRESS');

    clock.advance(1000);
    await store.create(second, []);

    // The dead one's end, should it come after all, doesn't free what is no longer its own.
    await store.replace(first, next(first, { status: 'failed' }), [], END);
    await expectCode(store.create(deployment({ id: testId('dpl', 3) }), []), 'DEPLOYMENT_IN_PROGRESS');
  });

  test('a deployment is queued also when another one of its project changes at that moment', async () => {
    const crashing = next(first, { status: 'success' });
    await store.create(first, []);
    await store.replace(first, crashing, [], END);
    let interrupt: (() => Promise<void>) | undefined = () =>
      store.replace(crashing, next(crashing, { status: 'crashed' }), []);
    const interrupted = createDeploymentStore(
      {
        ...bound(memory),
        async get(key) {
          const item = await memory.table.get(key);
          const once = interrupt;
          interrupt = undefined;
          await once?.();
          return item;
        },
      },
      clock,
    );

    await interrupted.create(second, []);

    const recent = (await store.listRecent(first.tenant_id, [first.project_id])).get(first.project_id);
    expect(recent?.map(({ id, status }) => [id, status])).toEqual([
      [second.id, 'queued'],
      [first.id, 'crashed'],
    ]);
  });
});

describe('the switch', () => {
  const switched = next(first, { is_switched: true });

  test('marks the deployment and its service together', async () => {
    const services = createServiceStore(memory.table);
    const service = await services.ensure(SERVICE, ['shop']);
    await store.create(first, []);

    await store.switchService(service, first, switched);

    expect(await store.find({ tenant_id: first.tenant_id, deployment_id: first.id })).toEqual(switched);
    expect(await services.find(SERVICE)).toEqual({ ...service, active_deployment_id: first.id });
  });

  test('is refused to a deployment that no longer holds the lock', async () => {
    const services = createServiceStore(memory.table);
    const service = await services.ensure(SERVICE, ['shop']);
    await store.create(first, []);
    clock.advance(3 * HOUR_MS);
    await store.create(second, []);

    await expectCode(store.switchService(service, first, switched), 'WRITE_CONFLICT');

    expect(await services.find(SERVICE)).toEqual({ ...service, active_deployment_id: null });
    expect(await store.find({ tenant_id: first.tenant_id, deployment_id: first.id })).toEqual(first);
  });

  test('is refused when the deployment changed meanwhile (it was cancelled, say)', async () => {
    const services = createServiceStore(memory.table);
    const service = await services.ensure(SERVICE, ['shop']);
    await store.create(first, []);
    await store.replace(first, next(first, { status: 'cancelled' }), [], END);

    await expectCode(store.switchService(service, first, switched), 'WRITE_CONFLICT');
    expect((await services.find(SERVICE))?.active_deployment_id).toBeNull();
  });

  test('makes no service where the project was deleted meanwhile', async () => {
    const services = createServiceStore(memory.table);
    const service = await services.ensure(SERVICE, ['shop']);
    await store.create(first, []);
    await services.removeAll(SERVICE.tenant_id, SERVICE.project_id);

    await expectCode(store.switchService(service, first, switched), 'WRITE_CONFLICT');
    expect(await memory.table.get(keys.service(SERVICE))).toBeUndefined();
  });
});

function bound({ table }: MemoryTable): MemoryTable['table'] {
  return {
    get: (key) => table.get(key),
    batchGet: (all) => table.batchGet(all),
    query: (query) => table.query(query),
    write: (write) => table.write(write),
    add: (key, amounts) => table.add(key, amounts),
    transact: (writes) => table.transact(writes),
  };
}
