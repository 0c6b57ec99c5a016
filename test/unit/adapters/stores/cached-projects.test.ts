import { beforeEach, describe, expect, test } from 'vitest';
import { cacheKey } from '../../../../src/adapters/cache/keys.ts';
import { createMemoryCache } from '../../../../src/adapters/cache/memory-cache.ts';
import { type Cache, CacheUnavailableError } from '../../../../src/adapters/cache/port.ts';
import { cacheProjects } from '../../../../src/adapters/stores/cached-projects.ts';
import { keys } from '../../../../src/adapters/stores/keys.ts';
import { createProjectCache } from '../../../../src/adapters/stores/project-cache.ts';
import { createProjectStore } from '../../../../src/adapters/stores/project-store.ts';
import type { Project, ProjectStore } from '../../../../src/domain/projects/index.ts';
import { expectCode } from '../../../support/errors.ts';
import { createRecordedLogger, type RecordedLogger } from '../../../support/recorded-logger.ts';
import { testSealer } from '../../../support/sealers.ts';
import { createMemoryTable, type MemoryTable } from '../../../support/tables.ts';
import { testId } from '../../../support/test-ids.ts';
import { deletedProject, event, OTHER_TENANT, PROJECT, project, TENANT } from '../../../support/things.ts';

const KEY = cacheKey('test', keys.project(TENANT, PROJECT));

let memory: MemoryTable;
let server: Cache;
/** Calls that fail, by their names. */
let down: Set<keyof Cache>;
/** Every text that went to the cache. */
let kept: string[];
let waited_ms: number;
let logger: RecordedLogger;
let now_ms: number;
let events = 0;

const told = (tenant_id = TENANT) => {
  events += 1;
  return event('branchline.project.updated', { id: testId('evt', events), tenant_id });
};
const next = (previous: Project, changes: Partial<Project> = {}): Project => ({
  ...previous,
  ...changes,
  version: previous.version + 1,
});

function call<T>(name: keyof Cache, work: () => Promise<T>): Promise<T> {
  return down.has(name) ? Promise.reject(new CacheUnavailableError('down')) : work();
}

const cache: Cache = {
  read: (key) => call('read', () => server.read(key)),
  fill: (key, lease, value) => {
    kept.push(value);
    return call('fill', () => server.fill(key, lease, value));
  },
  fence: (key) => call('fence', () => server.fence(key)),
  release: (key, fence, value) => {
    kept.push(value ?? '');
    return call('release', () => server.release(key, fence, value));
  },
};

/** Another instance, which may reach the cache or not as all of them. */
function instance(store: ProjectStore = createProjectStore(memory.table, testSealer)): ProjectStore {
  const parts = createProjectCache(cache, {
    table: memory.table,
    clock: { now: () => new Date(now_ms) },
    logger,
    monotonic_ms: () => now_ms,
    wait: async (duration_ms) => {
      waited_ms += duration_ms;
      now_ms += duration_ms;
    },
    stage: 'test',
  });
  return cacheProjects(store, parts);
}

/** Puts a text into the cache as somebody else might. */
async function plant(text: string): Promise<void> {
  await server.release(KEY, await server.fence(KEY), text);
}

const codes = () => logger.lines.map(({ message }) => message);

beforeEach(() => {
  memory = createMemoryTable();
  now_ms = Date.parse('2026-11-15T12:00:00.000Z');
  server = createMemoryCache({ max: 100, monotonic_ms: () => now_ms });
  down = new Set();
  kept = [];
  waited_ms = 0;
  logger = createRecordedLogger();
});

/** A store that fails where it is asked, to show that it wasn't. */
function unread(): ProjectStore {
  return {
    ...createProjectStore(memory.table, testSealer),
    find: async () => expect.fail('the table was read'),
  };
}

