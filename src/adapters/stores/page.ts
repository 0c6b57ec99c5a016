import type { Page, PageRequest } from '../../domain/shared/page.ts';
import type { Item, Key, Query, QueryPosition, Table } from '../table/port.ts';
import { scopeToTenant } from '../table/scope.ts';

/** A page of a tenant's things of one kind, newest first. Their sort keys end in their ids, which sort by time.
 *  @param keyOf - the key of one by its id; for an empty id, what the keys of all begin with */
export async function readPage(
  table: Table,
  tenant_id: string,
  keyOf: (id: string) => Key,
  { limit, after }: PageRequest,
): Promise<Page<Item>> {
  const { pk, sk: prefix } = keyOf('');
  const { items, last } = await scopeToTenant(table, tenant_id).query({
    table: 'tenants',
    pk,
    sk: { prefix },
    direction: 'backward',
    limit,
    ...(after === undefined ? {} : { after: keyOf(after) }),
  });
  return { items, next: last?.sk.slice(prefix.length) };
}

/** All that a query finds, read page by page. @param query - its limit is each page's */
export async function readAll(table: Table, query: Omit<Query, 'after'>): Promise<Item[]> {
  const all: Item[] = [];
  let after: QueryPosition | undefined;
  do {
    const { items, last } = await table.query({ ...query, ...(after === undefined ? {} : { after }) });
    all.push(...items);
    after = last;
  } while (after !== undefined);
  return all;
}
