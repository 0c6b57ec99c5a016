import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { createUsageStore } from '../../../../src/adapters/stores/usage-store.ts';
import {
  createBillingConsumer,
  METERS,
  monthSchema,
  readUsage,
  toUsageLines,
  type UsageStore,
} from '../../../../src/domain/billing/index.ts';
import { expectCode } from '../../../support/errors.ts';
import { createMemoryTable } from '../../../support/tables.ts';
import { createTestClock } from '../../../support/test-clock.ts';
import { testId } from '../../../support/test-ids.ts';
import { event, OTHER_TENANT, principal, TENANT } from '../../../support/things.ts';

const clock = createTestClock('2026-11-30T23:59:59.999Z');
const owner = principal('owner');

let usage: UsageStore;
beforeEach(() => {
  usage = createUsageStore(createMemoryTable().table, clock);
});

const ended = (number: number, build_duration_ms: number, what = 'succeeded') =>
  event(`branchline.deployment.${what}`, { id: testId('evt', number), data: { build_duration_ms } });

describe('the meters', () => {
  test('count every deployment that ended and the minutes of its build', async () => {
    const consumer = createBillingConsumer(usage);
    await consumer.handle(ended(1, 90_000));
    await consumer.handle(ended(2, 30_000, 'failed'));
    await consumer.handle(ended(3, 0, 'cancelled'));

    expect(await readUsage({ usage, clock }, owner)).toEqual([
      { meter: 'deployments', quantity: 3, unit: 'deployment' },
      { meter: 'build_minutes', quantity: 2, unit: 'minute' },
    ]);
  });

  test('come to the same whatever the order and however often events come', async () => {
    const events = [ended(1, 90_000), ended(2, 30_001, 'failed'), ended(3, 7, 'cancelled')];
    const deliveries = fc.shuffledSubarray([...events, ...events, ...events], { minLength: 9 });
    await fc.assert(
      fc.asyncProperty(deliveries, async (delivered) => {
        const store = createUsageStore(createMemoryTable().table, clock);
        for (const each of delivered) await createBillingConsumer(store).handle(each);

        expect(await store.read(TENANT, '2026-11')).toEqual({ deployments: 3, build_ms: 120_008 });
      }),
      { numRuns: 20 },
    );
  });

  test('belong to the month in which the deployment ended, in UTC', async () => {
    const consumer = createBillingConsumer(usage);
    await consumer.handle({ ...ended(1, 60_000), occurred_at: '2026-10-31T23:59:59.999Z' });
    await consumer.handle({ ...ended(2, 60_000), occurred_at: '2026-11-01T00:00:00.000Z' });

    expect((await usage.read(TENANT, '2026-10')).deployments).toBe(1);
    expect((await usage.read(TENANT, '2026-11')).deployments).toBe(1);
  });

  test('belong to their tenant', async () => {
    await createBillingConsumer(usage).handle(ended(1, 60_000));

    const [deployments] = await readUsage({ usage, clock }, principal('owner', { tenant_id: OTHER_TENANT }));
    expect(deployments?.quantity).toBe(0);
  });
});

test.each(['owner', 'admin', 'viewer'] as const)('usage is read by the role %s', async (role) => {
  expect(await readUsage({ usage, clock }, principal(role), '2026-10')).toHaveLength(2);
});

test('usage is not read by developers', async () => {
  await expectCode(readUsage({ usage, clock }, principal('developer')), 'FORBIDDEN');
});

describe('a month’s lines', () => {
  test('have every meter, with minutes as exact as milliseconds', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (deployments, build_ms) => {
        const lines = toUsageLines({ deployments, build_ms });
        expect(lines.map(({ meter }) => meter)).toEqual(Object.keys(METERS));
        expect(lines[0]?.quantity).toBe(deployments);
        expect(Math.round((lines[1]?.quantity ?? 0) * 60_000)).toBe(build_ms);
      }),
    );
  });

  test.each([
    [0, 0],
    [1, 0.000017],
    [20_000, 0.333333],
    [40_000, 0.666667],
    [60_000, 1],
  ])('of %i milliseconds say %f minutes', (build_ms, minutes) => {
    expect(toUsageLines({ deployments: 0, build_ms })[1]?.quantity).toBe(minutes);
  });
});

test.each(['2026-00', '2026-13', '2026-1', '1999-01', '2026-11-01', '', 'now'])('%j is no month', (text) => {
  expect(monthSchema.safeParse(text).success).toBe(false);
});
