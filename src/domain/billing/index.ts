export type { UsageStore } from './billing.ts';
export { createBillingConsumer, readUsage } from './billing.ts';
export type { UsageLine, UsageTotals } from './model.ts';
export { METERS, meterSchema, monthSchema, toUsageLines } from './model.ts';
