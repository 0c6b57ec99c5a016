import { beforeEach, describe, expect, test } from 'vitest';
import { createRoutedTable } from '../../../../src/adapters/dynamodb/routed-table.ts';
import type { IndexEntries, Key, Table, Write } from '../../../../src/adapters/table/port.ts';
import { OutOfScopeError } from '../../../../src/adapters/table/scope.ts';
import { createMemoryTable } from '../../../support/tables.ts';

const own: Key = { table: 'tenants', pk: 'T#ten_1', sk: 'a' };
const below: Key = { table: 'tenants', pk: 'T#ten_1#P#prj_1', sk: 'b' };
const foreign: Key = { table: 'tenants', pk: 'T#ten_2', sk: 'a' };
const email: Key = { table: 'directory', pk: 'EMAIL#e', sk: 'EMAIL' };
const NOBODYS = [
  '',
  'T#',
  'T##P',
  'T#*',
  'T#ten_*#P',
  'T',
  't#ten_1',
  ' T#ten_1',
  'X#T#ten_1',
  'T#a b',
  'DUE#01',
];

let used: string[];
let routed: Table;
beforeEach(() => {
  used = [];
  routed = createRoutedTable({
    directory: recording('directory'),
    twoTable: async (tenant_id) => recording(`both for ${tenant_id}`),
    tenant: async (tenant_id) => recording(tenant_id),
  });
});

/** A table that notes its name at each call. */
function recording(name: string): Table {
  const { table } = createMemoryTable();
  return new Proxy(table, {
    get(target, method) {
      const found: unknown = Reflect.get(target, method);
      // Awaiting a table looks for a `then`, which is no call of the port's.
      if (typeof found !== 'function') return found;
      used.push(`${name}.${String(method)}`);
      return found.bind(target);
    },
  });
}

const put = (key: Key, indexes?: IndexEntries): Write & { kind: 'put' } => ({
  kind: 'put',
  item: { key, attributes: {}, ...(indexes === undefined ? {} : { indexes }) },
});
const calls: Readonly<Record<string, (key: Key) => Promise<unknown>>> = {
  get: (key) => routed.get(key),
  batchGet: (key) => routed.batchGet([key]),
  query: (key) => routed.query({ table: key.table, pk: key.pk, direction: 'forward', limit: 1 }),
  write: (key) => routed.write(put(key)),
  add: (key) => routed.add(key, { n: 1 }),
  transact: (key) => routed.transact([{ kind: 'check', key, condition: { kind: 'absent' } }]),
};

describe.each(Object.entries(calls))('%s', (method, call) => {
  test('of a tenant’s key goes through that tenant’s session', async () => {
    await call(own);
    await call(below);
    await call(foreign);

    expect(used).toEqual([`ten_1.${method}`, `ten_1.${method}`, `ten_2.${method}`]);
  });

  test('of a directory key goes through the function’s own role', async () => {
    await call(email);

    expect(used).toEqual([`directory.${method}`]);
  });

  test.each(NOBODYS)('of a key that is nobody’s is refused: tenants/%s', async (pk) => {
    await expect(call({ table: 'tenants', pk, sk: 'a' })).rejects.toThrow(OutOfScopeError);
    expect(used).toEqual([]);
  });
});

describe('a transaction', () => {
  test('within one tenant stays in its session', async () => {
    await routed.transact([put(own), { kind: 'update', key: below, add: { n: 1 } }]);

    expect(used).toEqual(['ten_1.transact']);
  });

  test('across the directory and a tenant takes the two-table role, for that tenant', async () => {
    await routed.transact([put(own), put(email), { kind: 'delete', key: below }]);
    await routed.transact([put(email), put(foreign)]);

    expect(used).toEqual(['both for ten_1.transact', 'both for ten_2.transact']);
  });

  test.each([
    ['two tenants', [put(own), { kind: 'delete', key: foreign }]],
    ['two tenants and the directory', [put(email), put(own), put(foreign)]],
  ] as const)('across %s is refused', async (_what, writes) => {
    await expect(routed.transact(writes)).rejects.toThrow(OutOfScopeError);
    expect(used).toEqual([]);
  });

  test('of nothing does nothing', async () => {
    await routed.transact([]);

    expect(used).toEqual([]);
  });
});

describe('what no role is for', () => {
  test.each([
    ['two tenants', [own, foreign]],
    ['both tables', [own, email]],
    ['both tables, the other way round', [email, own]],
  ])('a batch of %s is refused', async (_what, keys) => {
    await expect(routed.batchGet(keys)).rejects.toThrow(OutOfScopeError);
    expect(used).toEqual([]);
  });

  test.each([
    ['another tenant’s index', put(own, { by_tenant: { pk: 'T#ten_2#X', sk: 'x' } })],
    ['any index, from the directory', put(email, { by_tenant: { pk: 'T#ten_1', sk: 'x' } })],
    ['nobody’s index', put(own, { by_status: { pk: 'DUE#01', sk: 'x' } })],
  ])('an item in %s is refused, alone and in a transaction', async (_what, write) => {
    await expect(routed.write(write)).rejects.toThrow(OutOfScopeError);
    await expect(routed.transact([write])).rejects.toThrow(OutOfScopeError);
    await expect(routed.transact([put(below), write])).rejects.toThrow(OutOfScopeError);
    expect(used).toEqual([]);
  });

  test('a function without a role for it reaches neither the directory nor both tables', async () => {
    const narrow = createRoutedTable({ tenant: async (tenant_id) => recording(tenant_id) });

    await expect(narrow.get(email)).rejects.toThrow(OutOfScopeError);
    await expect(narrow.transact([put(own), put(email)])).rejects.toThrow(OutOfScopeError);
    expect(used).toEqual([]);
  });

  test('a session that can’t be had is never replaced by wider credentials', async () => {
    const closed = createRoutedTable({
      directory: recording('directory'),
      twoTable: async (tenant_id) => recording(`both for ${tenant_id}`),
      tenant: async () => Promise.reject(new Error('no session')),
    });

    await expect(closed.get(own)).rejects.toThrow('no session');
    await expect(closed.transact([put(own)])).rejects.toThrow('no session');
    expect(used).toEqual([]);
  });
});