describe('a project', () => {
  test('is found in the cache from its creation on', async () => {
    const shop = project();
    await instance().create(shop, {}, told());

    expect(await instance(unread()).find(TENANT, shop.id)).toEqual(shop);
  });

  test('that was found once is found in the cache', async () => {
    await createProjectStore(memory.table, testSealer).create(project(), {}, told());
    await instance().find(TENANT, PROJECT);

    expect(await instance(unread()).find(TENANT, PROJECT)).toEqual(project());
  });

  test('is found as it was changed, by all at once', async () => {
    const [one, other] = [instance(), instance()];
    await one.create(project(), {}, told());
    await other.find(TENANT, PROJECT);
    const changed = next(project(), { description: 'new' });
    await one.replace(project(), changed, undefined, told());

    expect(await other.find(TENANT, PROJECT)).toEqual(changed);
    expect(await instance(unread()).find(TENANT, PROJECT)).toEqual(changed);
    expect(waited_ms).toBe(0);
  });

  test('that was deleted is found by nobody', async () => {
    const [one, other] = [instance(), instance()];
    await one.create(project(), {}, told());
    await one.remove(project(), deletedProject(project()), told());

    expect(await other.find(TENANT, PROJECT)).toBeUndefined();
    expect(await one.find(TENANT, PROJECT)).toBeUndefined();
  });

  test('that isn’t there is looked for each time, so that one that comes back is seen', async () => {
    const one = instance();
    expect(await one.find(TENANT, PROJECT)).toBeUndefined();
    await createProjectStore(memory.table, testSealer).create(project(), {}, told());

    expect(await one.find(TENANT, PROJECT)).toEqual(project());
  });

  test('of another tenant isn’t found, in the cache or out of it', async () => {
    const one = instance();
    await one.create(project(), {}, told());
    await one.find(TENANT, PROJECT);

    expect(await one.find(OTHER_TENANT, PROJECT)).toBeUndefined();
  });

  test('leaves no variable in the cache', async () => {
    const one = instance();
    const shop = project({ variable_names: ['SECRET'] });
    await one.create(shop, { SECRET: 'plain-text-secret' }, told());
    const changed = next(shop);
    await one.replace(shop, changed, { SECRET: 'another-secret' }, told());
    await one.find(TENANT, PROJECT);

    expect(kept.length).toBeGreaterThan(1);
    expect(kept.join()).not.toContain('secret');
    expect(await one.readVariables(TENANT, PROJECT)).toEqual({ SECRET: 'another-secret' });
  });

  test('is read from the table again after five minutes', async () => {
    await instance().create(project(), {}, told());
    now_ms += 300_001;

    await expect(instance(unread()).find(TENANT, PROJECT)).rejects.toThrow('the table was read');
  });
});

describe('a write that is refused', () => {
  test('leaves no fence', async () => {
    const one = instance();
    await one.create(project(), {}, told());
    const late = one.replace(next(project()), next(next(project())), undefined, told());

    await expectCode(late, 'WRITE_CONFLICT');
    expect((await server.read(KEY)).kind).toBe('miss');
    expect(await one.find(TENANT, PROJECT)).toEqual(project());
  });

  test('stays fenced where it may have been carried out', async () => {
    const failing: ProjectStore = {
      ...createProjectStore(memory.table, testSealer),
      replace: async () => {
        throw new Error('no answer');
      },
    };
    const one = instance(failing);
    await one.create(project(), {}, told());

    await expect(one.replace(project(), next(project()), undefined, told())).rejects.toThrow('no answer');
    expect((await server.read(KEY)).kind).toBe('fenced');
    now_ms += 60_001;
    expect((await server.read(KEY)).kind).toBe('miss');
  });
});

