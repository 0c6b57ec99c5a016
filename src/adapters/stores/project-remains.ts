import type { ProjectKey } from '../../domain/deployments/index.ts';
import type { ProjectRemains } from '../../domain/purge/index.ts';
import type { Page } from '../../domain/shared/page.ts';
import { ConditionFailedError, type Query, type Table } from '../table/port.ts';
import { scopeToTenant } from '../table/scope.ts';
import { keys, projectPk } from './keys.ts';

// A log's segment takes up to 100 KB, and a transaction 4 MB.
const BATCH = 25;
const PAGE = 100;

/** What is left of deleted projects, on the Table port. */
export function createProjectRemains(table: Table): ProjectRemains {
  return {
    async claim({ tenant_id, id, purge_at }) {
      try {
        await scopeToTenant(table, tenant_id).write({
          kind: 'update',
          key: keys.deletedProject(tenant_id, id),
          set: { state: 'purging' },
          // Restored and deleted again, it has another time.
          condition: { kind: 'equals', attribute: 'purge_at', value: purge_at },
        });
        return true;
      } catch (error) {
        if (error instanceof ConditionFailedError) return false;
        throw error;
      }
    },

    async listDeployments({ tenant_id, project_id }, after) {
      const { items, last } = await scopeToTenant(table, tenant_id).query({
        table: 'tenants',
        index: 'by_project',
        pk: projectPk(tenant_id, project_id),
        direction: 'forward',
        limit: PAGE,
        ...(after === undefined
          ? {}
          : { after: { ...keys.deployment({ tenant_id, deployment_id: after }), index_sk: after } }),
      });
      const ids = items.map((item) => item.indexes?.by_project?.sk ?? '');
      return { items: ids, next: last?.index_sk };
    },

    listReleases: (project, after) => listReleases(table, project, after),

    removeDeployment: (key) =>
      // Backwards, the deployment itself comes last.
      removeSome(scopeToTenant(table, key.tenant_id), keys.deployment(key).pk, 'backward'),

    removeContents: ({ tenant_id, project_id }) =>
      removeSome(scopeToTenant(table, tenant_id), projectPk(tenant_id, project_id), 'forward'),

    async finish({ tenant_id, id }) {
      await scopeToTenant(table, tenant_id).transact([
        { kind: 'delete', key: keys.recent(tenant_id, id) },
        { kind: 'delete', key: keys.deletedProject(tenant_id, id) },
      ]);
    },
  };
}

async function listReleases(
  table: Table,
  { tenant_id, project_id }: ProjectKey,
  after: string | undefined,
): Promise<Page<string>> {
  const prefix = 'RELEASE#';
  const { items, last } = await scopeToTenant(table, tenant_id).query({
    table: 'tenants',
    pk: projectPk(tenant_id, project_id),
    sk: { prefix },
    direction: 'forward',
    limit: PAGE,
    ...(after === undefined ? {} : { after: keys.release(tenant_id, project_id, after) }),
  });
  const idOf = (sk: string) => sk.slice(prefix.length);
  return {
    items: items.map(({ key }) => idOf(key.sk)),
    next: last === undefined ? undefined : idOf(last.sk),
  };
}

/** Removes a batch of a partition's items. @returns whether nothing is left */
async function removeSome(scoped: Table, pk: string, direction: Query['direction']): Promise<boolean> {
  const { items, last } = await scoped.query({ table: 'tenants', pk, direction, limit: BATCH });
  if (items.length > 0) await scoped.transact(items.map(({ key }) => ({ kind: 'delete', key })));
  return last === undefined;
}
