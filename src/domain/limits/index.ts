export type { Bucket, BucketStore, Lease } from './bucket.ts';
export { fillingTimeMs, leaseFrom, leaseSizes, refill } from './bucket.ts';
export type { Limits, RateLimit, RateSubject, SignInLimits } from './model.ts';
export { limitOf, readLimits } from './model.ts';
export { networkOf } from './network.ts';
