import type { Table } from '../../src/adapters/table/port.ts';

/** A table that notes the operations that are called, with how many keys each names. */
export function watchCalls(table: Table): { readonly table: Table; begin(): string[] } {
  let calls: string[] = [];
  return {
    begin() {
      calls = [];
      return calls;
    },
    table: {
      get(key) {
        calls.push('get');
        return table.get(key);
      },
      batchGet(keys) {
        calls.push(`batchGet of ${keys.length}`);
        return table.batchGet(keys);
      },
      query(query) {
        calls.push('query');
        return table.query(query);
      },
      write(write) {
        calls.push('write');
        return table.write(write);
      },
      add(key, amounts) {
        calls.push('add');
        return table.add(key, amounts);
      },
      transact(writes) {
        calls.push(`transact of ${writes.length}`);
        return table.transact(writes);
      },
    },
  };
}
