import { expect, test } from 'vitest';
import type { Attributes, Condition } from '../../../src/adapters/table/port.ts';
import { type NextPartition, refusedBy } from './partition.ts';

interface Case {
  readonly condition: Condition;
  /** The stored attributes; undefined for no item. */
  readonly stored: Attributes | undefined;
  readonly holds: boolean;
}

const number_5: Condition = { kind: 'equals', attribute: 'n', value: 5 };
const in_5_or_x: Condition = { kind: 'in', attribute: 'n', values: [5, 'x'] };
const below_5: Condition = { kind: 'absent_or_less', attribute: 'n', value: 5 };
const below_m: Condition = { kind: 'absent_or_less', attribute: 'n', value: 'm' };

const CASES: readonly Case[] = [
  { condition: { kind: 'absent' }, stored: undefined, holds: true },
  { condition: { kind: 'absent' }, stored: {}, holds: false },
  { condition: { kind: 'absent' }, stored: { n: null }, holds: false },
  { condition: { kind: 'present' }, stored: undefined, holds: false },
  { condition: { kind: 'present' }, stored: {}, holds: true },
  { condition: number_5, stored: undefined, holds: false },
  { condition: number_5, stored: {}, holds: false },
  { condition: number_5, stored: { n: null }, holds: false },
  { condition: number_5, stored: { n: '5' }, holds: false },
  { condition: number_5, stored: { n: 6 }, holds: false },
  { condition: number_5, stored: { n: 5 }, holds: true },
  { condition: { kind: 'equals', attribute: 'n', value: true }, stored: { n: true }, holds: true },
  { condition: { kind: 'equals', attribute: 'n', value: true }, stored: { n: 1 }, holds: false },
  { condition: { kind: 'equals', attribute: 'n', value: 'a' }, stored: { n: 'a' }, holds: true },
  { condition: { kind: 'equals', attribute: 'n', value: 'a' }, stored: { n: 'A' }, holds: false },
  { condition: in_5_or_x, stored: undefined, holds: false },
  { condition: in_5_or_x, stored: {}, holds: false },
  { condition: in_5_or_x, stored: { n: 5 }, holds: true },
  { condition: in_5_or_x, stored: { n: 'x' }, holds: true },
  { condition: in_5_or_x, stored: { n: '5' }, holds: false },
  { condition: below_5, stored: undefined, holds: true },
  { condition: below_5, stored: {}, holds: true },
  { condition: below_5, stored: { n: 4 }, holds: true },
  { condition: below_5, stored: { n: -4.5 }, holds: true },
  { condition: below_5, stored: { n: 5 }, holds: false },
  { condition: below_5, stored: { n: 10 }, holds: false },
  { condition: below_5, stored: { n: '4' }, holds: false },
  { condition: below_5, stored: { n: null }, holds: false },
  { condition: below_m, stored: { n: 'a' }, holds: true },
  { condition: below_m, stored: { n: 'm' }, holds: false },
  { condition: below_m, stored: { n: 1 }, holds: false },
  // By UTF-8 bytes U+FFFD is before U+1F600; by UTF-16 units it would be after.
  {
    condition: { kind: 'absent_or_less', attribute: 'n', value: '😀' },
    stored: { n: '\ufffd' },
    holds: true,
  },
  { condition: { kind: 'any', of: [{ kind: 'absent' }, number_5] }, stored: undefined, holds: true },
  { condition: { kind: 'any', of: [{ kind: 'absent' }, number_5] }, stored: { n: 5 }, holds: true },
  { condition: { kind: 'any', of: [{ kind: 'absent' }, number_5] }, stored: { n: 6 }, holds: false },
  { condition: { kind: 'any', of: [{ kind: 'any', of: [number_5] }] }, stored: { n: 5 }, holds: true },
];

/** Each kind of condition on each kind of write. */
export function describeConditions(next: NextPartition): void {
  test.each(CASES)(
    'a put happens only while its condition holds: $condition of $stored is $holds',
    async (each) => {
      const part = next();
      if (each.stored !== undefined) await part.put('a', each.stored);

      const refused = await refusedBy(
        part.table.write({ kind: 'put', item: part.item('a', { new: true }), condition: each.condition }),
      );

      expect(refused).toEqual(each.holds ? undefined : [0]);
      expect(await part.read('a')).toEqual(each.holds ? { new: true } : each.stored);
    },
  );

  test('an update and a delete are refused alike', async () => {
    const part = next();
    await part.put('a', { n: 6 });
    const key = part.key('a');

    expect(
      await refusedBy(part.table.write({ kind: 'update', key, set: { m: 1 }, condition: number_5 })),
    ).toEqual([0]);
    expect(await refusedBy(part.table.write({ kind: 'delete', key, condition: number_5 }))).toEqual([0]);
    expect(await part.read('a')).toEqual({ n: 6 });
  });

  test('an update that demands an item does not make one', async () => {
    const part = next();
    const write = {
      kind: 'update',
      key: part.key('a'),
      set: { m: 1 },
      condition: { kind: 'present' },
    } as const;

    expect(await refusedBy(part.table.write(write))).toEqual([0]);
    expect(await part.read('a')).toBeUndefined();
  });

  test('a condition looks at the item as it was before the write', async () => {
    const part = next();
    await part.put('a', { n: 5 });

    await part.table.write({ kind: 'update', key: part.key('a'), set: { n: 6 }, condition: number_5 });

    expect(await part.read('a')).toEqual({ n: 6 });
  });
}
