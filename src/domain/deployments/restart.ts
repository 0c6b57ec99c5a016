import type { BuildPlan } from '../builds/index.ts';

/** A run that took longer than this came through its start; earlier ends no longer count against the app. */
export const RAN_WELL_MS = 60_000;

/** Whether an app that served is started again after it ended by itself.
 *  @param exit_code - null where a signal ended it
 *  @param restarts - made since it last ran well */
export function mayRestart(
  { policy, max_retries }: BuildPlan['restart'],
  exit_code: number | null,
  restarts: number,
): boolean {
  if (policy === 'never') return false;
  if (policy === 'on_failure' && exit_code === 0) return false;
  return policy === 'always' || restarts < max_retries;
}
