import { LRUCache } from 'lru-cache';
import { type Bucket, type BucketStore, leaseFrom, type RateSubject } from '../../domain/limits/index.ts';
import type { Clock } from '../../domain/shared/ports.ts';

const MAX_SUBJECTS = 10_000;

/** Rate limiters' buckets in this process's memory, for where one process answers everything. A subject that is forgotten
 *  for others begins with a full bucket. */
export function createMemoryBuckets(clock: Clock): BucketStore {
  const buckets = new LRUCache<string, Bucket>({ max: MAX_SUBJECTS });
  return {
    async lease(subject, limit, wanted) {
      const name = nameOf(subject);
      const lease = leaseFrom(buckets.get(name), limit, wanted, clock.now().getTime());
      if (lease.granted > 0) buckets.set(name, lease.bucket);
      return lease;
    },
  };
}

function nameOf(subject: RateSubject): string {
  return JSON.stringify(
    subject.kind === 'address' ? [subject.address] : [subject.tenant_id, subject.user_id],
  );
}
