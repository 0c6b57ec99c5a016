import { type DeletedProject, deletedProjectSchema, type ProjectStore } from '../../domain/projects/index.ts';
import type { DeleteWrite, Item, Table } from '../table/port.ts';
import { scopeToTenant } from '../table/scope.ts';
import { purgeEntry } from './due-purges.ts';
import { toAttributes, toEntity } from './entity.ts';
import { keys, tenantPk } from './keys.ts';
import { readPage } from './page.ts';

const PREFIX = 'DELETED_PROJECT#';
const PAGE = 1000;

/** The item that a deleted project leaves, by which it is restored or purged, whichever comes first. */
export function deletedItem(deleted: DeletedProject): Item {
  const { tenant_id, id, purge_at } = deleted;
  return {
    key: keys.deletedProject(tenant_id, id),
    attributes: { ...toAttributes(deleted), kind: 'project', project_id: id, state: 'deleted' },
    indexes: purgeEntry(id, purge_at),
  };
}

/** Removes the item of a project that is being restored, unless its purge has begun. */
export function takeBack({ tenant_id, id }: DeletedProject): DeleteWrite {
  return {
    kind: 'delete',
    key: keys.deletedProject(tenant_id, id),
    condition: { kind: 'equals', attribute: 'state', value: 'deleted' },
  };
}

/** Reads deleted projects. */
export function createDeletedProjectReader(table: Table): Pick<ProjectStore, 'listDeleted' | 'findDeleted'> {
  return {
    async listDeleted(tenant_id, page) {
      const { items, next } = await readPage(
        table,
        tenant_id,
        (id) => keys.deletedProject(tenant_id, id),
        page,
      );
      return { items: items.flatMap(toDeleted), next };
    },

    async findDeleted(tenant_id, project_ids) {
      const wanted = project_ids.map((project_id) => keys.deletedProject(tenant_id, project_id));
      return (await scopeToTenant(table, tenant_id).batchGet(wanted)).flatMap(toDeleted);
    },
  };
}

/** Ids of a tenant's deleted projects, those whose purge has begun among them. */
export async function listDeletedIds(table: Table, tenant_id: string): Promise<string[]> {
  const scoped = scopeToTenant(table, tenant_id);
  const query = {
    table: 'tenants',
    pk: tenantPk(tenant_id),
    sk: { prefix: PREFIX },
    direction: 'forward',
    limit: PAGE,
  } as const;
  const ids: string[] = [];
  let page = await scoped.query(query);
  for (;;) {
    ids.push(...page.items.map(({ key }) => key.sk.slice(PREFIX.length)));
    if (page.last === undefined) return ids;
    page = await scoped.query({ ...query, after: page.last });
  }
}

function toDeleted(item: Item): DeletedProject[] {
  if (item.attributes['state'] !== 'deleted') return [];
  const { kind: _kind, project_id: _id, state: _state, ...attributes } = item.attributes;
  return [toEntity(deletedProjectSchema, { ...item, attributes })];
}
