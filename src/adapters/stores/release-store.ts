import type { Release, ReleaseStore } from '../../domain/deployments/index.ts';
import type { Variables } from '../../domain/projects/index.ts';
import { type Attributes, ConditionFailedError, type Item, type Table } from '../table/port.ts';
import { scopeToTenant } from '../table/scope.ts';
import { readText } from './entity.ts';
import { keys } from './keys.ts';
import type { Sealer } from './sealer.ts';

type Place = Pick<Release, 'tenant_id' | 'project_id' | 'id'>;

/** Releases on the Table port; their variables are sealed. */
export function createReleaseStore(table: Table, sealer: Sealer): ReleaseStore {
  // By what was asked for, not by what the item says of itself: one that was moved must not open.
  const toRelease = (place: Place, item: Item): Release => {
    const { sealed: _sealed, ...rest } = item.attributes;
    const release = rest as unknown as Omit<Release, 'variables'>;
    const text = sealer.open(place.tenant_id, contextOf(place), readText(item, 'sealed'));
    return { ...release, variables: JSON.parse(text) as Variables };
  };

  const find = async (tenant_id: string, project_id: string, id: string) => {
    const item = await scopeToTenant(table, tenant_id).get(keys.release(tenant_id, project_id, id));
    return item === undefined ? undefined : toRelease({ tenant_id, project_id, id }, item);
  };

  return {
    find,

    async create(release) {
      const { variables, ...rest } = release;
      const sealed = sealer.seal(release.tenant_id, contextOf(release), JSON.stringify(variables));
      const item: Item = {
        key: keys.release(release.tenant_id, release.project_id, release.id),
        attributes: { ...rest, sealed } as unknown as Attributes,
      };
      try {
        await scopeToTenant(table, release.tenant_id).write({
          kind: 'put',
          item,
          condition: { kind: 'absent' },
        });
        return release;
      } catch (error) {
        if (!(error instanceof ConditionFailedError)) throw error;
        return (await find(release.tenant_id, release.project_id, release.id)) ?? release;
      }
    },

    async setImage(release, image) {
      await scopeToTenant(table, release.tenant_id).write({
        kind: 'update',
        key: keys.release(release.tenant_id, release.project_id, release.id),
        set: { image },
        condition: { kind: 'present' },
      });
    },
  };
}

/** A release is of one service in one environment, so its id names these as well. */
function contextOf({ project_id, id }: Place): string {
  return `${project_id}/${id}`;
}
