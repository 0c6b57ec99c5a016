import type { DuePurge } from '../../domain/purge/index.ts';
import { DUE_PARTITIONS } from '../dynamodb/table.ts';
import type { IndexEntries, Item, Table } from '../table/port.ts';
import { readText } from './entity.ts';

/** Shards of what is to be purged in the `due` index. */
const SHARDS = 4;

/** Puts an item among what is to be purged. Its attributes have to say what it is (`kind`), whose (`tenant_id`), which
 *  (`<kind>_id`), and when it is due (`purge_at`).
 *  @param id - of what is purged with it
 *  @param purge_at - ISO 8601 */
export function purgeEntry(id: string, purge_at: string): IndexEntries {
  return { due: { pk: purgePk(shardOf(id)), sk: `${purge_at}#${id}` } };
}

/** What was to be purged before an instant, longest due first within each shard.
 *  @param before - ISO 8601
 *  @param limit - at most so many of each shard */
export async function readDuePurges(table: Table, before: string, limit: number): Promise<DuePurge[]> {
  const due: DuePurge[] = [];
  for (let shard = 0; shard < SHARDS; shard += 1) {
    const { items } = await table.query({
      table: 'tenants',
      index: 'due',
      pk: purgePk(shard),
      sk: { from: '', to: before },
      direction: 'forward',
      limit,
    });
    due.push(...items.map(toDuePurge));
  }
  return due;
}

function toDuePurge(item: Item): DuePurge {
  const kind = readText(item, 'kind');
  const [tenant_id, id, purge_at] = ['tenant_id', `${kind}_id`, 'purge_at'].map((name) =>
    readText(item, name),
  );
  return { kind, tenant_id: tenant_id ?? '', id: id ?? '', purge_at: purge_at ?? '' };
}

function purgePk(shard: number): string {
  return `${DUE_PARTITIONS.purge}${shard}`;
}

// The last digits of a UUIDv7 are random.
function shardOf(id: string): number {
  return Number.parseInt(id.slice(-4), 16) % SHARDS;
}
