import type { Principal } from '../access/index.ts';
import { AppError } from '../shared/errors.ts';
import type { Clock } from '../shared/ports.ts';
import type { ApiToken } from './api-token-model.ts';
import { limitTo } from './api-tokens.ts';
import type { Member } from './model.ts';
import type { ApiTokenCodec, ApiTokenStore, IdentityStore, TokenVerifier } from './ports.ts';
import { hasEnded } from './sessions.ts';

export interface AuthenticationDependencies {
  readonly tokens: TokenVerifier;
  readonly store: Pick<IdentityStore, 'loadAccess'>;
  readonly api_tokens: Pick<ApiTokenStore, 'load' | 'touch'>;
  readonly codec: Pick<ApiTokenCodec, 'read'>;
  readonly clock: Clock;
}

// A write at each use would cost as much as all else that a request does.
const TOUCH_AFTER_MS = 15 * 60_000;

/** Turns a bearer token into a principal: an access token or an API token. Roles come from the member's item, not from
 *  the token, so a change counts at once (ASVS 8.3.2); an ended session kills its access tokens (ASVS 7.4.1), and leaving
 *  the team all of the member's credentials, also after joining again (ASVS 7.4.2).
 *  @param token - the bearer token, or undefined when the request had none
 *  @throws AppError UNAUTHENTICATED */
export async function authenticate(
  deps: AuthenticationDependencies,
  token: string | undefined,
): Promise<Principal> {
  if (token === undefined) throw new AppError('UNAUTHENTICATED');
  const named = deps.codec.read(token);
  if (named !== undefined) return authenticateToken(deps, named.ids, named.secret_hash);
  const claims = await deps.tokens.verifyAccess(token);
  if (claims === undefined) throw new AppError('UNAUTHENTICATED');
  const access = await deps.store.loadAccess(claims.tenant_id, claims.sub, claims.sid);
  if (access === undefined || hasEnded(access.session, deps.clock)) throw new AppError('UNAUTHENTICATED');
  demandMembership(access.member, access.session);
  return {
    ...identityOf(access.member),
    credential: { kind: 'session', id: claims.sid },
    scopes: null,
    project_ids: access.member.project_ids,
    environment: null,
  };
}

async function authenticateToken(
  deps: Pick<AuthenticationDependencies, 'api_tokens' | 'clock'>,
  [tenant_id, user_id, id]: readonly [string, string, string],
  secret_hash: string,
): Promise<Principal> {
  const access = await deps.api_tokens.load(tenant_id, user_id, id);
  // Hashes of 32 random bytes: how long they take to compare tells nothing of the bytes.
  if (access?.token.secret_hash !== secret_hash) throw new AppError('UNAUTHENTICATED');
  const { member, token } = access;
  const now = deps.clock.now();
  if (token.expires_at <= now.toISOString()) throw new AppError('UNAUTHENTICATED');
  demandMembership(member, token);
  if (isStale(token, now)) await deps.api_tokens.touch(token, now.toISOString());
  return {
    ...identityOf(member),
    credential: { kind: 'token', id: token.id },
    scopes: token.scopes,
    ...limitTo(member, token.project_id),
    environment: token.environment,
  };
}

/** A credential that is older than its membership belongs to an earlier one. */
function demandMembership(member: Member, credential: { readonly created_at: string }): void {
  if (credential.created_at < member.created_at) throw new AppError('UNAUTHENTICATED');
}

function identityOf({ tenant_id, user_id, email, roles }: Member) {
  return { tenant_id, user_id, email, roles };
}

function isStale({ last_used_at }: ApiToken, now: Date): boolean {
  return last_used_at === null || now.getTime() - Date.parse(last_used_at) >= TOUCH_AFTER_MS;
}