describe('what the cache holds is no project of ours:', () => {
  test.each([
    ['no JSON', 'x'],
    ['nothing', 'null'],
    ['another thing', JSON.stringify({ id: PROJECT })],
    ['more than a project', JSON.stringify({ ...project(), is_admin: true })],
    ['a wrong name', JSON.stringify(project({ name: '-' }))],
    ['another tenant’s', JSON.stringify(project({ tenant_id: OTHER_TENANT }))],
    ['another project', JSON.stringify(project({ id: testId('prj', 2) }))],
  ])('%s is dropped and logged, and the table has the last word', async (_what, text) => {
    const one = instance();
    await one.create(project(), {}, told());
    await plant(text);

    expect(await one.find(TENANT, PROJECT)).toEqual(project());
    expect(codes()).toEqual(['a cached value was not usable']);
    expect((await server.read(KEY)).kind).toBe('miss');
  });
});

describe('while the cache is down', () => {
  beforeEach(async () => {
    await instance().create(project(), {}, told());
    down = new Set(['read', 'fill', 'fence', 'release']);
  });

  test('everything goes on', async () => {
    const one = instance();
    expect(await one.find(TENANT, PROJECT)).toEqual(project());
    const changed = next(project());
    await one.replace(project(), changed, undefined, told());
    expect(await one.find(TENANT, PROJECT)).toEqual(changed);
    await one.create(project({ id: testId('prj', 2), name: 'other' }), {}, told());
    await one.remove(changed, deletedProject(changed), told());
    expect(await one.find(TENANT, PROJECT)).toBeUndefined();
    expect(codes()).toContain('the shared cache was unavailable');
    expect(codes()).toContain('a write went on without the shared cache');
  });

  test('a change waits until nobody believes the cache, and the next one need not', async () => {
    const one = instance();
    await one.replace(project(), next(project()), undefined, told());
    const first_ms = waited_ms;
    await one.replace(next(project()), next(next(project())), undefined, told());

    expect(first_ms).toBeGreaterThan(2000);
    expect(waited_ms).toBe(first_ms);
  });

  test('somebody who still reaches it isn’t shown the old project', async () => {
    const [cut_off, other] = [instance(), instance()];
    down.clear();
    expect(await other.find(TENANT, PROJECT)).toEqual(project());
    down = new Set(['fence']);
    const changed = next(project());
    await cut_off.replace(project(), changed, undefined, told());
    down.clear();

    expect(await server.read(KEY)).toMatchObject({ kind: 'hit' });
    expect(await other.find(TENANT, PROJECT)).toEqual(changed);
    now_ms += 600_001;
    expect(await other.find(TENANT, PROJECT)).toEqual(changed);
  });

  test('other tenants’ projects are still found in it', async () => {
    down.clear();
    const theirs = project({ tenant_id: OTHER_TENANT });
    await instance().create(theirs, {}, told(OTHER_TENANT));
    down = new Set(['fence']);
    await instance().replace(project(), next(project()), undefined, told());
    down.clear();

    expect(await instance(unread()).find(OTHER_TENANT, PROJECT)).toEqual(theirs);
  });

  test('a fence that can’t be taken down is no promise: it may have been lost, and the old project be back', async () => {
    down.clear();
    const store = createProjectStore(memory.table, testSealer);
    const other = instance();
    const restarting: ProjectStore = {
      ...store,
      async replace(...change) {
        server = createMemoryCache({ max: 100, monotonic_ms: () => now_ms });
        await other.find(TENANT, PROJECT);
        await store.replace(...change);
        down = new Set(['release']);
      },
    };
    const changed = next(project());
    await instance(restarting).replace(project(), changed, undefined, told());
    down.clear();

    expect(await server.read(KEY)).toMatchObject({ kind: 'hit' });
    expect(await other.find(TENANT, PROJECT)).toEqual(changed);
  });
});

test('a deleted project that comes back is found as it is then', async () => {
  const [one, other] = [instance(), instance()];
  await one.create(project(), {}, told());
  await other.find(TENANT, PROJECT);
  await one.remove(project(), deletedProject(project()), told());
  await other.find(TENANT, PROJECT);
  const restored = next(next(project()));
  await createProjectStore(memory.table, testSealer).create(restored, {}, told());

  expect(await other.find(TENANT, PROJECT)).toEqual(restored);
  expect(await one.find(TENANT, PROJECT)).toEqual(restored);
});
