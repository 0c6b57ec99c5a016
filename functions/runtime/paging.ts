import type { CursorCodec } from '../../src/contracts/http/cursor.ts';
import type { Page, PageRequest } from '../../src/domain/shared/page.ts';

/** The part of a query by which every list is paged. */
export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Which list is read, and from where on. */
interface PageOf<Q extends PageQuery> {
  readonly cursors: CursorCodec;
  readonly scope: string;
  /** The list's own address, which its `Link` begins with. */
  readonly path: string;
  readonly query: Q;
}

/** A list's query as the use cases take it. @throws AppError INVALID_CURSOR */
export function toPageRequest(cursors: CursorCodec, scope: string, query: PageQuery): PageRequest {
  if (query.cursor === undefined) return { limit: query.limit };
  return { limit: query.limit, after: cursors.decode(scope, query.cursor) };
}

/** A page of a list as it is answered: what the use case gave, as the API shows it, and where the next page is.
 *  @param page - as the use case returned it; `data` has its items as the API shows them */
export function answerPage<T, Q extends PageQuery>(
  { cursors, scope, path, query }: PageOf<Q>,
  { next }: Pick<Page<unknown>, 'next'>,
  data: T[],
) {
  const next_cursor = next === undefined ? null : cursors.encode(scope, next);
  return { body: { data, next_cursor }, headers: nextLink(path, query, next_cursor) };
}

/** RFC 8288: where the next page is. */
function nextLink(path: string, query: PageQuery, next_cursor: string | null): Record<string, string> {
  if (next_cursor === null) return {};
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, cursor: next_cursor })) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return { link: `<${path}?${parameters.toString()}>; rel="next"` };
}
