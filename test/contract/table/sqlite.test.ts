import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { createSqliteTable } from '../../../src/adapters/sqlite/table.ts';
import type { Item } from '../../../src/adapters/table/port.ts';
import { expectCode } from '../../support/errors.ts';
import { refusedBy } from './partition.ts';
import { tableContract } from './table-contract.ts';

tableContract('SQLite in memory', async () => {
  const database = new DatabaseSync(':memory:');
  return { table: createSqliteTable(database), close: async () => database.close() };
});

tableContract('SQLite in a file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'branchline-table-'));
  const database = new DatabaseSync(join(folder, 'table.sqlite'));
  // The suite makes hundreds of commits; what survives a power cut is not its subject.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF');
  return {
    table: createSqliteTable(database),
    close: async () => {
      database.close();
      rmSync(folder, { recursive: true });
    },
  };
});

const item = (sk: string): Item => ({ key: { table: 'tenants', pk: 'T#ten_1', sk }, attributes: {} });

describe('the stream of puts', () => {
  test('tells of what was put, once it can be read', async () => {
    const database = new DatabaseSync(':memory:');
    const seen: (readonly [string, boolean])[] = [];
    const table = createSqliteTable(database, {
      onPut: (items) => seen.push(...items.map(({ key }) => [key.sk, !database.isTransaction] as const)),
    });

    await table.transact([
      { kind: 'put', item: item('a') },
      { kind: 'update', key: item('b').key, set: { n: 1 } },
      { kind: 'put', item: item('c') },
    ]);
    await table.write({ kind: 'delete', key: item('a').key });

    expect(seen).toEqual([
      ['a', true],
      ['c', true],
    ]);
  });

  test('says nothing of a transaction that was refused', async () => {
    const seen: Item[] = [];
    const table = createSqliteTable(new DatabaseSync(':memory:'), { onPut: (items) => seen.push(...items) });

    const refused = await refusedBy(
      table.transact([
        { kind: 'put', item: item('a') },
        { kind: 'check', key: item('b').key, condition: { kind: 'present' } },
      ]),
    );

    expect(refused).toEqual([1]);
    expect(seen).toEqual([]);
  });
});

describe('a SQLite file', () => {
  test('keeps its items when it is opened again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'branchline-table-'));
    const path = join(folder, 'table.sqlite');
    const first = new DatabaseSync(path);
    await createSqliteTable(first).write({ kind: 'put', item: item('a') });
    first.close();

    const second = new DatabaseSync(path);
    const found = await createSqliteTable(second).get(item('a').key);
    second.close();
    rmSync(folder, { recursive: true });

    expect(found).toEqual(item('a'));
  });

  test('answers STORAGE_FULL when there is no space, stores nothing, and goes on working', async () => {
    const database = new DatabaseSync(':memory:');
    const table = createSqliteTable(database);
    const pages = database.prepare('PRAGMA page_count').get()?.['page_count'];
    database.exec(`PRAGMA max_page_count = ${Number(pages) + 2}`);
    const large = { ...item('large'), attributes: { text: 'x'.repeat(100_000) } };

    await expectCode(
      table.transact([
        { kind: 'put', item: item('a') },
        { kind: 'put', item: large },
      ]),
      'STORAGE_FULL',
    );

    expect(await table.get(item('a').key)).toBeUndefined();
    await table.write({ kind: 'put', item: item('a') });
    expect(await table.get(item('a').key)).toEqual(item('a'));
  });
});
