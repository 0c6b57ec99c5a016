import * as z from 'zod';

/** What is metered, each with the unit that the API shows. */
export const METERS = {
  deployments: { unit: 'deployment' },
  build_minutes: { unit: 'minute' },
} as const;

export const meterSchema = z.enum(Object.keys(METERS) as [Meter, ...Meter[]]);
export type Meter = keyof typeof METERS;

/** A calendar month in UTC. */
export const monthSchema = z.string().regex(/^20\d{2}-(0[1-9]|1[0-2])$/, 'must be a month as in 2026-11');

/** Whole numbers, so that sums are exact: deployments, and milliseconds of building. */
export interface UsageTotals {
  readonly deployments: number;
  readonly build_ms: number;
}

/** One line of a month's usage, as the API shows it. */
export interface UsageLine {
  readonly meter: Meter;
  readonly quantity: number;
  readonly unit: string;
}

const MS_PER_MINUTE = 60_000;

/** A month's totals as lines, one per meter. Minutes are rounded to the sixth decimal, finer than a millisecond. */
export function toUsageLines(totals: UsageTotals): UsageLine[] {
  const minutes = Math.round((totals.build_ms / MS_PER_MINUTE) * 1e6) / 1e6;
  return [
    { meter: 'deployments', quantity: totals.deployments, unit: METERS.deployments.unit },
    { meter: 'build_minutes', quantity: minutes, unit: METERS.build_minutes.unit },
  ];
}
