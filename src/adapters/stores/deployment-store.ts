import {
  type Deployment,
  type DeploymentKey,
  type DeploymentStore,
  deploymentSchema,
  type RecentDeployment,
  type Step,
  serviceKey,
  stepNameSchema,
  stepSchema,
} from '../../domain/deployments/index.ts';
import { AppError, type ErrorCode, isAppError } from '../../domain/shared/errors.ts';
import type { Clock } from '../../domain/shared/ports.ts';
import {
  type Attributes,
  ConditionFailedError,
  type Item,
  MAX_BATCH_KEYS,
  type Table,
  type Write,
} from '../table/port.ts';
import { scopeToTenant } from '../table/scope.ts';
import { versionIs } from './current.ts';
import { listDeployments, statusPk } from './deployment-lists.ts';
import { toAttributes, toEntity } from './entity.ts';
import { keys, projectPk, tenantPk } from './keys.ts';
import { outboxWrites } from './outbox.ts';
import { mergeRecent, readRecent, recentWrite } from './recent-deployments.ts';

// Longer than any deployment may take: only a lock whose owner died without a trace gets this old.
const LOCK_LEASE_S = 2 * 3600;

/** Deployments on the Table port. */
export function createDeploymentStore(table: Table, clock: Clock): DeploymentStore {
  return {
    async create(deployment, events) {
      const scoped = scopeToTenant(table, deployment.tenant_id);
      const attempt = async (): Promise<void> => {
        const recent = await scoped.get(keys.recent(deployment.tenant_id, deployment.project_id));
        const writes: Write[] = [
          projectIsThere(deployment),
          takeLock(deployment, clock),
          { kind: 'put', item: deploymentItem(deployment), condition: { kind: 'absent' } },
          recentWrite(deployment, recent),
          ...outboxWrites(events),
        ];
        await transact(scoped, writes, ([first]) => new AppError(REFUSALS[first ?? -1] ?? 'WRITE_CONFLICT'));
      };
      await repeatOnConflict(attempt);
    },

    async find(key) {
      const item = await scopeToTenant(table, key.tenant_id).get(keys.deployment(key));
      return item === undefined ? undefined : toEntity(deploymentSchema, item);
    },

    async list(tenant_id, filter, page) {
      return listDeployments(scopeToTenant(table, tenant_id), tenant_id, filter, page);
    },

    async replace(previous, next, events, options) {
      const scoped = scopeToTenant(table, next.tenant_id);
      const recent_key = keys.recent(next.tenant_id, next.project_id);
      const lock_key = keys.lock(serviceKey(next));
      const beside = await scoped.batchGet(options?.unlock === true ? [recent_key, lock_key] : [recent_key]);
      const recent = beside.find(({ key }) => key.sk === recent_key.sk);
      const changes_recent = mergeRecent(recent, next) !== undefined;
      const lock = beside.find(({ key }) => key.sk === lock_key.sk);
      const writes: Write[] = [
        { kind: 'put', item: deploymentItem(next), condition: versionIs(previous) },
        ...(changes_recent ? [recentWrite(next, recent)] : []),
        ...unlockWrites(lock, next),
        ...outboxWrites(events),
      ];
      await transact(scoped, writes, () => new AppError('WRITE_CONFLICT'));
    },

    async switchService(service, previous, next) {
      const writes: Write[] = [
        { kind: 'check', key: keys.lock(serviceKey(next)), condition: holderIs(next.id) },
        { kind: 'put', item: deploymentItem(next), condition: versionIs(previous) },
        {
          kind: 'update',
          key: keys.service(service),
          set: { active_deployment_id: next.id },
          // A project that was deleted meanwhile has no service any more, and must not get half a one.
          condition: { kind: 'present' },
        },
      ];
      await transact(scopeToTenant(table, next.tenant_id), writes, () => new AppError('WRITE_CONFLICT'));
    },

    async writeStep(key, step) {
      const position = stepNameSchema.options.indexOf(step.name);
      await scopeToTenant(table, key.tenant_id).write({
        kind: 'put',
        item: { key: keys.step(key, position), attributes: toAttributes(step) },
      });
    },

    async listSteps(key) {
      return readSteps(scopeToTenant(table, key.tenant_id), key);
    },

    async listRecent(tenant_id, project_ids) {
      const scoped = scopeToTenant(table, tenant_id);
      const result = new Map<string, readonly RecentDeployment[]>();
      for (let start = 0; start < project_ids.length; start += MAX_BATCH_KEYS) {
        const batch = project_ids.slice(start, start + MAX_BATCH_KEYS);
        const items = await scoped.batchGet(batch.map((id) => keys.recent(tenant_id, id)));
        for (const item of items) result.set(item.key.sk.slice('RECENT#'.length), readRecent(item));
      }
      return result;
    },
  };
}

async function readSteps(scoped: Table, key: DeploymentKey): Promise<Step[]> {
  const { items } = await scoped.query({
    table: 'tenants',
    pk: keys.deployment(key).pk,
    sk: { prefix: 'STEP#' },
    direction: 'forward',
    limit: stepNameSchema.options.length,
  });
  return items.map((item) => toEntity(stepSchema, item));
}

function deploymentItem(deployment: Deployment): Item {
  const { tenant_id, project_id, id, status } = deployment;
  return {
    key: keys.deployment({ tenant_id, deployment_id: id }),
    attributes: toAttributes(deployment),
    indexes: {
      by_project: { pk: projectPk(tenant_id, project_id), sk: id },
      by_tenant: { pk: `${tenantPk(tenant_id)}#DEPLOYMENTS`, sk: id },
      by_status: { pk: statusPk(tenant_id, project_id, status), sk: id },
    },
  };
}

/** Why a deployment can't be queued, by the first of its writes that is refused. */
const REFUSALS: readonly ErrorCode[] = ['PROJECT_NOT_FOUND', 'DEPLOYMENT_IN_PROGRESS'];

function projectIsThere({ tenant_id, project_id }: Deployment): Write {
  return { kind: 'check', key: keys.project(tenant_id, project_id), condition: { kind: 'present' } };
}

function takeLock(deployment: Deployment, clock: Clock): Write {
  const now_s = Math.floor(clock.now().getTime() / 1000);
  const attributes: Attributes = { holder: deployment.id, lease_ends_s: now_s + LOCK_LEASE_S };
  return {
    kind: 'put',
    item: { key: keys.lock(serviceKey(deployment)), attributes },
    condition: { kind: 'absent_or_less', attribute: 'lease_ends_s', value: now_s },
  };
}

function holderIs(deployment_id: string) {
  return { kind: 'equals', attribute: 'holder', value: deployment_id } as const;
}

// A lock that somebody else took over after its lease is theirs to free.
function unlockWrites(lock: Item | undefined, deployment: Deployment): Write[] {
  if (lock?.attributes['holder'] !== deployment.id) return [];
  return [{ kind: 'delete', key: lock.key, condition: holderIs(deployment.id) }];
}

// The list of a project's recent deployments changes with any of them, so losing once says nothing against this one.
const MAX_ATTEMPTS = 4;

async function repeatOnConflict(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isAppError(error) || error.code !== 'WRITE_CONFLICT' || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

async function transact(
  scoped: Table,
  writes: readonly Write[],
  refusal: (failed: readonly number[]) => AppError,
): Promise<void> {
  try {
    await scoped.transact(writes);
  } catch (error) {
    if (error instanceof ConditionFailedError) throw refusal(error.failed);
    throw error;
  }
}
