/** What builds, apps and repositories may use; all but sizes in bytes and counts are milliseconds. */
export type Limits = { readonly [K in keyof typeof LIMITS]: number };

/** What one build and one app may use on a laptop. */
export const LIMITS = {
  build_timeout_ms: 15 * 60_000,
  build_memory_bytes: 2 * 1024 ** 3,
  app_memory_bytes: 512 * 1024 ** 2,
  /** How often memory is looked at. */
  memory_interval_ms: 1000,
  pre_deploy_timeout_ms: 10 * 60_000,
  /** Builds at once; the rest wait in the order in which they came. */
  concurrent_builds: 2,
  repository_bytes: 500 * 1024 ** 2,
  git_timeout_ms: 120_000,
  /** As a rule the disk ends before. */
  database_bytes: 1024 ** 4,
  /** A deployment's log: at most this many segments, so 16 MiB. */
  log_segment_bytes: 1024 ** 2,
  log_segments: 16,
  /** After SIGTERM, before SIGKILL. */
  stop_grace_ms: 3000,
  /** For requests in flight when traffic has gone to another release. */
  drain_ms: 10_000,
} as const;
