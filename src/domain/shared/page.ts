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
