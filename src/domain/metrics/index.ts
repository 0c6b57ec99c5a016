export type { DeploymentMetrics, MetricsStore } from './metrics.ts';
export { createMetricsConsumer, readProjectMetrics } from './metrics.ts';
export type { DayTotals, ProjectMetrics } from './model.ts';
export { PLAN, summarize } from './model.ts';
