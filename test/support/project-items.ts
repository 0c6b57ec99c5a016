import { keys } from '../../src/adapters/stores/keys.ts';
import type { Table } from '../../src/adapters/table/port.ts';
import { project } from './things.ts';

/** Puts projects into a table as far as deployments of them ask for one: that it is there. */
export async function putProjects(
  table: Table,
  ids: readonly { readonly tenant_id: string; readonly project_id: string }[],
): Promise<void> {
  for (const { tenant_id, project_id } of ids) {
    const key = keys.project(tenant_id, project_id);
    const attributes = { ...project({ tenant_id, id: project_id }) };
    await table.write({ kind: 'put', item: { key, attributes } });
  }
}
