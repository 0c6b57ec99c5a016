import { describe, expect, test } from 'vitest';
import type { IndexEntries, Item, Key, Table } from '../../../src/adapters/table/port.ts';
import { OutOfScopeError, scopeToTenant } from '../../../src/adapters/table/scope.ts';
import { createMemoryTable } from '../../support/tables.ts';

const OWN = 'ten_1';
const key = (pk: string, table: Key['table'] = 'tenants'): Key => ({ table, pk, sk: 'a' });
const item = (at: Key, indexes?: IndexEntries): Item => ({
  key: at,
  attributes: {},
  ...(indexes === undefined ? {} : { indexes }),
});

const OWN_KEYS = [key(`T#${OWN}`), key(`T#${OWN}#P#prj_1`), key(`T#${OWN}#`)];
const FOREIGN_KEYS = [
  key('T#ten_2'),
  // A tenant whose id begins with this one's, and one whose id this one's begins with.
  key(`T#${OWN}2`),
  key(`T#${OWN}2#P#prj_1`),
  key('T#ten_'),
  key('T#ten'),
  key(`t#${OWN}`),
  key(`T#${OWN.toUpperCase()}`),
  key(` T#${OWN}`),
  key(`T#${OWN} `),
  key(`T#ten_2#T#${OWN}#`),
  key(OWN),
  key(''),
  key(`T#${OWN}`, 'directory'),
  key('EMAIL#ada@example.com', 'directory'),
];

const CALLS: readonly (readonly [string, (table: Table, at: Key) => Promise<unknown>])[] = [
  ['get', (table, at) => table.get(at)],
  ['batchGet', (table, at) => table.batchGet([key(`T#${OWN}`), at])],
  ['query', (table, at) => table.query({ table: at.table, pk: at.pk, direction: 'forward', limit: 1 })],
  [
    'query through an index',
    (table, at) =>
      table.query({ table: at.table, pk: at.pk, index: 'by_tenant', direction: 'forward', limit: 1 }),
  ],
  ['put', (table, at) => table.write({ kind: 'put', item: item(at) })],
  ['update', (table, at) => table.write({ kind: 'update', key: at, set: { n: 1 } })],
  ['delete', (table, at) => table.write({ kind: 'delete', key: at })],
  ['add', (table, at) => table.add(at, { n: 1 })],
  [
    'transact',
    (table, at) =>
      table.transact([
        { kind: 'put', item: item(key(`T#${OWN}#X`)) },
        { kind: 'delete', key: at },
      ]),
  ],
  ['check', (table, at) => table.transact([{ kind: 'check', key: at, condition: { kind: 'absent' } }])],
];

describe.each(CALLS)('%s on a table scoped to one tenant', (_name, call) => {
  test.each(FOREIGN_KEYS)('refuses the key $table/$pk and changes nothing', async (at) => {
    const { table, rawText } = createMemoryTable();
    // No item of DynamoDB's has an empty key.
    if (at.pk !== '') await table.write({ kind: 'put', item: item(at) });
    const before = rawText();

    await expect(call(scopeToTenant(table, OWN), at)).rejects.toThrow(OutOfScopeError);
    expect(rawText()).toBe(before);
  });
});

test.each(OWN_KEYS)('a tenant’s own key is let through: $pk', async (at) => {
  const scoped = scopeToTenant(createMemoryTable().table, OWN);
  await scoped.transact([{ kind: 'put', item: item(at) }]);
  await scoped.write({ kind: 'update', key: at, set: { m: 1 } });

  expect(await scoped.add(at, { n: 1 })).toEqual({ m: 1, n: 1 });
  expect(await scoped.batchGet([at])).toHaveLength(1);
  expect(
    (await scoped.query({ table: 'tenants', pk: at.pk, direction: 'forward', limit: 5 })).items,
  ).toHaveLength(1);
});

test('an item can not be put into another tenant’s index', async () => {
  const { table, rawText } = createMemoryTable();
  const smuggled = item(key(`T#${OWN}`), { by_tenant: { pk: 'T#ten_2#DEPLOYMENTS', sk: 'x' } });

  await expect(scopeToTenant(table, OWN).write({ kind: 'put', item: smuggled })).rejects.toThrow(
    OutOfScopeError,
  );
  expect(rawText()).toBe('[]');
});
