import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Query, QueryPosition } from '../../../src/adapters/table/port.ts';
import type { NextPartition, Partition } from './partition.ts';

const RUNS = { numRuns: 30 };

async function pages(part: Partition, query: Omit<Query, 'limit'>, limit: number): Promise<string[]> {
  const found: string[] = [];
  let after: QueryPosition | undefined;
  do {
    const page = await part.table.query({ ...query, limit, ...(after === undefined ? {} : { after }) });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    found.push(...page.items.map((item) => item.key.sk));
    after = page.last;
  } while (after !== undefined);
  return found;
}

function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

const sortKeys = fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }), {
  maxLength: 20,
});
const directions = fc.constantFrom('forward' as const, 'backward' as const);

/** Pages, whatever their size. */
export function describePages(next: NextPartition): void {
  test('pages of any size follow one another to the whole list in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        sortKeys,
        fc.integer({ min: 1, max: 25 }),
        directions,
        async (names, limit, direction) => {
          const part = next();
          for (const name of names) await part.put(name);
          const ordered = [...names].sort(byBytes);

          const found = await pages(part, { table: 'tenants', pk: part.pk, direction }, limit);

          expect(found).toEqual(direction === 'forward' ? ordered : ordered.reverse());
        },
      ),
      RUNS,
    );
  });

  test('pages through an index lose and repeat nothing, also where many items share a place', async () => {
    const entries = fc.array(fc.constantFrom('1', '2', '3'), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        entries,
        fc.integer({ min: 1, max: 13 }),
        directions,
        async (places, limit, direction) => {
          const part = next();
          const pk = `${part.pk}#INDEX`;
          for (const [position, sk] of places.entries()) {
            const item = part.item(`k${String(position).padStart(2, '0')}`);
            await part.table.write({ kind: 'put', item: { ...item, indexes: { by_tenant: { pk, sk } } } });
          }
          const placeOf = (sk: string) => places[Number(sk.slice(1))] ?? '';

          const found = await pages(part, { table: 'tenants', index: 'by_tenant', pk, direction }, limit);

          expect([...found].sort()).toEqual(
            places.map((_, position) => `k${String(position).padStart(2, '0')}`),
          );
          const order = [...places].sort();
          expect(found.map(placeOf)).toEqual(direction === 'forward' ? order : order.reverse());
        },
      ),
      RUNS,
    );
  });
}
