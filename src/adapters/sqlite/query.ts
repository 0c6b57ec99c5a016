import type { Query } from '../table/port.ts';
import { INDEX_COLUMNS } from './schema.ts';

/** The statement of a query, one row longer than asked for, which tells whether there is more. */
export function buildQuery(query: Query): { sql: string; parameters: (string | number)[] } {
  const columns = query.index === undefined ? { pk: 'pk', sk: 'sk' } : INDEX_COLUMNS[query.index];
  const clauses = ['tbl = ?', `${columns.pk} = ?`];
  const parameters: (string | number)[] = [query.table, query.pk];
  if (query.sk !== undefined) {
    const { from, to, to_operator } = boundsOf(query.sk);
    clauses.push(`${columns.sk} >= ?`);
    parameters.push(from);
    if (to !== undefined) {
      clauses.push(`${columns.sk} ${to_operator} ?`);
      parameters.push(to);
    }
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
  return {
    sql: `SELECT * FROM items WHERE ${clauses.join(' AND ')} ORDER BY ${orderBy} LIMIT ?`,
    parameters,
  };
}

function boundsOf(sk: NonNullable<Query['sk']>) {
  if ('prefix' in sk) return { from: sk.prefix, to: successorOf(sk.prefix), to_operator: '<' } as const;
  return { from: sk.from, to: sk.to, to_operator: '<=' } as const;
}

const LAST_CHARACTER = '\u{10ffff}';
const BEFORE_SURROGATES = 0xd7ff;
const AFTER_SURROGATES = 0xe000;

/** The first text that comes after all that begin with a prefix; undefined when there is none. */
function successorOf(prefix: string): string | undefined {
  const characters = Array.from(prefix);
  while (characters.at(-1) === LAST_CHARACTER) characters.pop();
  const last = characters.pop()?.codePointAt(0);
  if (last === undefined) return undefined;
  characters.push(String.fromCodePoint(last === BEFORE_SURROGATES ? AFTER_SURROGATES : last + 1));
  return characters.join('');
}
