import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cacheKey } from '../../../../src/adapters/cache/keys.ts';
import { keys } from '../../../../src/adapters/stores/keys.ts';
import type { Project, ProjectStore } from '../../../../src/domain/projects/index.ts';
import { cachedInstances, neverStale } from '../../../support/cache-order.ts';
import type { CacheWorld } from '../../../support/cache-world.ts';
import { PROJECT, TENANT } from '../../../support/things.ts';

// The long run is test/cache's.
test('nobody is shown what was there before a write that has been answered, whatever the order, whatever the cache does', async () => {
  const checked = await fc.check(neverStale(cachedInstances), { numRuns: 250 });
  expect(fc.defaultReportMessage(checked)).toBeUndefined();
});

test('a cache that is filled and emptied without leases and fences is caught', async () => {
  const naive = (world: CacheWorld): ProjectStore => {
    const key = cacheKey('test', keys.project(TENANT, PROJECT));
    const put = async (value: string | undefined) =>
      world.cache.release(key, await world.cache.fence(key), value);
    return {
      ...world.direct,
      async find(tenant_id, project_id) {
        const found = await world.cache.read(key);
        if (found.kind === 'hit') return JSON.parse(found.value) as Project;
        const read = await world.direct.find(tenant_id, project_id);
        if (read !== undefined) await put(JSON.stringify(read));
        return read;
      },
      async replace(...change) {
        await world.direct.replace(...change);
        await put(undefined);
      },
    };
  };
  const checked = await fc.check(
    neverStale((world, faults) => faults.map(() => naive(world))),
    { numRuns: 1000 },
  );
  expect(checked.failed).toBe(true);
  expect(checked.errorInstance).toMatchObject({ message: expect.stringMatching(/version \d+ after/) });
});
