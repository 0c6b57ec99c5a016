import type { Principal } from '../access/index.ts';
import { AppError } from '../shared/errors.ts';
import type { Clock } from '../shared/ports.ts';
import type { IdentityStore, TokenVerifier } from './ports.ts';
import { hasEnded } from './sessions.ts';

export interface AuthenticationDependencies {
  readonly tokens: TokenVerifier;
  readonly store: Pick<IdentityStore, 'loadAccess'>;
  readonly clock: Clock;
}

/** Turns an access token into a principal. Roles come from the member's item, not from the token, so a change counts
 *  at once (ASVS 8.3.2), and an ended session kills its access tokens (ASVS 7.4.1).
 *  @param token - the bearer token, or undefined when the request had none
 *  @throws AppError UNAUTHENTICATED */
export async function authenticate(
  deps: AuthenticationDependencies,
  token: string | undefined,
): Promise<Principal> {
  if (token === undefined) throw new AppError('UNAUTHENTICATED');
  const claims = await deps.tokens.verifyAccess(token);
  if (claims === undefined) throw new AppError('UNAUTHENTICATED');
  const access = await deps.store.loadAccess(claims.tenant_id, claims.sub, claims.sid);
  if (access === undefined || hasEnded(access.session, deps.clock)) throw new AppError('UNAUTHENTICATED');
  return {
    user_id: claims.sub,
    tenant_id: claims.tenant_id,
    email: access.member.email,
    roles: access.member.roles,
    credential: { kind: 'session', id: claims.sid },
    scopes: null,
    project_ids: access.member.project_ids,
    environment: null,
  };
}
