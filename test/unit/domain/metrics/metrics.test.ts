import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { createMetricsStore } from '../../../../src/adapters/stores/metrics-store.ts';
import {
  createMetricsConsumer,
  type DeploymentMetrics,
  readProjectMetrics,
  summarize,
} from '../../../../src/domain/metrics/index.ts';
import type { DomainEvent, EventConsumer } from '../../../../src/domain/shared/events.ts';
import { createMemoryTable } from '../../../support/tables.ts';
import { createTestClock } from '../../../support/test-clock.ts';
import { testId } from '../../../support/test-ids.ts';
import { event, PROJECT, TENANT } from '../../../support/things.ts';

const clock = createTestClock();

interface Fixture {
  readonly store: ReturnType<typeof createMetricsStore>;
  readonly consumer: EventConsumer;
  readonly counted: unknown[];
}

function createFixture(): Fixture {
  const store = createMetricsStore(createMemoryTable().table, clock);
  const counted: unknown[] = [];
  const families: DeploymentMetrics = {
    countDeployment: (labels) => counted.push(labels),
    observeDuration: (labels, seconds) => counted.push([labels, seconds]),
    addActiveProjects: (amount) => counted.push(amount),
  };
  return { store, counted, consumer: createMetricsConsumer(store, families) };
}

let fixture: Fixture;
beforeEach(() => {
  fixture = createFixture();
});

function ended(
  number: number,
  what: string,
  duration_ms: number,
  changes: Partial<DomainEvent> = {},
): DomainEvent {
  return event(`branchline.deployment.${what}`, {
    id: testId('evt', number),
    data: { project_id: PROJECT, environment: 'production', duration_ms },
    ...changes,
  });
}

const read = (days: number) => readProjectMetrics({ metrics: fixture.store, clock }, TENANT, [PROJECT], days);

describe('a project’s metrics', () => {
  test('count deployments, their success rate and average duration; cancelled ones only count', async () => {
    await fixture.consumer.handle(ended(1, 'succeeded', 1000));
    await fixture.consumer.handle(ended(2, 'succeeded', 2000));
    await fixture.consumer.handle(ended(3, 'failed', 600));
    await fixture.consumer.handle(ended(4, 'cancelled', 9999));

    expect((await read(30)).get(PROJECT)).toEqual({
      deployments: 4,
      success_rate: (2 / 3) * 100,
      average_duration_ms: 1200,
    });
  });

  test('reach back as many days as asked for, today included', async () => {
    await fixture.consumer.handle(ended(1, 'succeeded', 1, { occurred_at: '2026-11-15T00:00:00.000Z' }));
    await fixture.consumer.handle(ended(2, 'succeeded', 1, { occurred_at: '2026-11-14T23:59:59.999Z' }));
    await fixture.consumer.handle(ended(3, 'succeeded', 1, { occurred_at: '2026-11-09T00:00:00.000Z' }));
    await fixture.consumer.handle(ended(4, 'succeeded', 1, { occurred_at: '2026-11-08T23:59:59.999Z' }));

    const counts = await Promise.all(
      [1, 2, 7, 8].map(async (days) => (await read(days)).get(PROJECT)?.deployments),
    );
    expect(counts).toEqual([1, 2, 3, 4]);
  });

  test('come to the same whatever the order and however often events come', async () => {
    const events = [
      ended(1, 'succeeded', 1000),
      ended(2, 'failed', 500),
      ended(3, 'cancelled', 100),
      event('branchline.project.created', { id: testId('evt', 4), data: { project_id: PROJECT } }),
      event('branchline.project.deleted', { id: testId('evt', 5), data: { project_id: PROJECT } }),
      event('branchline.project.restored', { id: testId('evt', 6), data: { project_id: PROJECT } }),
    ];
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...events, ...events], { minLength: 12 }), async (delivered) => {
        fixture = createFixture();
        for (const each of delivered) await fixture.consumer.handle(each);

        expect((await read(1)).get(PROJECT)).toEqual({
          deployments: 3,
          success_rate: 50,
          average_duration_ms: 750,
        });
        expect(await fixture.store.readActiveProjects()).toBe(1);
        expect(fixture.counted).toHaveLength(7);
      }),
      { numRuns: 20 },
    );
  });
});

test('the metric families get each event once, and durations of successful deployments only', async () => {
  const labels = { project_id: PROJECT, environment: 'production' };
  await fixture.consumer.handle(ended(1, 'succeeded', 1500));
  await fixture.consumer.handle(ended(1, 'succeeded', 1500));
  await fixture.consumer.handle(ended(2, 'failed', 700));
  await fixture.consumer.handle(ended(3, 'cancelled', 700));

  expect(fixture.counted).toEqual([
    { ...labels, status: 'success' },
    [labels, 1.5],
    { ...labels, status: 'failed' },
    { ...labels, status: 'cancelled' },
  ]);
});

describe('a summary', () => {
  const day = fc.record({
    succeeded: fc.nat(99),
    failed: fc.nat(99),
    cancelled: fc.nat(99),
    duration_ms: fc.nat(),
  });

  test('of nothing has no rate and no average', () => {
    expect(summarize([])).toEqual({ deployments: 0, success_rate: null, average_duration_ms: null });
    expect(summarize([{ succeeded: 0, failed: 0, cancelled: 3, duration_ms: 0 }])).toEqual({
      deployments: 3,
      success_rate: null,
      average_duration_ms: null,
    });
  });

  test('of days is that of their sum, with a rate between 0 and 100', () => {
    fc.assert(
      fc.property(fc.array(day, { minLength: 1 }), (days) => {
        const sum = days.reduce((total, each) => ({
          succeeded: total.succeeded + each.succeeded,
          failed: total.failed + each.failed,
          cancelled: total.cancelled + each.cancelled,
          duration_ms: total.duration_ms + each.duration_ms,
        }));
        const summary = summarize(days);
        expect(summary).toEqual(summarize([sum]));
        expect(summary.success_rate ?? 0).toBeGreaterThanOrEqual(0);
        expect(summary.success_rate ?? 0).toBeLessThanOrEqual(100);
      }),
    );
  });
});
