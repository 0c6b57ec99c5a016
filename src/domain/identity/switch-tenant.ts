import type { Principal } from '../access/index.ts';
import { AppError } from '../shared/errors.ts';
import type { AccountDependencies } from './accounts.ts';
import type { Session } from './model.ts';
import { type Client, newSession, signPair, type TokenPair } from './sessions.ts';

/** Ends the principal's session in one team and begins one in another, with as much time as the first had left: switching
 *  prolongs nothing (ASVS 7.3.2). No token is handed out before both have happened.
 *  @throws AppError TENANT_NOT_FOUND for any team that the user is no member of, UNAUTHENTICATED when the session has ended
 *  meanwhile */
export async function switchTenant(
  deps: AccountDependencies,
  principal: Principal,
  tenant_id: string,
  client: Client,
): Promise<TokenPair> {
  const { user_id, credential } = principal;
  const [member, access] = await Promise.all([
    deps.store.findMember(tenant_id, user_id),
    deps.store.loadAccess(principal.tenant_id, user_id, credential.id),
  ]);
  if (member === undefined) throw new AppError('TENANT_NOT_FOUND');
  if (access === undefined) throw new AppError('UNAUTHENTICATED');
  const session: Session = { ...newSession(deps, member, client), expires_at: access.session.expires_at };
  await deps.store.createSession(session);
  const tokens = await signPair(deps, member, session);
  await deps.store.deleteSession(access.session);
  return tokens;
}
