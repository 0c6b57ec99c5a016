import type * as z from 'zod';
import type { CursorCodec } from '../../src/contracts/http/cursor.ts';
import type { publicKeySchema } from '../../src/contracts/http/routes/meta.ts';
import type { Principal } from '../../src/domain/access/index.ts';
import type { UsageStore } from '../../src/domain/billing/index.ts';
import type { DeploymentDependencies, DeploymentStore } from '../../src/domain/deployments/index.ts';
import type {
  AccountDependencies,
  ApiTokenDependencies,
  AuthenticationDependencies,
  InvitationDependencies,
  SignInGuard,
  TeamDependencies,
} from '../../src/domain/identity/index.ts';
import type { RateSubject } from '../../src/domain/limits/index.ts';
import type { MetricsStore } from '../../src/domain/metrics/index.ts';
import type { ProjectDependencies } from '../../src/domain/projects/index.ts';
import type { Clock, Logger, Tracer } from '../../src/domain/shared/ports.ts';
import type { IdempotencyStore } from './idempotency.ts';

/** Counts requests in the brief's families. */
export interface HttpMetrics {
  observeRequest(
    labels: { readonly method: string; readonly endpoint: string; readonly status: number },
    seconds: number,
  ): void;
}

/** The verdict on one request. */
export interface RateDecision {
  readonly allowed: boolean;
  /** Requests a minute; 0 when there is no limit. */
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until another request is allowed, or the bucket is full again. */
  readonly reset_s: number;
}

export interface RateLimiter {
  /** Counts one request of a subject's. */
  take(subject: RateSubject): Promise<RateDecision>;
}

/** What every HTTP function needs, whatever its resource. */
export interface RuntimeDependencies {
  readonly authentication: AuthenticationDependencies;
  readonly limiter: RateLimiter;
  readonly idempotency: IdempotencyStore;
  readonly logger: Logger;
  readonly tracer: Tracer;
  readonly http_metrics: HttpMetrics;
  /** Origins that browsers may call from. */
  readonly allowed_origins: readonly string[];
  /** Milliseconds of a monotonic clock, for durations. */
  readonly monotonic_ms: () => number;
}

/** All that the HTTP functions together need. */
export interface ApiDependencies extends RuntimeDependencies {
  readonly accounts: AccountDependencies;
  readonly api_tokens: ApiTokenDependencies;
  readonly sign_in: SignInGuard;
  readonly team: TeamDependencies;
  readonly invitations: InvitationDependencies;
  readonly projects: ProjectDependencies;
  readonly deployments: DeploymentDependencies;
  /** For the latest deployments of listed projects. */
  readonly recent: Pick<DeploymentStore, 'listRecent'>;
  readonly metrics: MetricsStore;
  readonly usage: UsageStore;
  readonly clock: Clock;
  readonly cursors: CursorCodec;
  /** The public keys as RFC 7517 writes them. */
  readonly readKeySet: () => Promise<readonly z.infer<typeof publicKeySchema>[]>;
}

/** What every function needs, and its own part: so a bundle holds nothing that its function doesn't use. */
export type DependenciesFor<Part extends keyof ApiDependencies> = RuntimeDependencies &
  Pick<ApiDependencies, Part>;

/** Scope of a list's cursors: it fits this tenant, this list and these filters alone. */
export function cursorScope(principal: Principal, list: string, filter: object = {}): string {
  return JSON.stringify([principal.tenant_id, list, filter]);
}
