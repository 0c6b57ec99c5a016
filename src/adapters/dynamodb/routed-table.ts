import { DUE_PREFIX, type Key, type Table, type TableName, type Write } from '../table/port.ts';
import { OutOfScopeError } from '../table/scope.ts';
import { keyOf } from './requests.ts';
import { isTenantId } from './tenant-sessions.ts';

/** The tables that a function's calls go through, by what they touch. What a function has no right to is left out. */
export interface RoutedTableOptions {
  /** Through the function's own role, which reaches the directory. */
  readonly directory?: Table;
  /** Through a session of the two-table role, which reaches the directory and one tenant's items; for transactions
   *  alone. */
  readonly twoTable?: (tenant_id: string) => Promise<Table>;
  /** Through a session that reaches one tenant's items. */
  readonly tenant: (tenant_id: string) => Promise<Table>;
}

type Place = Pick<Key, 'table' | 'pk'>;
/** What one key belongs to: the directory, or a tenant. */
type Owner = { readonly kind: 'directory' } | { readonly kind: 'tenant'; readonly tenant_id: string };

const TENANT_KEY = /^T#([^#]+)(?:#|$)/;

/** A table whose every call runs with the narrowest credentials that suffice: a tenant's items through that tenant's
 *  session, the directory's through the function's own role, and a transaction across the directory and one tenant
 *  through the two-table role.
 *  @throws OutOfScopeError for any other mix of keys, for a key that is nobody's, and for what was left out */
export function createRoutedTable(options: RoutedTableOptions): Table {
  const tableOf = async (first: Place, others: readonly Place[] = []): Promise<Table> => {
    const owner = commonOwner(first, others);
    if (owner === undefined) throw refusal(first, 'one owner’s items');
    if (owner.kind === 'tenant') return options.tenant(owner.tenant_id);
    return options.directory ?? refuse(first, 'this function’s role');
  };
  return {
    async get(key) {
      return (await tableOf(key)).get(key);
    },
    async batchGet(keys) {
      const [first, ...others] = keys;
      return first === undefined ? [] : (await tableOf(first, others)).batchGet(keys);
    },
    async query(query) {
      return (await tableOf(query)).query(query);
    },
    async write(write) {
      const [first, ...others] = placesOf(write);
      return (await tableOf(first, others)).write(write);
    },
    async add(key, amounts) {
      return (await tableOf(key)).add(key, amounts);
    },
    async transact(writes) {
      const [first, ...others] = writes.flatMap(placesOf);
      if (first === undefined) return;
      for (const write of writes) demandOwnIndexes(write);
      const tenant_id = tenantBesideDirectory([first, ...others]);
      if (tenant_id === undefined) return (await tableOf(first, others)).transact(writes);
      const { twoTable = () => refuse(first, 'one owner’s items') } = options;
      return (await twoTable(tenant_id)).transact(writes);
    },
  };
}

/** Every place that a write touches: its key, and where the item shows up in indexes. */
function placesOf(write: Write): [Place, ...Place[]] {
  const key = keyOf(write);
  if (write.kind !== 'put') return [key];
  const entries = Object.entries(write.item.indexes ?? {}).filter(
    ([index, { pk }]) => index !== 'due' || !pk.startsWith(DUE_PREFIX),
  );
  return [key, ...entries.map(([, { pk }]) => ({ table: 'tenants' as TableName, pk }))];
}

/** Even the two-table role must not put one tenant's item into another's index. */
function demandOwnIndexes(write: Write): void {
  const [key, ...entries] = placesOf(write);
  if (commonOwner(key, entries) === undefined) throw refusal(key, 'its index entries');
}

/** The one tenant whose items are touched together with the directory; undefined for any other mix. */
function tenantBesideDirectory(places: readonly Place[]): string | undefined {
  const owners = places.map(ownerOf);
  const tenants = new Set(owners.flatMap((owner) => (owner.kind === 'tenant' ? owner.tenant_id : [])));
  const [tenant_id] = tenants;
  return tenants.size === 1 && owners.some(({ kind }) => kind === 'directory') ? tenant_id : undefined;
}

/** Whose all these places are; undefined when they aren't one's alone. */
function commonOwner(first: Place, others: readonly Place[]): Owner | undefined {
  const owner = ownerOf(first);
  const is_common = others.map(ownerOf).every((other) => isSame(owner, other));
  return is_common ? owner : undefined;
}

function ownerOf(place: Place): Owner {
  if (place.table === 'directory') return { kind: 'directory' };
  const tenant_id = TENANT_KEY.exec(place.pk)?.[1];
  if (tenant_id === undefined || !isTenantId(tenant_id)) throw refusal(place, 'every tenant');
  return { kind: 'tenant', tenant_id };
}

function isSame(one: Owner, other: Owner): boolean {
  if (one.kind === 'directory' || other.kind === 'directory') return one.kind === other.kind;
  return one.tenant_id === other.tenant_id;
}

function refuse(place: Place, reach: string): never {
  throw refusal(place, reach);
}

function refusal({ table, pk }: Place, reach: string): OutOfScopeError {
  return new OutOfScopeError(table, pk, reach);
}
