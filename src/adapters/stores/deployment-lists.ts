import { type Deployment, type DeploymentFilter, deploymentSchema } from '../../domain/deployments/index.ts';
import { type Page, type PageRequest, pageOf } from '../../domain/shared/page.ts';
import type { Query, Table } from '../table/port.ts';
import { toEntity } from './entity.ts';
import { keys, projectPk, tenantPk } from './keys.ts';

/** A page of a tenant's deployments, by the index that fits the filter best.
 *  @param scoped - reaches the tenant's items alone */
export function listDeployments(
  scoped: Table,
  tenant_id: string,
  filter: DeploymentFilter,
  page: PageRequest,
): Promise<Page<Deployment>> {
  const { project_id, project_ids } = filter;
  if (project_ids === undefined || project_id !== undefined) {
    const is_hidden = project_ids !== undefined && !project_ids.includes(project_id ?? '');
    return is_hidden ? nothing() : listPage(scoped, tenant_id, filter, page);
  }
  return mergeProjects(scoped, tenant_id, { ...filter, project_ids }, page);
}

/** Where a deployment shows up by its project and status. */
export function statusPk(tenant_id: string, project_id: string, status: string): string {
  return `${projectPk(tenant_id, project_id)}#STATUS#${status}`;
}

async function nothing(): Promise<Page<Deployment>> {
  return { items: [], next: undefined };
}

// So many at least are read of each project, since they may all be of one.
const MIN_SHARE = 10;

/** Merges the pages of several projects: a team's whole history may hold little of them. */
async function mergeProjects(
  scoped: Table,
  tenant_id: string,
  { project_ids, ...filter }: DeploymentFilter & { readonly project_ids: readonly string[] },
  page: PageRequest,
): Promise<Page<Deployment>> {
  const ids = [...new Set(project_ids)];
  const count = Math.max(ids.length, 1);
  const share = Math.max(MIN_SHARE, Math.ceil((2 * page.limit) / count));
  const request = { ...page, limit: Math.min(page.limit, share) };
  const max_reads = Math.max(1, Math.floor(MAX_READS / count));
  const pages = await Promise.all(
    ids.map((project_id) => listPage(scoped, tenant_id, { ...filter, project_id }, request, max_reads)),
  );
  // Older than where a project's page ended, nothing is known of that project: the next page goes on from there.
  const ends = pages.flatMap(({ next }) => next ?? []).toSorted();
  const known_from = ends.at(-1) ?? '';
  const known = pages.flatMap(({ items }) => items).filter(({ id }) => id >= known_from);
  const merged = pageOf(known, { limit: page.limit });
  return { items: merged.items, next: merged.next ?? ends.at(-1) };
}

async function listPage(
  scoped: Table,
  tenant_id: string,
  filter: DeploymentFilter,
  page: PageRequest,
  max_reads = MAX_READS,
): Promise<Page<Deployment>> {
  const found: Deployment[] = [];
  // A small page that is filtered here reads more at once, since most of it may be left out.
  const limit = isFiltered(filter) ? Math.max(page.limit, FILTERED_READ) : page.limit;
  let after = page.after;
  // What an index can't narrow is left out here, so a page may take several reads.
  for (let reads = 1; ; reads += 1) {
    const request = { limit, ...(after === undefined ? {} : { after }) };
    const { items, last } = await scoped.query(listQuery(tenant_id, filter, request));
    for (const item of items) {
      const deployment = toEntity(deploymentSchema, item);
      if (!matches(filter, deployment)) continue;
      if (found.length === page.limit) return { items: found, next: found.at(-1)?.id };
      found.push(deployment);
    }
    if (last?.index_sk === undefined) return { items: found, next: undefined };
    if (found.length === page.limit || reads === max_reads) return { items: found, next: last.index_sk };
    after = last.index_sk;
  }
}

// What a role that sees its own things alone may ask of a team's whole history: the rest is for the next page.
const MAX_READS = 10;
const FILTERED_READ = 100;

/** Whether some of what the index gives is left out of the list. */
function isFiltered({ project_id, status, ...filter }: DeploymentFilter): boolean {
  if (filter.belongs_to !== undefined || filter.environment !== undefined) return true;
  return project_id === undefined && (status !== undefined || (filter.hidden_project_ids ?? []).length > 0);
}

function matches(filter: DeploymentFilter, deployment: Deployment): boolean {
  const { status, belongs_to, environment, hidden_project_ids } = filter;
  if (hidden_project_ids?.includes(deployment.project_id) === true) return false;
  if (status !== undefined && deployment.status !== status) return false;
  if (environment !== undefined && deployment.environment !== environment) return false;
  if (belongs_to === undefined) return true;
  return deployment.created_by === belongs_to || deployment.project_owner_id === belongs_to;
}

function listQuery(tenant_id: string, filter: DeploymentFilter, page: PageRequest): Query {
  const after =
    page.after === undefined
      ? {}
      : {
          after: { ...keys.deployment({ tenant_id, deployment_id: page.after }), index_sk: page.after },
        };
  const rest = { table: 'tenants', direction: 'backward', limit: page.limit, ...after } as const;
  const { project_id, status } = filter;
  if (project_id === undefined)
    return { ...rest, index: 'by_tenant', pk: `${tenantPk(tenant_id)}#DEPLOYMENTS` };
  if (status === undefined) return { ...rest, index: 'by_project', pk: projectPk(tenant_id, project_id) };
  return { ...rest, index: 'by_status', pk: statusPk(tenant_id, project_id, status) };
}
