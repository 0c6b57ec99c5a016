import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { apiTokenCodec } from '../../../src/adapters/identity/api-token-codec.ts';
import type { VerificationKeys } from '../../../src/adapters/identity/signing-keys.ts';
import { createTokenVerifier } from '../../../src/adapters/identity/token-verifier.ts';
import { createApiTokenStore } from '../../../src/adapters/stores/api-token-store.ts';
import { createBucketStore } from '../../../src/adapters/stores/bucket-store.ts';
import { createIdempotencyStore } from '../../../src/adapters/stores/idempotency-store.ts';
import { createIdentityStore } from '../../../src/adapters/stores/identity-store.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { createLogger } from '../../../src/adapters/system/logger.ts';
import { createMemoryBuckets } from '../../../src/adapters/system/memory-buckets.ts';
import type { Table } from '../../../src/adapters/table/port.ts';
import { createTracer } from '../../../src/adapters/telemetry/tracer.ts';
import { type BucketStore, readLimits } from '../../../src/domain/limits/index.ts';
import type { RuntimeDependencies } from '../dependencies.ts';
import { createRateLimiter } from '../rate-limiter.ts';
import { logLevel, rateLimit } from './environment.ts';
import { createEmfHttpMetrics } from './http-metrics.ts';

/** What every HTTP function needs, on AWS.
 *  @param table - as its privilege allows
 *  @param keys - what verifies its callers' tokens */
export function createApiRuntime(table: Table, keys: VerificationKeys): RuntimeDependencies {
  const clock = systemClock;
  return {
    ...createSurroundings(createBucketStore(table, clock)),
    authentication: {
      tokens: createTokenVerifier(keys, clock),
      store: createIdentityStore(table),
      api_tokens: createApiTokenStore(table),
      codec: apiTokenCodec,
      clock,
    },
    idempotency: createIdempotencyStore(table, clock),
  };
}

/** For a function that has public routes alone and reaches no table: nobody can sign in to it. */
export function createPublicRuntime(): RuntimeDependencies {
  const nobody = async () => undefined;
  return {
    ...createSurroundings(createMemoryBuckets(systemClock)),
    authentication: {
      tokens: { verifyAccess: nobody, verifyRefresh: nobody },
      store: { loadAccess: nobody },
      api_tokens: { load: nobody, touch: refuse },
      codec: { read: () => undefined },
      clock: systemClock,
    },
    idempotency: { begin: refuse, finish: refuse, release: refuse },
  };
}

function createSurroundings(
  buckets: BucketStore,
): Omit<RuntimeDependencies, 'authentication' | 'idempotency'> {
  const logger = createLogger(logLevel());
  return {
    limiter: createRateLimiter({ limits: readLimits(rateLimit()), buckets, clock: systemClock, logger }),
    logger,
    tracer: createTracer(process.env),
    http_metrics: createEmfHttpMetrics(),
    allowed_origins: [],
    monotonic_ms: () => performance.now(),
  };
}

async function refuse(): Promise<never> {
  throw new Error('This function has no table');
}
