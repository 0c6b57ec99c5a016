import type { Deployment, RecentDeployment } from '../../domain/deployments/index.ts';
import type { Attributes, Item, Write } from '../table/port.ts';
import { keys } from './keys.ts';

const KEPT = 5;

/** The latest deployments of one project as their item holds them, newest first. */
export function readRecent(item: Item | undefined): readonly RecentDeployment[] {
  return (item?.attributes['deployments'] ?? []) as unknown as readonly RecentDeployment[];
}

/** The list with a deployment's present state in it; undefined when that changes nothing. */
export function mergeRecent(
  item: Item | undefined,
  deployment: Deployment,
): readonly RecentDeployment[] | undefined {
  const { id, status, branch, commit, created_at, finished_at, created_by, environment } = deployment;
  const shown = { id, status, branch, commit, created_at, finished_at };
  const entry: RecentDeployment = { ...shown, created_by, environment };
  const before = readRecent(item);
  const after = [entry, ...before.filter((other) => other.id !== id)]
    .sort((a, b) => (a.id < b.id ? 1 : -1))
    .slice(0, KEPT);
  return JSON.stringify(before) === JSON.stringify(after) ? undefined : after;
}

/** Writes the list, only if nobody else did since `item` was read. */
export function recentWrite(deployment: Deployment, item: Item | undefined): Write {
  const version = item?.attributes['version'];
  const attributes = {
    deployments: mergeRecent(item, deployment) ?? readRecent(item),
    version: typeof version === 'number' ? version + 1 : 1,
  } as unknown as Attributes;
  return {
    kind: 'put',
    item: { key: keys.recent(deployment.tenant_id, deployment.project_id), attributes },
    condition:
      typeof version === 'number'
        ? { kind: 'equals', attribute: 'version', value: version }
        : { kind: 'absent' },
  };
}
