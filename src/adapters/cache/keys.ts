import type { Key } from '../table/port.ts';

/** The key of an item in a cache: its key in the table, so that it begins with its tenant, below the installation's own
 *  name. @throws Error for an item of the directory, which is no tenant's */
export function cacheKey(stage: string, { table, pk, sk }: Key): string {
  if (table !== 'tenants') throw new Error(`Nothing of the ${table} is cached`);
  return `branchline:${stage}:${pk}#${sk}`;
}
