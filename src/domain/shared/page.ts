/** Where to begin and how many to return. `after` is the position that the previous page ended with. */
export interface PageRequest {
  readonly limit: number;
  readonly after?: string;
}

/** One page, newest first. `next` is undefined on the last one. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

/** One page of things that are all at hand already, by their ids: newest first, as every list is. */
export function pageOf<T extends { readonly id: string }>(
  things: readonly T[],
  { limit, after }: PageRequest,
): Page<T> {
  const left = things
    .filter(({ id }) => after === undefined || id < after)
    .toSorted((one, other) => (one.id < other.id ? 1 : -1));
  const items = left.slice(0, limit);
  return { items, next: left.length > limit ? items.at(-1)?.id : undefined };
}
