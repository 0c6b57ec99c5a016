import { expect, test } from 'vitest';
import type { IndexEntries, Query } from '../../../src/adapters/table/port.ts';
import type { NextPartition, Partition } from './partition.ts';

// In the order of their UTF-8 bytes, which is not that of UTF-16 units: U+FFFD is before U+1F600.
const ORDERED = [
  '',
  ' ',
  'A',
  'B',
  'a',
  'a#',
  'a#1',
  'a#10',
  'a#2',
  'a\u007f',
  'b',
  'é',
  'ÿ',
  '\ud7ff',
  '\ufffd',
  '😀',
  '\u{10ffff}z',
];
const NAMES = ORDERED.filter((name) => name !== '');

async function skOf(part: Partition, query: Partial<Query>): Promise<string[]> {
  const { items } = await part.table.query({
    table: 'tenants',
    pk: part.pk,
    direction: 'forward',
    limit: 100,
    ...query,
  });
  return items.map((item) => item.key.sk);
}

async function filled(next: NextPartition, names: readonly string[]): Promise<Partition> {
  const part = next();
  await Promise.all([...names].reverse().map((name) => part.put(name, { name })));
  return part;
}

/** Queries of one partition, and through indexes. */
export function describeQueries(next: NextPartition): void {
  test('items come in the order of their sort keys’ UTF-8 bytes', async () => {
    const part = await filled(next, NAMES);

    expect(await skOf(part, {})).toEqual(NAMES);
    expect(await skOf(part, { direction: 'backward' })).toEqual(NAMES.toReversed());
  });

  test.each([
    ['a#', ['a#', 'a#1', 'a#10', 'a#2']],
    ['a#1', ['a#1', 'a#10']],
    ['a#3', []],
    ['😀', ['😀']],
    ['\u{10ffff}', ['\u{10ffff}z']],
    ['\ud7ff', ['\ud7ff']],
  ])('a prefix finds what begins with it: %j', async (prefix, expected) => {
    const part = await filled(next, NAMES);

    expect(await skOf(part, { sk: { prefix } })).toEqual(expected);
    expect(await skOf(part, { sk: { prefix }, direction: 'backward' })).toEqual(expected.toReversed());
  });

  test('a prefix finds keys that go on with the last character there is', async () => {
    const part = await filled(next, ['p', 'p\u{10ffff}', 'p\u{10ffff}z', 'q']);

    expect(await skOf(part, { sk: { prefix: 'p' } })).toEqual(['p', 'p\u{10ffff}', 'p\u{10ffff}z']);
  });

  test('a range has both of its ends', async () => {
    const part = await filled(next, NAMES);

    expect(await skOf(part, { sk: { from: 'B', to: 'a#10' } })).toEqual(['B', 'a', 'a#', 'a#1', 'a#10']);
    expect(await skOf(part, { sk: { from: 'a$', to: 'a%' } })).toEqual([]);
  });

  test('a prefix is no pattern', async () => {
    const part = await filled(next, ['%', '%a', '*', '_', 'a']);

    expect(await skOf(part, { sk: { prefix: '%' } })).toEqual(['%', '%a']);
    expect(await skOf(part, { sk: { prefix: '*' } })).toEqual(['*']);
    expect(await skOf(part, { sk: { prefix: '_' } })).toEqual(['_']);
  });

  test('a limit gives the first ones in the direction, and where to continue', async () => {
    const part = await filled(next, ['a', 'b', 'c']);
    const query: Query = { table: 'tenants', pk: part.pk, direction: 'backward', limit: 2 };

    const first = await part.table.query(query);
    expect(first.items.map((item) => item.key.sk)).toEqual(['c', 'b']);
    if (first.last === undefined) expect.fail('there is more');

    const second = await part.table.query({ ...query, after: first.last });
    expect(second.items.map((item) => item.key.sk)).toEqual(['a']);
    expect(second.last).toBeUndefined();
  });

  test('a page that ends where the list ends says that there is nothing more', async () => {
    const part = await filled(next, ['a', 'b']);
    const query: Query = { table: 'tenants', pk: part.pk, direction: 'forward', limit: 2 };

    expect((await part.table.query(query)).last).toBeUndefined();
    expect((await part.table.query({ ...query, sk: { prefix: 'x' } })).last).toBeUndefined();
  });

  test('a cursor works also when the item it names is gone', async () => {
    const part = await filled(next, ['a', 'b', 'c']);
    const query: Query = { table: 'tenants', pk: part.pk, direction: 'forward', limit: 2 };
    const { last } = await part.table.query(query);
    if (last === undefined) expect.fail('there is more');
    await part.table.write({ kind: 'delete', key: part.key('b') });

    expect(await skOf(part, { ...query, after: last })).toEqual(['c']);
  });

  test('a cursor keeps to the prefix', async () => {
    const part = await filled(next, ['a1', 'a2', 'b1']);
    const after = { pk: part.pk, sk: 'a1' };

    expect(await skOf(part, { sk: { prefix: 'a' }, after })).toEqual(['a2']);
    expect(await skOf(part, { sk: { prefix: 'a' }, direction: 'backward', after })).toEqual([]);
  });

  const indexed = (part: Partition, sk: string, indexes?: IndexEntries) =>
    part.table.write({
      kind: 'put',
      item: { ...part.item(sk, { n: 1 }), ...(indexes === undefined ? {} : { indexes }) },
    });
  const through = (part: Partition, state: string) =>
    skOf(part, { index: 'by_status', pk: `${part.pk}#STATUS#${state}` });
  const entry = (part: Partition, state: string, sk: string): IndexEntries => ({
    by_status: { pk: `${part.pk}#STATUS#${state}`, sk },
  });

  test('an index has the items that carry it, in the order of its own sort key', async () => {
    const part = next();
    await indexed(part, 'a', entry(part, 'open', '2'));
    await indexed(part, 'b', entry(part, 'open', '1'));
    await indexed(part, 'c', entry(part, 'done', '3'));
    await indexed(part, 'd');

    expect(await through(part, 'open')).toEqual(['b', 'a']);
    expect(await through(part, 'done')).toEqual(['c']);
    expect(await skOf(part, { index: 'by_project', pk: `${part.pk}#STATUS#open` })).toEqual([]);
  });

  test('an index answers with whole items', async () => {
    const part = next();
    const item = {
      ...part.item('a', { n: 1 }),
      indexes: entry(part, 'open', '1'),
      expires_at_s: 4_000_000_000,
    };
    await part.table.write({ kind: 'put', item });

    const { items } = await part.table.query({
      table: 'tenants',
      index: 'by_status',
      pk: `${part.pk}#STATUS#open`,
      direction: 'forward',
      limit: 10,
    });

    expect(items).toEqual([item]);
  });

  test('index entries follow puts, stay at updates, and go with the item', async () => {
    const part = next();
    await indexed(part, 'a', entry(part, 'open', '1'));
    await part.table.write({ kind: 'update', key: part.key('a'), set: { n: 2 } });
    expect(await through(part, 'open')).toEqual(['a']);

    await indexed(part, 'a', entry(part, 'done', '1'));
    expect(await through(part, 'open')).toEqual([]);
    expect(await through(part, 'done')).toEqual(['a']);

    await indexed(part, 'a');
    expect(await through(part, 'done')).toEqual([]);

    await indexed(part, 'a', entry(part, 'open', '1'));
    await part.table.write({ kind: 'delete', key: part.key('a') });
    expect(await through(part, 'open')).toEqual([]);
  });
}
