import { beforeEach, describe, expect, test } from 'vitest';
import { createDeploymentStore } from '../../../../src/adapters/stores/deployment-store.ts';
import { rememberFinalItems } from '../../../../src/adapters/stores/final-items.ts';
import { keys } from '../../../../src/adapters/stores/keys.ts';
import { createReleaseStore } from '../../../../src/adapters/stores/release-store.ts';
import type { Table } from '../../../../src/adapters/table/port.ts';
import { type Deployment, deploymentStatusSchema } from '../../../../src/domain/deployments/index.ts';
import { putProjects } from '../../../support/project-items.ts';
import { testSealer } from '../../../support/sealers.ts';
import { createMemoryTable, type MemoryTable } from '../../../support/tables.ts';
import { createTestClock } from '../../../support/test-clock.ts';
import { deployment, OTHER_TENANT, PROJECT, release, TENANT } from '../../../support/things.ts';

const FINAL = ['failed', 'cancelled', 'removed', 'skipped'];
const clock = createTestClock();

let memory: MemoryTable;
let reads: number;
let table: Table;
let now_ms: number;
beforeEach(() => {
  memory = createMemoryTable();
  reads = 0;
  now_ms = 0;
  const counted = new Proxy(memory.table, {
    get: (target, name: keyof Table) => {
      if (name === 'get') reads += 1;
      return target[name].bind(target);
    },
  });
  table = rememberFinalItems(counted, { monotonic_ms: () => now_ms });
});

async function stored(changes: Partial<Deployment>): Promise<Deployment> {
  const made = deployment(changes);
  await putProjects(memory.table, [made]);
  await createDeploymentStore(memory.table, clock).create(made, []);
  return made;
}
const keyOf = ({ tenant_id, id }: Deployment) => ({ tenant_id, deployment_id: id });

describe('a deployment', () => {
  test.each(deploymentStatusSchema.options)(
    'that is %s is remembered where it can’t change',
    async (status) => {
      const made = await stored({ status });
      const store = createDeploymentStore(table, clock);

      expect(await store.find(keyOf(made))).toEqual(made);
      expect(await store.find(keyOf(made))).toEqual(made);
      expect(reads).toBe(FINAL.includes(status) ? 1 : 2);
    },
  );

  test('that is remembered is its tenant’s alone', async () => {
    const made = await stored({ status: 'failed' });
    const store = createDeploymentStore(table, clock);
    await store.find(keyOf(made));

    expect(await store.find({ ...keyOf(made), tenant_id: OTHER_TENANT })).toBeUndefined();
  });

  test('is given out as a copy', async () => {
    const made = await stored({ status: 'failed' });
    const store = createDeploymentStore(table, clock);
    await store.find(keyOf(made));
    Object.assign((await store.find(keyOf(made))) ?? {}, { status: 'success' });

    expect(await store.find(keyOf(made))).toEqual(made);
  });

  test.each<[string, (key: ReturnType<typeof keys.deployment>) => Promise<unknown>]>([
    ['deleted', (key) => table.write({ kind: 'delete', key })],
    ['deleted with others', (key) => table.transact([{ kind: 'delete', key }])],
    ['changed', (key) => table.write({ kind: 'update', key, set: { url: 'x' } })],
    ['put anew', (key) => table.write({ kind: 'put', item: { key, attributes: { status: 'queued' } } })],
    ['added to', (key) => table.add(key, { version: 1 })],
  ])('that is %s here is forgotten', async (_how, change) => {
    const made = await stored({ status: 'failed' });
    const key = keys.deployment(keyOf(made));
    await table.get(key);
    await change(key);

    expect(await table.get(key)).toEqual(await memory.table.get(key));
  });

  test('that was deleted elsewhere is forgotten after five minutes', async () => {
    const made = await stored({ status: 'failed' });
    const key = keys.deployment(keyOf(made));
    await table.get(key);
    await memory.table.write({ kind: 'delete', key });
    now_ms += 300_001;

    expect(await table.get(key)).toBeUndefined();
  });
});

describe('a release', () => {
  test('is remembered once it has its image, and its variables stay sealed', async () => {
    const store = createReleaseStore(table, testSealer);
    const made = release({ variables: { A: 'secret' } });
    await store.create(made);
    await store.find(TENANT, PROJECT, made.id);
    expect(await store.find(TENANT, PROJECT, made.id)).toEqual(made);
    expect(reads).toBe(2);

    await store.setImage(made, 'images/1');
    const published = { ...made, image: 'images/1' };
    expect(await store.find(TENANT, PROJECT, made.id)).toEqual(published);
    expect(await store.find(TENANT, PROJECT, made.id)).toEqual(published);
    expect(reads).toBe(3);
    expect(JSON.stringify(await table.get(keys.release(TENANT, PROJECT, made.id)))).not.toContain('secret');
  });
});

test('other items are read each time', async () => {
  const key = keys.recent(TENANT, PROJECT);
  await table.get(key);
  await table.get(key);
  expect(reads).toBe(2);
});
