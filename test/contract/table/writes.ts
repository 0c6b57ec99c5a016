import { expect, test } from 'vitest';
import { type Attributes, MAX_BATCH_KEYS } from '../../../src/adapters/table/port.ts';
import type { NextPartition } from './partition.ts';

const BELOW_LIMIT = 'x'.repeat(390 * 1024);
const ABOVE_LIMIT = 'x'.repeat(401 * 1024);

/** Single writes and reads by key. */
export function describeWrites(next: NextPartition): void {
  test('an item comes back as it was put', async () => {
    const part = next();
    const attributes: Attributes = {
      text: 'Grüße, \u0000 \n " 😀',
      empty: '',
      integer: 9_007_199_254_740_991,
      fraction: -0.25,
      yes: true,
      no: false,
      nothing: null,
      list: [1, 'a', null, [], {}],
      map: { nested: { deeper: ['x'] }, 'a.b': 1, 'with space': 2 },
    };
    const item = { ...part.item('a', attributes), expires_at_s: 4_000_000_000 };

    await part.table.write({ kind: 'put', item });

    expect(await part.table.get(part.key('a'))).toEqual(item);
  });

  test('a put replaces the whole item', async () => {
    const part = next();
    await part.put('a', { old: 1 });
    await part.put('a', { new: 2 });

    expect(await part.read('a')).toEqual({ new: 2 });
  });

  test('the same sort key in another partition or table is another item', async () => {
    const [one, two] = [next(), next()];
    await one.put('a', { n: 1 });
    await two.table.write({
      kind: 'put',
      item: { key: { table: 'directory', pk: one.pk, sk: 'a' }, attributes: { n: 3 } },
    });

    expect(await two.read('a')).toBeUndefined();
    expect(await one.read('a')).toEqual({ n: 1 });
    expect((await one.table.get({ table: 'directory', pk: one.pk, sk: 'a' }))?.attributes).toEqual({ n: 3 });
  });

  test('an update changes the named attributes and leaves the others and the expiry', async () => {
    const part = next();
    await part.table.write({
      kind: 'put',
      item: { ...part.item('a', { keep: 'k', change: 1, count: 2 }), expires_at_s: 4_000_000_000 },
    });

    await part.table.write({
      kind: 'update',
      key: part.key('a'),
      set: { change: 'c' },
      add: { count: 3, fresh: 4 },
    });

    expect(await part.table.get(part.key('a'))).toEqual({
      ...part.item('a', { keep: 'k', change: 'c', count: 5, fresh: 4 }),
      expires_at_s: 4_000_000_000,
    });
  });

  test('an update without a condition makes the item when it is missing', async () => {
    const part = next();
    await part.table.write({ kind: 'update', key: part.key('a'), set: { m: 1 }, add: { n: -2 } });

    expect(await part.read('a')).toEqual({ m: 1, n: -2 });
  });

  test('an add to something that is no number is refused and changes nothing', async () => {
    const part = next();
    await part.put('a', { n: 'text', m: 1 });

    await expect(part.table.add(part.key('a'), { m: 1, n: 1 })).rejects.toThrow();
    expect(await part.read('a')).toEqual({ n: 'text', m: 1 });
  });

  test('an add answers with the attributes afterwards', async () => {
    const part = next();
    await part.put('a', { n: 1, other: 'o' });

    expect(await part.table.add(part.key('a'), { n: 2, m: 5 })).toEqual({ n: 3, m: 5, other: 'o' });
    expect(await part.table.add(part.key('b'), { n: 7 })).toEqual({ n: 7 });
  });

  test('adds made at the same time all count', async () => {
    const part = next();
    await Promise.all(Array.from({ length: 20 }, () => part.table.add(part.key('a'), { n: 1 })));

    expect(await part.read('a')).toEqual({ n: 20 });
  });

  test('a delete removes the item, and deleting nothing is fine', async () => {
    const part = next();
    await part.put('a');
    await part.table.write({ kind: 'delete', key: part.key('a') });
    await part.table.write({ kind: 'delete', key: part.key('a') });

    expect(await part.read('a')).toBeUndefined();
  });

  test('a batch gets the items that exist, each once', async () => {
    const part = next();
    await part.put('a', { n: 1 });
    await part.put('b', { n: 2 });

    const items = await part.table.batchGet(['b', 'missing', 'a', 'b'].map(part.key));

    expect(items.map((item) => item.key.sk).sort()).toEqual(['a', 'b']);
  });

  test('a batch takes 100 keys and refuses 101', async () => {
    const part = next();
    const names = Array.from({ length: MAX_BATCH_KEYS }, (_, position) => `k${position}`);
    await Promise.all(names.map((name) => part.put(name)));

    expect(await part.table.batchGet(names.map(part.key))).toHaveLength(MAX_BATCH_KEYS);
    await expect(part.table.batchGet([...names, 'more'].map(part.key))).rejects.toThrow(RangeError);
  });

  test('an item of less than 400 KB is stored and a larger one is refused', async () => {
    const part = next();
    await part.put('a', { text: BELOW_LIMIT });

    await expect(part.put('b', { text: ABOVE_LIMIT })).rejects.toThrow(RangeError);
    expect(await part.read('a')).toEqual({ text: BELOW_LIMIT });
    expect(await part.read('b')).toBeUndefined();
  });

  test('the size is counted in bytes, not in characters', async () => {
    const part = next();

    await expect(part.put('a', { text: '€'.repeat(140 * 1024) })).rejects.toThrow(RangeError);
  });

  test('an update that would make an item too large is refused and changes nothing', async () => {
    const part = next();
    await part.put('a', { text: BELOW_LIMIT });
    const grow = { kind: 'update', key: part.key('a'), set: { more: BELOW_LIMIT } } as const;

    await expect(part.table.write(grow)).rejects.toThrow(RangeError);
    expect(await part.read('a')).toEqual({ text: BELOW_LIMIT });
  });
}
