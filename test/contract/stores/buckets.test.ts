import { beforeEach, describe, expect, test } from 'vitest';
import { createBucketStore } from '../../../src/adapters/stores/bucket-store.ts';
import { createMemoryBuckets } from '../../../src/adapters/system/memory-buckets.ts';
import { ConditionFailedError, type Key, type Table } from '../../../src/adapters/table/port.ts';
import type { BucketStore, RateSubject } from '../../../src/domain/limits/index.ts';
import { expectCode } from '../../support/errors.ts';
import { createMemoryTable, type MemoryTable } from '../../support/tables.ts';
import { createTestClock, type TestClock } from '../../support/test-clock.ts';
import { testId } from '../../support/test-ids.ts';

const LIMIT = { per_minute: 60, burst: 100 };
const ADDRESS = { kind: 'address', address: '192.0.2.1' } as const;
const principal = (tenant: number, user: number): RateSubject => ({
  kind: 'principal',
  tenant_id: testId('ten', tenant),
  user_id: testId('usr', user),
});

let memory: MemoryTable;
let clock: TestClock;
beforeEach(() => {
  memory = createMemoryTable();
  clock = createTestClock();
});

describe.each<[string, () => BucketStore]>([
  ['in a table', () => createBucketStore(memory.table, clock)],
  ['in memory', () => createMemoryBuckets(clock)],
])('buckets %s', (_name, create) => {
  let buckets: BucketStore;
  beforeEach(() => {
    buckets = create();
  });
  const lease = async (wanted: number, subject: RateSubject = ADDRESS) =>
    (await buckets.lease(subject, LIMIT, wanted)).granted;

  test('give out what they hold, then nothing until enough has flowed in', async () => {
    expect(await lease(60)).toBe(60);
    expect(await lease(60)).toBe(40);
    expect(await buckets.lease(ADDRESS, LIMIT, 20)).toMatchObject({ granted: 0, wait_ms: 10_000 });
    clock.advance(9999);
    expect(await lease(20)).toBe(0);
    clock.advance(1);
    expect(await lease(20)).toBe(10);
  });

  test('are full again after a while, and never more than full', async () => {
    await lease(100);
    clock.advance(3_600_000);
    expect(await lease(200)).toBe(100);
  });

  test('are each subject’s own', async () => {
    await lease(100);
    await lease(100, principal(1, 1));
    expect(await lease(100, principal(1, 2))).toBe(100);
    expect(await lease(100, principal(2, 1))).toBe(100);
    expect(await lease(100, { kind: 'address', address: '192.0.2.2' })).toBe(100);
    expect(await lease(100, principal(1, 1))).toBe(0);
  });

  test('give no token out twice when many ask at the same time', async () => {
    const granted = await Promise.all(Array.from({ length: 4 }, () => lease(30)));
    expect(granted.toSorted((one, other) => one - other)).toEqual([10, 30, 30, 30]);
  });
});

describe('a bucket’s item', () => {
  const expiryOf = async (key: Key) => (await memory.table.get(key))?.expires_at_s;

  test('lies among its tenant’s items, or in the directory, and may go once it says no more than its absence', async () => {
    const buckets = createBucketStore(memory.table, clock);
    await buckets.lease(ADDRESS, LIMIT, 60);
    await buckets.lease(principal(1, 1), LIMIT, 30);
    const now_s = clock.now().getTime() / 1000;
    const of_address = { table: 'directory', pk: 'RATE#192.0.2.1', sk: 'RATE' } as const;
    const pk = `T#${testId('ten', 1)}#RATE`;
    const of_principal = { table: 'tenants', pk, sk: `U#${testId('usr', 1)}` } as const;
    expect(await expiryOf(of_address)).toBe(now_s + 60 + 60);
    expect(await expiryOf(of_principal)).toBe(now_s + 30 + 60);
  });

  test('is written only by a lease', async () => {
    const buckets = createBucketStore(memory.table, clock);
    await buckets.lease(ADDRESS, LIMIT, 100);
    const before = memory.rawText();
    expect((await buckets.lease(ADDRESS, LIMIT, 20)).granted).toBe(0);
    expect(memory.rawText()).toBe(before);
  });

  test('that others change at every attempt is given up', async () => {
    let writes = 0;
    const contested: Table = {
      ...memory.table,
      get: (key) => memory.table.get(key),
      write: async () => {
        writes += 1;
        throw new ConditionFailedError([0]);
      },
    };
    await expectCode(createBucketStore(contested, clock).lease(ADDRESS, LIMIT, 1), 'WRITE_CONFLICT');
    expect(writes).toBe(5);
  });
});
