import type { CursorCodec } from '../../src/contracts/http/cursor.ts';
import type { PageRequest } from '../../src/domain/shared/page.ts';

/** The part of a query by which every list is paged. */
export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** A list's query as the use cases take it. @throws AppError INVALID_CURSOR */
export function toPageRequest(cursors: CursorCodec, scope: string, query: PageQuery): PageRequest {
  if (query.cursor === undefined) return { limit: query.limit };
  return { limit: query.limit, after: cursors.decode(scope, query.cursor) };
}

/** RFC 8288: where the next page is. */
export function nextLink(path: string, query: PageQuery, next_cursor: string | null): Record<string, string> {
  if (next_cursor === null) return {};
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, cursor: next_cursor })) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return { link: `<${path}?${parameters.toString()}>; rel="next"` };
}
