import { beforeEach, describe, expect, test } from 'vitest';
import { createTally } from '../../../bench/capacity/tally.ts';
import { createMetricsStore } from '../../../src/adapters/stores/metrics-store.ts';
import { createUsageStore } from '../../../src/adapters/stores/usage-store.ts';
import type { UsageStore } from '../../../src/domain/billing/index.ts';
import { createMemoryTable, type MemoryTable } from '../../support/tables.ts';
import { createTestClock } from '../../support/test-clock.ts';
import { testId } from '../../support/test-ids.ts';
import { OTHER_TENANT, PROJECT, TENANT } from '../../support/things.ts';

const EVENT = testId('evt', 1);
const OTHER_EVENT = testId('evt', 2);

let memory: MemoryTable;
beforeEach(() => {
  memory = createMemoryTable();
});

describe('usage', () => {
  let store: UsageStore;
  beforeEach(() => {
    store = createUsageStore(memory.table, createTestClock());
  });
  const month = '2026-11';

  test('of a month adds up', async () => {
    expect(await store.add(TENANT, month, EVENT, { deployments: 1, build_ms: 1500 })).toBe(true);
    expect(await store.add(TENANT, month, OTHER_EVENT, { deployments: 1, build_ms: 500 })).toBe(true);

    expect(await store.read(TENANT, month)).toEqual({ deployments: 2, build_ms: 2000 });
  });

  test('is unmoved by an event that comes again', async () => {
    await store.add(TENANT, month, EVENT, { deployments: 1, build_ms: 1500 });

    expect(await store.add(TENANT, month, EVENT, { deployments: 1, build_ms: 1500 })).toBe(false);
    expect(await store.read(TENANT, month)).toEqual({ deployments: 1, build_ms: 1500 });
  });

  test('counts an event once when it comes twice at the same moment', async () => {
    const counted = await Promise.all(
      [1, 2].map(() => store.add(TENANT, month, EVENT, { deployments: 1, build_ms: 10 })),
    );

    expect(counted.filter(Boolean)).toHaveLength(1);
    expect(await store.read(TENANT, month)).toEqual({ deployments: 1, build_ms: 10 });
  });

  test('belongs to its tenant and month', async () => {
    await store.add(TENANT, month, EVENT, { deployments: 1, build_ms: 10 });

    expect(await store.read(OTHER_TENANT, month)).toEqual({ deployments: 0, build_ms: 0 });
    expect(await store.read(TENANT, '2026-12')).toEqual({ deployments: 0, build_ms: 0 });
  });

  test('is counted for billing also where metrics counted the same event', async () => {
    const metrics = createMetricsStore(memory.table, createTestClock());
    await metrics.addDay({ tenant_id: TENANT, project_id: PROJECT, day: '2026-11-15' }, EVENT, {
      succeeded: 1,
      failed: 0,
      cancelled: 0,
      duration_ms: 1,
    });

    expect(await store.add(TENANT, month, EVENT, { deployments: 1, build_ms: 10 })).toBe(true);
  });
});

describe('metrics', () => {
  const open = () => createMetricsStore(memory.table, createTestClock());
  const day = (date: string, project_id = PROJECT, tenant_id = TENANT) => ({
    tenant_id,
    project_id,
    day: date,
  });
  const success = { succeeded: 1, failed: 0, cancelled: 0, duration_ms: 1000 };
  const failure = { succeeded: 0, failed: 1, cancelled: 0, duration_ms: 500 };

  test('of a day add up, each event once', async () => {
    const store = open();
    expect(await store.addDay(day('2026-11-15'), EVENT, success)).toBe(true);
    expect(await store.addDay(day('2026-11-15'), EVENT, success)).toBe(false);
    expect(await store.addDay(day('2026-11-15'), OTHER_EVENT, failure)).toBe(true);

    const days = await store.readDays(TENANT, [PROJECT], { from: '2026-11-15', to: '2026-11-15' });

    expect(days.get(PROJECT)).toEqual([{ succeeded: 1, failed: 1, cancelled: 0, duration_ms: 1500 }]);
  });

  test('are read from the first day to the last, both included', async () => {
    const store = open();
    const dates = ['2026-11-12', '2026-11-13', '2026-11-14', '2026-11-15', '2026-11-16'];
    for (const [position, date] of dates.entries())
      await store.addDay(day(date), testId('evt', position), success);

    const days = await store.readDays(TENANT, [PROJECT], { from: '2026-11-13', to: '2026-11-15' });

    expect(days.get(PROJECT)).toHaveLength(3);
  });

  test('of several projects come in one call; those without any have an empty entry', async () => {
    const store = open();
    const [other, unasked, empty] = [testId('prj', 2), testId('prj', 3), testId('prj', 4)];
    await store.addDay(day('2026-11-15'), testId('evt', 1), success);
    await store.addDay(day('2026-11-15', other), testId('evt', 2), failure);
    await store.addDay(day('2026-11-15', unasked), testId('evt', 3), success);

    const days = await store.readDays(TENANT, [PROJECT, other, empty], {
      from: '2026-11-01',
      to: '2026-11-30',
    });

    expect([...days]).toEqual([
      [PROJECT, [success]],
      [other, [failure]],
      [empty, []],
    ]);
  });

  test('of another tenant are not read', async () => {
    const store = open();
    await store.addDay(day('2026-11-15', PROJECT, OTHER_TENANT), EVENT, success);

    const days = await store.readDays(TENANT, [PROJECT], { from: '2026-11-01', to: '2026-11-30' });

    expect(days.get(PROJECT)).toEqual([]);
  });

  test('are complete beyond one page of the table', async () => {
    const store = open();
    const first_ms = Date.parse('2026-01-01');
    const dates = Array.from({ length: 1100 }, (_, position) =>
      new Date(first_ms + position * 86_400_000).toISOString().slice(0, 10),
    );
    await Promise.all(
      dates.map((date, position) => store.addDay(day(date), testId('evt', position), success)),
    );

    const days = await store.readDays(TENANT, [PROJECT], { from: '2026-01-01', to: '2030-01-01' });

    expect(days.get(PROJECT)).toHaveLength(1100);
  });

  test('cost no more to read because the team has other projects', async () => {
    const store = open();
    const ninety = Array.from({ length: 90 }, (_, position) => `2026-01-${position}`);
    for (const [position, date] of ninety.entries())
      await store.addDay(day(date), testId('evt', position), success);
    const { table, count } = createTally(memory.table);
    const read = () =>
      createMetricsStore(table, createTestClock()).readDays(TENANT, [PROJECT], {
        from: '2026-01-01',
        to: '2026-01-99',
      });
    const alone = await count(read);

    for (const [position, date] of ninety.entries())
      await store.addDay(day(date, testId('prj', 2)), testId('evt', 1000 + position), success);

    expect((await count(read)).reads).toEqual(alone.reads);
  });

  test('count the installation’s projects, each event once', async () => {
    const store = open();
    await store.addActiveProjects(TENANT, testId('evt', 1), 1);
    await store.addActiveProjects(TENANT, testId('evt', 1), 1);
    await store.addActiveProjects(OTHER_TENANT, testId('evt', 2), 1);
    await store.addActiveProjects(TENANT, testId('evt', 3), -1);

    expect(await store.readActiveProjects()).toBe(1);
  });
});
