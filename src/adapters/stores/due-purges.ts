import { DUE_PREFIX, type IndexEntries } from '../table/port.ts';

/** Shards of what is to be purged in the `due` index. */
const SHARDS = 4;

/** Puts an item among what is to be purged.
 *  @param id - of what is purged with it
 *  @param purge_at - ISO 8601 */
export function purgeEntry(id: string, purge_at: string): IndexEntries {
  return { due: { pk: purgePk(shardOf(id)), sk: `${purge_at}#${id}` } };
}

function purgePk(shard: number): string {
  return `${DUE_PREFIX}PURGE#${shard}`;
}

// The last digits of a UUIDv7 are random.
function shardOf(id: string): number {
  return Number.parseInt(id.slice(-4), 16) % SHARDS;
}
