import { afterAll, beforeAll, describe } from 'vitest';
import { describeConditions } from './conditions.ts';
import { describePages } from './pages.ts';
import { type OpenTable, partitions } from './partition.ts';
import { describeQueries } from './queries.ts';
import { describeTransactions } from './transactions.ts';
import { describeWrites } from './writes.ts';

/** What every adapter of the Table port must do. It uses nothing but the port.
 *  @param createTable - an empty table; it serves the whole suite */
export function tableContract(name: string, createTable: () => Promise<OpenTable>): void {
  describe(name, () => {
    let open: OpenTable | undefined;
    beforeAll(async () => {
      open = await createTable();
    });
    afterAll(async () => {
      await open?.close();
    });
    const next = partitions(() => {
      if (open === undefined) throw new Error('The table is open only while tests run');
      return open.table;
    });
    describe('conditions', () => describeConditions(next));
    describe('writes', () => describeWrites(next));
    describe('transactions', () => describeTransactions(next));
    describe('queries', () => describeQueries(next));
    describe('pages', () => describePages(next));
  });
}
