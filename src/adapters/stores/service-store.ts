import type { Service, ServiceKey, ServiceStore } from '../../domain/deployments/index.ts';
import { AppError } from '../../domain/shared/errors.ts';
import { ConditionFailedError, type Item, type Table, type Write } from '../table/port.ts';
import { scopeToTenant } from '../table/scope.ts';
import { readText } from './entity.ts';
import { keys, projectPk } from './keys.ts';

// A project has one service per environment today; this leaves room for every one it may ever name.
const MAX_SERVICES = 1000;

/** Services and their claims on host names. Claims live in the directory, so it takes the unscoped table. */
export function createServiceStore(table: Table): ServiceStore {
  const find = async (key: ServiceKey): Promise<Service | undefined> => {
    const item = await scopeToTenant(table, key.tenant_id).get(keys.service(key));
    return item === undefined ? undefined : toService(key, item);
  };

  const claim = async (key: ServiceKey, host: string): Promise<boolean> => {
    const owner = ownerOf(key);
    try {
      await table.transact([
        {
          kind: 'put',
          item: { key: keys.host(host), attributes: { owner } },
          condition: {
            kind: 'any',
            of: [{ kind: 'absent' }, { kind: 'equals', attribute: 'owner', value: owner }],
          },
        },
        {
          kind: 'put',
          item: { key: keys.service(key), attributes: { host, active_deployment_id: null } },
          condition: { kind: 'absent' },
        },
      ]);
      return true;
    } catch (error) {
      if (error instanceof ConditionFailedError) return false;
      throw error;
    }
  };

  const list = async (tenant_id: string, project_id: string, prefix: string): Promise<readonly Item[]> => {
    const { items } = await scopeToTenant(table, tenant_id).query({
      table: 'tenants',
      pk: projectPk(tenant_id, project_id),
      sk: { prefix },
      direction: 'forward',
      limit: MAX_SERVICES,
    });
    return items;
  };

  const release = async (key: ServiceKey, item: Item): Promise<void> => {
    const host = keys.host(readText(item, 'host'));
    const claimed = await table.get(host);
    const owner = ownerOf(key);
    // Between the look and the write it may be freed and claimed by somebody else, whose it is then.
    const condition = { kind: 'equals', attribute: 'owner', value: owner } as const;
    const { active_deployment_id } = toService(key, item);
    await table.transact([
      // Somebody else may have removed it meanwhile, or all of the project: then nothing is to be kept of it.
      { kind: 'delete', key: item.key, condition: { kind: 'present' } },
      // A service that served nothing since it was made again leaves what served before.
      ...(active_deployment_id === null ? [] : [keepServed(key, active_deployment_id)]),
      ...(claimed?.attributes['owner'] === owner
        ? ([{ kind: 'delete', key: host, condition }] as const)
        : []),
    ]);
  };

  return {
    find,

    async ensure(key, hosts) {
      for (const host of hosts) {
        const existing = await find(key);
        if (existing !== undefined) return existing;
        if (await claim(key, host)) return { ...key, host, active_deployment_id: null };
      }
      const existing = await find(key);
      if (existing !== undefined) return existing;
      throw new AppError('INTERNAL', { cause: new Error(`Every host name is taken: ${hosts.join(', ')}`) });
    },

    async removeAll(tenant_id, project_id) {
      const items = await list(tenant_id, project_id, 'SVC#');
      for (const item of items) await release(toKey(tenant_id, project_id, item), item);
    },

    async listServed(tenant_id, project_id) {
      const [services, removed] = await Promise.all([
        list(tenant_id, project_id, 'SVC#'),
        list(tenant_id, project_id, 'SERVED#'),
      ]);
      const served = new Map<string, string>();
      for (const item of [...removed, ...services]) {
        const { active_deployment_id } = item.attributes;
        const [, environment, name] = item.key.sk.split('#');
        if (typeof active_deployment_id === 'string') {
          served.set(`${environment}#${name}`, active_deployment_id);
        }
      }
      return [...served.values()];
    },
  };
}

function keepServed(key: ServiceKey, active_deployment_id: string): Write {
  return { kind: 'put', item: { key: keys.served(key), attributes: { active_deployment_id } } };
}

function ownerOf(key: ServiceKey): string {
  return `${key.tenant_id}/${key.project_id}/${key.environment}/${key.name}`;
}

function toKey(tenant_id: string, project_id: string, item: Item): ServiceKey {
  const [, environment = '', name = ''] = item.key.sk.split('#');
  return { tenant_id, project_id, environment, name };
}

function toService(key: ServiceKey, item: Item): Service {
  const { active_deployment_id } = item.attributes;
  return {
    tenant_id: key.tenant_id,
    project_id: key.project_id,
    name: key.name,
    environment: key.environment,
    host: readText(item, 'host'),
    active_deployment_id: typeof active_deployment_id === 'string' ? active_deployment_id : null,
  };
}
