/** One measured figure beside its limit. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ratio' | 'ms' | 'MB' | 'round trips' | 'read units' | 'write units' | 'transitions' | 'USD';
  /** Left out where no document sets one. */
  readonly limit?: { readonly at_least: number } | { readonly at_most: number };
  readonly ok: boolean;
  /** What it was computed from. */
  readonly from: Readonly<Record<string, number>>;
}

/** @param value - as it was measured; rounded to two decimals for people */
export function figure(
  name: string,
  unit: Figure['unit'],
  value: number,
  limit: Figure['limit'],
  from: Readonly<Record<string, number>>,
): Figure {
  const rest = { name, unit, value: round(value), from: mapValues(from, round) };
  if (limit === undefined) return { ...rest, ok: true };
  const ok = 'at_least' in limit ? value >= limit.at_least : value <= limit.at_most;
  return { ...rest, limit, ok };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** A short table for people. */
export function formatTable(figures: readonly Figure[]): string {
  const rows = figures.map((entry) => [
    entry.ok ? 'ok' : 'MISSED',
    `${entry.value} ${entry.unit}`,
    describeLimit(entry.limit),
    entry.name,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
}

function describeLimit(limit: Figure['limit']): string {
  if (limit === undefined) return '';
  return 'at_least' in limit ? `>= ${limit.at_least}` : `<= ${limit.at_most}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function mapValues(
  values: Readonly<Record<string, number>>,
  change: (value: number) => number,
): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}
