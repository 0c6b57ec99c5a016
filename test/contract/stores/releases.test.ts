import { beforeEach, expect, test } from 'vitest';
import { keys } from '../../../src/adapters/stores/keys.ts';
import { createReleaseStore } from '../../../src/adapters/stores/release-store.ts';
import type { ReleaseStore } from '../../../src/domain/deployments/index.ts';
import { testSealer } from '../../support/sealers.ts';
import { createMemoryTable, type MemoryTable } from '../../support/tables.ts';
import { testId } from '../../support/test-ids.ts';
import { OTHER_TENANT, PROJECT, release, TENANT } from '../../support/things.ts';

let memory: MemoryTable;
let store: ReleaseStore;
beforeEach(() => {
  memory = createMemoryTable();
  store = createReleaseStore(memory.table, testSealer);
});

const made = release({ variables: { API_KEY: 'plain-text-secret' } });

test('a release comes back as it was made, with its variables sealed where they lie', async () => {
  expect(await store.create(made)).toEqual(made);

  expect(await store.find(TENANT, PROJECT, made.id)).toEqual(made);
  expect(memory.rawText()).not.toContain('plain-text-secret');
});

test('a release is found by its tenant and project alone', async () => {
  await store.create(made);

  expect(await store.find(OTHER_TENANT, PROJECT, made.id)).toBeUndefined();
  expect(await store.find(TENANT, testId('prj', 2), made.id)).toBeUndefined();
  expect(await store.find(TENANT, PROJECT, testId('rel', 2))).toBeUndefined();
});

test('made again after a death, the first one stays', async () => {
  await store.create(made);

  expect(await store.create({ ...made, variables: { API_KEY: 'changed since' } })).toEqual(made);
  expect(await store.find(TENANT, PROJECT, made.id)).toEqual(made);
});

test('its image is remembered and the rest stays', async () => {
  await store.create(made);
  await store.setImage(made, 'images/1');

  expect(await store.find(TENANT, PROJECT, made.id)).toEqual({ ...made, image: 'images/1' });
});

test('an image is not remembered for a release that does not exist', async () => {
  await expect(store.setImage(made, 'images/1')).rejects.toThrow();

  expect(await store.find(TENANT, PROJECT, made.id)).toBeUndefined();
});

test('variables moved to another release, project or tenant by hand do not open', async () => {
  await store.create(made);
  const item = await memory.table.get(keys.release(TENANT, PROJECT, made.id));
  const places = [
    [OTHER_TENANT, PROJECT, made.id],
    [TENANT, testId('prj', 2), made.id],
    [TENANT, PROJECT, testId('rel', 2)],
  ] as const;
  for (const [tenant_id, project_id, id] of places) {
    const key = keys.release(tenant_id, project_id, id);
    for (const changed of [{}, { tenant_id, project_id, id }]) {
      const attributes = { ...item?.attributes, ...changed };
      await memory.table.write({ kind: 'put', item: { key, attributes } });
      await expect(store.find(tenant_id, project_id, id), key.pk).rejects.toThrow();
    }
  }
});
