import type { Principal } from '../access/index.ts';
import { AppError } from '../shared/errors.ts';
import { repeatOnConflict } from './members.ts';
import type { Session } from './model.ts';
import type { CredentialStore, IdentityStore } from './ports.ts';
import { type Client, newSession, type SessionDependencies, signPair, type TokenPair } from './sessions.ts';

interface SwitchDependencies extends SessionDependencies {
  readonly store: SessionDependencies['store'] & Pick<IdentityStore, 'findMember'>;
  readonly credentials: Pick<CredentialStore, 'findUser' | 'beginSession'>;
}

/** Ends the principal's session in one team and begins one in another, with as much time as the first had left: switching
 *  prolongs nothing (ASVS 7.3.2). No token is handed out before both have happened.
 *  @throws AppError TENANT_NOT_FOUND for any team that the user is no member of; UNAUTHENTICATED when the session has ended
 *  meanwhile; WRITE_CONFLICT */
export async function switchTenant(
  deps: SwitchDependencies,
  principal: Principal,
  tenant_id: string,
  client: Client,
): Promise<TokenPair> {
  const { user_id, credential } = principal;
  return repeatOnConflict(async () => {
    // First: whatever ends all sessions changes the user before it is done, and then none begins for who was read here.
    const user = await deps.credentials.findUser(user_id);
    const [member, access] = await Promise.all([
      deps.store.findMember(tenant_id, user_id),
      deps.store.loadAccess(principal.tenant_id, user_id, credential.id),
    ]);
    if (member === undefined) throw new AppError('TENANT_NOT_FOUND');
    if (user === undefined || access === undefined) throw new AppError('UNAUTHENTICATED');
    const { expires_at } = access.session;
    const session: Session = { ...newSession(deps, member, client), expires_at };
    if (!(await deps.credentials.beginSession(user, session))) throw new AppError('WRITE_CONFLICT');
    const tokens = await signPair(deps, member, session);
    await deps.store.deleteSession(access.session);
    return tokens;
  });
}
