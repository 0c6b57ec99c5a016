import type { TableName } from '../../src/adapters/table/port.ts';

/** One thing for each of the two tables. */
export type Pair<T> = Readonly<Record<TableName, T>>;
/** Both tables' names. */
export type TablePair = Pair<string>;

/** Does the same with both, the directory first, so that what is printed is in order. */
export async function mapPair<T, U>(
  pair: Pair<T>,
  work: (value: T, table: TableName) => Promise<U>,
): Promise<Pair<U>> {
  const directory = await work(pair.directory, 'directory');
  return { directory, tenants: await work(pair.tenants, 'tenants') };
}
