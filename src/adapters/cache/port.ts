/** What a key holds for a reader. */
export type CacheRead =
  | { readonly kind: 'hit'; readonly value: string }
  /** Nothing. Whoever holds the newest lease may fill it with what it reads from the table after this. */
  | { readonly kind: 'miss'; readonly lease: string }
  /** Writes are under way: what is read from the table now may be old in a moment, so nobody fills it. */
  | { readonly kind: 'fenced' };

/** Texts by key, kept for a while. Leases and fences keep a slow reader from putting an old value back after a write
 *  (docs/adr/0022). The contract suite in test/contract/cache runs against every adapter.
 *  Every method @throws CacheUnavailableError; whether it was carried out is unknown then, and it may be later. */
export interface Cache {
  read(key: string): Promise<CacheRead>;
  /** Does nothing where the lease is no longer the key's. */
  fill(key: string, lease: string, value: string): Promise<void>;
  /** Forgets the value and all leases, and keeps the key empty until every fence of it is released or too old.
   *  Goes up before the write that changes what the key stands for. @returns what releases it */
  fence(key: string): Promise<string>;
  /** Takes a fence down after the write.
   *  @param value - what was written, kept only where no other fence was up beside this one; undefined where nothing is
   *  known, or nothing is left */
  release(key: string, fence: string, value: string | undefined): Promise<void>;
}

/** How long each thing stays in a cache, in milliseconds. */
export interface CacheTimes {
  readonly value_ms: number;
  /** A reader's time to read the table. */
  readonly lease_ms: number;
  /** Longer than any write takes: a function is ended before. */
  readonly fence_ms: number;
}

export const CACHE_TIMES: CacheTimes = { value_ms: 300_000, lease_ms: 10_000, fence_ms: 60_000 };

/** The cache didn't answer, or not in time. */
export class CacheUnavailableError extends Error {
  constructor(reason: string, cause?: unknown) {
    super(`The cache is unavailable: ${reason}`, cause === undefined ? undefined : { cause });
    this.name = 'CacheUnavailable';
  }
}
