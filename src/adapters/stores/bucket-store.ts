import {
  type Bucket,
  type BucketStore,
  fillingTimeMs,
  type Lease,
  leaseFrom,
  type RateLimit,
  type RateSubject,
} from '../../domain/limits/index.ts';
import { AppError } from '../../domain/shared/errors.ts';
import type { Clock } from '../../domain/shared/ports.ts';
import { ConditionFailedError, type Item, type Key, type PutWrite, type Table } from '../table/port.ts';
import { keys } from './keys.ts';

// A conflict means that another instance got its lease, and a minute has fifty of them.
const MAX_ATTEMPTS = 5;
// Clocks differ a little, and an item may vanish as soon as its time has come.
const KEPT_LONGER_MS = 60_000;

/** Rate limiters' buckets on the Table port: a read and a conditional write a lease. A principal's lies among its tenant's
 *  items; an address's in the directory, as no tenant is known yet. */
export function createBucketStore(table: Table, clock: Clock): BucketStore {
  const tryLease = async (key: Key, limit: RateLimit, wanted: number, attempts: number): Promise<Lease> => {
    const now_ms = clock.now().getTime();
    const item = await table.get(key);
    const lease = leaseFrom(toBucket(item), limit, wanted, now_ms);
    if (lease.granted === 0) return lease;
    try {
      await table.write(putBucket(key, item, lease.bucket, limit));
      return lease;
    } catch (error) {
      if (!(error instanceof ConditionFailedError)) throw error;
      if (attempts === 1) throw new AppError('WRITE_CONFLICT', { cause: error });
      return tryLease(key, limit, wanted, attempts - 1);
    }
  };
  return { lease: (subject, limit, wanted) => tryLease(keyOf(subject), limit, wanted, MAX_ATTEMPTS) };
}

function keyOf(subject: RateSubject): Key {
  if (subject.kind === 'address') return keys.addressBucket(subject.address);
  return keys.principalBucket(subject.tenant_id, subject.user_id);
}

function toBucket(item: Item | undefined): Bucket | undefined {
  if (item === undefined) return undefined;
  const { tokens, filled_at_ms } = item.attributes;
  return { tokens: Number(tokens), filled_at_ms: Number(filled_at_ms) };
}

/** Replaces what was read and nothing newer. The item may go once the bucket would be full, which is what its absence
 *  means. */
function putBucket(key: Key, read: Item | undefined, bucket: Bucket, limit: RateLimit): PutWrite {
  const version = Number(read?.attributes['version'] ?? 0);
  const full_at_ms = bucket.filled_at_ms + fillingTimeMs(limit, limit.burst - bucket.tokens);
  return {
    kind: 'put',
    item: {
      key,
      attributes: { ...bucket, version: version + 1 },
      expires_at_s: Math.ceil((full_at_ms + KEPT_LONGER_MS) / 1000),
    },
    condition:
      read === undefined ? { kind: 'absent' } : { kind: 'equals', attribute: 'version', value: version },
  };
}
