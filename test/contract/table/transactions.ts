import { expect, test } from 'vitest';
import { MAX_TRANSACTION_WRITES, type Write } from '../../../src/adapters/table/port.ts';
import { type NextPartition, refusedBy } from './partition.ts';

/** Several writes, all or nothing. */
export function describeTransactions(next: NextPartition): void {
  test('every kind of write happens together', async () => {
    const part = next();
    await Promise.all([part.put('deleted'), part.put('updated', { n: 1 }), part.put('checked', { n: 1 })]);

    await part.table.transact([
      { kind: 'put', item: part.item('put', { n: 1 }), condition: { kind: 'absent' } },
      { kind: 'update', key: part.key('updated'), add: { n: 1 } },
      { kind: 'delete', key: part.key('deleted'), condition: { kind: 'present' } },
      { kind: 'check', key: part.key('checked'), condition: { kind: 'equals', attribute: 'n', value: 1 } },
    ]);

    expect(await part.read('put')).toEqual({ n: 1 });
    expect(await part.read('updated')).toEqual({ n: 2 });
    expect(await part.read('deleted')).toBeUndefined();
    expect(await part.read('checked')).toEqual({ n: 1 });
  });

  test('one refused condition undoes all, and says which writes were refused', async () => {
    const part = next();
    await part.put('there', { n: 1 });
    const present = { kind: 'present' } as const;
    const writes: Write[] = [
      { kind: 'put', item: part.item('new') },
      { kind: 'put', item: part.item('there', { n: 9 }), condition: { kind: 'absent' } },
      { kind: 'update', key: part.key('other'), set: { n: 9 } },
      { kind: 'delete', key: part.key('missing'), condition: present },
      { kind: 'check', key: part.key('missing too'), condition: present },
    ];

    expect(await refusedBy(part.table.transact(writes))).toEqual([1, 3, 4]);
    expect(await part.read('new')).toBeUndefined();
    expect(await part.read('other')).toBeUndefined();
    expect(await part.read('there')).toEqual({ n: 1 });
  });

  test('a failed check alone undoes the writes beside it', async () => {
    const part = next();
    await part.put('lock', { holder: 'me' });
    const write = (holder: string) =>
      part.table.transact([
        {
          kind: 'check',
          key: part.key('lock'),
          condition: { kind: 'equals', attribute: 'holder', value: holder },
        },
        { kind: 'put', item: part.item('new') },
      ]);

    expect(await refusedBy(write('you'))).toEqual([0]);
    expect(await part.read('new')).toBeUndefined();
    expect(await refusedBy(write('me'))).toBeUndefined();
    expect(await part.read('new')).toEqual({});
  });

  test('an item that is too large undoes the writes before it', async () => {
    const part = next();
    const large = part.item('large', { text: 'x'.repeat(401 * 1024) });
    const work = part.table.transact([
      { kind: 'put', item: part.item('small') },
      { kind: 'put', item: large },
    ]);

    await expect(work).rejects.toThrow(RangeError);
    expect(await part.read('small')).toBeUndefined();
  });

  test('writes may span both tables', async () => {
    const part = next();
    const key = { table: 'directory', pk: `HOST#${part.pk}`, sk: 'HOST' } as const;
    const work = part.table.transact([
      { kind: 'put', item: { key, attributes: {} } },
      { kind: 'put', item: part.item('a'), condition: { kind: 'present' } },
    ]);

    expect(await refusedBy(work)).toEqual([1]);
    expect(await part.table.get(key)).toBeUndefined();
  });

  test('100 writes are taken and 101 are refused', async () => {
    const part = next();
    const writes = Array.from({ length: MAX_TRANSACTION_WRITES + 1 }, (_, position): Write => {
      return { kind: 'put', item: part.item(`k${String(position).padStart(3, '0')}`) };
    });

    await expect(part.table.transact(writes)).rejects.toThrow(RangeError);
    expect(await part.read('k000')).toBeUndefined();
    await part.table.transact(writes.slice(1));
    expect(await part.read('k100')).toEqual({});
  });

  test('the same item twice is refused, however its key is written', async () => {
    const part = next();
    const { table, pk, sk } = part.key('a');
    const twice = part.table.transact([
      { kind: 'put', item: part.item('a') },
      { kind: 'update', key: { sk, pk, table }, set: { n: 1 } },
    ]);

    await expect(twice).rejects.toThrow(RangeError);
    expect(await part.read('a')).toBeUndefined();
  });

  test('of two transactions on one item that demand its version, one is done', async () => {
    const part = next();
    await part.put('a', { version: 1 });
    const condition = { kind: 'equals', attribute: 'version', value: 1 } as const;
    const change = (by: string) =>
      refusedBy(
        part.table.transact([
          { kind: 'put', item: part.item('a', { version: 2, by }), condition },
          { kind: 'put', item: part.item(`log ${by}`) },
        ]),
      );

    const refused = await Promise.all([change('x'), change('y')]);

    expect(refused.filter((positions) => positions === undefined)).toHaveLength(1);
    const winner = refused[0] === undefined ? 'x' : 'y';
    expect(await part.read('a')).toEqual({ version: 2, by: winner });
    expect(await part.read(`log ${winner === 'x' ? 'y' : 'x'}`)).toBeUndefined();
  });
}
