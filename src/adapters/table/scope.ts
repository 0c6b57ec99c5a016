import { DUE_PREFIX, type Key, type Query, type Table, type TableName, type Write } from './port.ts';

/** Thrown for a key outside the caller's reach: a bug, never the user's fault. On AWS, IAM refuses the same keys. */
export class OutOfScopeError extends Error {
  constructor(table: TableName, pk: string, reach: string) {
    super(`The key ${table}/${pk} is outside of ${reach}`);
    this.name = 'OutOfScope';
  }
}

/** A table that refuses every key but one tenant's: exactly `T#tid`, or beginning with `T#tid#`.
 *  @param tenant_id - whose items may be touched */
export function scopeToTenant(table: Table, tenant_id: string): Table {
  const own = `T#${tenant_id}`;
  const demand = (name: TableName, pk: string) => {
    if (name === 'tenants' && (pk === own || pk.startsWith(`${own}#`))) return;
    throw new OutOfScopeError(name, pk, own);
  };
  const demandKey = (key: Key) => demand(key.table, key.pk);
  const demandWrite = (write: Write) => {
    demandKey(write.kind === 'put' ? write.item.key : write.key);
    if (write.kind !== 'put') return;
    for (const [index, entry] of Object.entries(write.item.indexes ?? {})) {
      if (index !== 'due' || !entry.pk.startsWith(DUE_PREFIX)) demand('tenants', entry.pk);
    }
  };
  return {
    async get(key) {
      demandKey(key);
      return table.get(key);
    },
    async batchGet(keys) {
      keys.forEach(demandKey);
      return table.batchGet(keys);
    },
    async query(query: Query) {
      demand(query.table, query.pk);
      return table.query(query);
    },
    async write(write) {
      demandWrite(write);
      return table.write(write);
    },
    async add(key, amounts) {
      demandKey(key);
      return table.add(key, amounts);
    },
    async transact(writes) {
      writes.forEach(demandWrite);
      return table.transact(writes);
    },
  };
}
