import type { Query } from '../table/port.ts';
import { INDEX_COLUMNS } from './schema.ts';

/** The statement of a query, one row longer than asked for, which tells whether there is more. */
export function buildQuery(query: Query): { sql: string; parameters: (string | number)[] } {
  const columns = query.index === undefined ? { pk: 'pk', sk: 'sk' } : INDEX_COLUMNS[query.index];
  const clauses = ['tbl = ?', `${columns.pk} = ?`];
  const parameters: (string | number)[] = [query.table, query.pk];
  if (query.sk !== undefined) {
    const [from, to] =
      'prefix' in query.sk ? [query.sk.prefix, `${query.sk.prefix}\u{10ffff}`] : [query.sk.from, query.sk.to];
    clauses.push(`${columns.sk} >= ?`, `${columns.sk} <= ?`);
    parameters.push(from, to);
  }
  const order = query.direction === 'forward' ? 'ASC' : 'DESC';
  const beyond = query.direction === 'forward' ? '>' : '<';
  if (query.after !== undefined && query.index === undefined) {
    clauses.push(`sk ${beyond} ?`);
    parameters.push(query.after.sk);
  }
  if (query.after !== undefined && query.index !== undefined) {
    clauses.push(`(${columns.sk}, pk, sk) ${beyond} (?, ?, ?)`);
    parameters.push(query.after.index_sk ?? '', query.after.pk, query.after.sk);
  }
  const orderBy =
    query.index === undefined ? `sk ${order}` : `${columns.sk} ${order}, pk ${order}, sk ${order}`;
  parameters.push(query.limit + 1);
  return { sql: `SELECT * FROM items WHERE ${clauses.join(' AND ')} ORDER BY ${orderBy} LIMIT ?`, parameters };
}
