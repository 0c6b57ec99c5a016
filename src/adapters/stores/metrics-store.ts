import type { DayTotals, MetricsStore } from '../../domain/metrics/index.ts';
import type { Clock } from '../../domain/shared/ports.ts';
import type { Item, Key, Query, Table } from '../table/port.ts';
import { scopeToTenant } from '../table/scope.ts';
import { keys } from './keys.ts';
import { writeOnce } from './once.ts';

const PLATFORM: Key = { table: 'directory', pk: 'PLATFORM', sk: 'METRICS' };
const CONSUMER = 'metrics';
const PAGE = 1000;

/** Daily roll-ups on the Table port. The installation's own totals lie in the directory, so it takes both tables. */
export function createMetricsStore(
  table: Table,
  clock: Clock,
): MetricsStore & { readActiveProjects(): Promise<number> } {
  const now_s = () => Math.floor(clock.now().getTime() / 1000);
  return {
    async addDay({ tenant_id, project_id, day }, event_id, amounts) {
      const key = keys.projectDay(tenant_id, project_id, day);
      return writeOnce(
        scopeToTenant(table, tenant_id),
        { tenant_id, consumer: CONSUMER, event_id },
        now_s(),
        [{ kind: 'update', key, add: { ...amounts } }],
      );
    },

    async addActiveProjects(tenant_id, event_id, amount) {
      return writeOnce(table, { tenant_id, consumer: CONSUMER, event_id }, now_s(), [
        { kind: 'update', key: PLATFORM, add: { active_projects: amount } },
      ]);
    },

    async readActiveProjects() {
      return Number((await table.get(PLATFORM))?.attributes['active_projects'] ?? 0);
    },

    async readDays(tenant_id, project_ids, range) {
      const scoped = scopeToTenant(table, tenant_id);
      const read = async (project_id: string) =>
        [project_id, await readProjectDays(scoped, tenant_id, project_id, range)] as const;
      return new Map(await Promise.all(project_ids.map(read)));
    },
  };
}

// A query per project, sent together: one of the whole team's days would cost more with each project that isn't asked for.
async function readProjectDays(
  scoped: Table,
  tenant_id: string,
  project_id: string,
  range: { readonly from: string; readonly to: string },
): Promise<DayTotals[]> {
  const from = keys.projectDay(tenant_id, project_id, range.from);
  const to = keys.projectDay(tenant_id, project_id, range.to);
  const days: DayTotals[] = [];
  const query: Query = {
    table: 'tenants',
    pk: from.pk,
    sk: { from: from.sk, to: to.sk },
    direction: 'forward',
    limit: PAGE,
  };
  for await (const item of allItems(scoped, query)) days.push(toDay(item));
  return days;
}

async function* allItems(table: Table, query: Query): AsyncGenerator<Item> {
  let page = await table.query(query);
  yield* page.items;
  while (page.last !== undefined) {
    page = await table.query({ ...query, after: page.last });
    yield* page.items;
  }
}

function toDay(item: Item): DayTotals {
  const number = (name: keyof DayTotals) => Number(item.attributes[name] ?? 0);
  return {
    succeeded: number('succeeded'),
    failed: number('failed'),
    cancelled: number('cancelled'),
    duration_ms: number('duration_ms'),
  };
}
