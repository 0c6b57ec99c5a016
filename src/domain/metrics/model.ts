/** The plan that every team has while there is one. */
export const PLAN = 'free';

/** A project's deployments of one UTC day, as sums, so that days add up. */
export interface DayTotals {
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Of succeeded and failed ones. */
  readonly duration_ms: number;
}

export const NOTHING: DayTotals = { succeeded: 0, failed: 0, cancelled: 0, duration_ms: 0 };

/** The brief's project metrics. */
export interface ProjectMetrics {
  readonly deployments: number;
  /** Percent of those that succeeded or failed; null when there are none. */
  readonly success_rate: number | null;
  readonly average_duration_ms: number | null;
}

/** Adds days up. */
export function summarize(days: readonly DayTotals[]): ProjectMetrics {
  const sum = (field: keyof DayTotals) => days.reduce((total, day) => total + day[field], 0);
  const decided = sum('succeeded') + sum('failed');
  return {
    deployments: decided + sum('cancelled'),
    success_rate: decided === 0 ? null : (sum('succeeded') / decided) * 100,
    average_duration_ms: decided === 0 ? null : sum('duration_ms') / decided,
  };
}
