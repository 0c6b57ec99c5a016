import type { DomainEvent, EventConsumer } from '../shared/events.ts';
import type { Clock } from '../shared/ports.ts';
import { DAY_MS } from '../shared/time.ts';
import { type DayTotals, NOTHING, type ProjectMetrics, summarize } from './model.ts';

export interface MetricsStore {
  /** Adds to a project's day, once per event. @returns false when this event was counted before */
  addDay(
    key: { readonly tenant_id: string; readonly project_id: string; readonly day: string },
    event_id: string,
    amounts: DayTotals,
  ): Promise<boolean>;
  /** Adds to the number of projects of the whole installation, once per event. */
  addActiveProjects(tenant_id: string, event_id: string, amount: 1 | -1): Promise<boolean>;
  /** Days of projects between two days, both included; every given project has an entry. */
  readDays(
    tenant_id: string,
    project_ids: readonly string[],
    range: { readonly from: string; readonly to: string },
  ): Promise<ReadonlyMap<string, readonly DayTotals[]>>;
}

/** Where the brief's metric families go: Prometheus text on a laptop, EMF on AWS. */
export interface DeploymentMetrics {
  countDeployment(labels: {
    readonly status: string;
    readonly project_id: string;
    readonly environment: string;
  }): void;
  observeDuration(
    labels: { readonly project_id: string; readonly environment: string },
    seconds: number,
  ): void;
  addActiveProjects(amount: number): void;
}

/** Rolls events up by project and day, and counts them in the metric families, each event once. */
export function createMetricsConsumer(store: MetricsStore, metrics: DeploymentMetrics): EventConsumer {
  return {
    async handle(event) {
      if (event.type === 'branchline.project.created') return countProject(event, 1);
      if (event.type === 'branchline.project.restored') return countProject(event, 1);
      if (event.type === 'branchline.project.deleted') return countProject(event, -1);
      return countDeployment(event);
    },
  };

  async function countProject(event: DomainEvent, amount: 1 | -1): Promise<void> {
    if (await store.addActiveProjects(event.tenant_id, event.id, amount)) metrics.addActiveProjects(amount);
  }

  async function countDeployment(event: DomainEvent): Promise<void> {
    const outcome = outcomeOf(event);
    const project_id = String(event.data['project_id']);
    const duration_ms = Number(event.data['duration_ms'] ?? 0);
    const day = event.occurred_at.slice(0, 10);
    const fresh = await store.addDay({ tenant_id: event.tenant_id, project_id, day }, event.id, {
      ...NOTHING,
      [outcome]: 1,
      duration_ms: outcome === 'cancelled' ? 0 : duration_ms,
    });
    if (!fresh) return;
    const labels = { project_id, environment: String(event.data['environment']) };
    metrics.countDeployment({ ...labels, status: outcome === 'succeeded' ? 'success' : outcome });
    if (outcome === 'succeeded') metrics.observeDuration(labels, duration_ms / 1000);
  }
}

/** Metrics of several projects over the last days, today included, in one call. */
export async function readProjectMetrics(
  deps: { readonly metrics: MetricsStore; readonly clock: Clock },
  tenant_id: string,
  project_ids: readonly string[],
  days: number,
): Promise<ReadonlyMap<string, ProjectMetrics>> {
  const now = deps.clock.now();
  const from = new Date(now.getTime() - (days - 1) * DAY_MS);
  const found = await deps.metrics.readDays(tenant_id, project_ids, {
    from: from.toISOString().slice(0, 10),
    to: now.toISOString().slice(0, 10),
  });
  return new Map(project_ids.map((id) => [id, summarize(found.get(id) ?? [])]));
}

function outcomeOf(event: DomainEvent): 'succeeded' | 'failed' | 'cancelled' {
  if (event.type.endsWith('.succeeded')) return 'succeeded';
  return event.type.endsWith('.failed') ? 'failed' : 'cancelled';
}
