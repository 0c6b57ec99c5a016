import type { Principal } from '../access/index.ts';
import { AppError } from '../shared/errors.ts';
import type { Page, PageRequest } from '../shared/page.ts';
import type { Clock } from '../shared/ports.ts';
import type { Session } from './model.ts';
import type { IdentityStore, SessionStore } from './ports.ts';
import { hasEnded } from './sessions.ts';

export interface OwnSessionDependencies {
  readonly store: Pick<IdentityStore, 'deleteSession'>;
  readonly sessions: Pick<SessionStore, 'listSessions' | 'findSession'>;
  readonly clock: Clock;
}

/** A user's own sessions in all of their teams, newest first (ASVS 7.5.2). */
export async function listOwnSessions(
  { sessions, clock }: OwnSessionDependencies,
  principal: Principal,
  page: PageRequest,
): Promise<Page<Session>> {
  const { items, next } = await sessions.listSessions(principal.user_id, page);
  return { items: items.filter((session) => !hasEnded(session, clock)), next };
}

/** Ends one of a user's own sessions; its access tokens are dead at once (ASVS 7.4.1).
 *  @throws AppError SESSION_NOT_FOUND, also for another user's */
export async function endOwnSession(
  { store, sessions, clock }: OwnSessionDependencies,
  principal: Principal,
  session_id: string,
): Promise<void> {
  const session = await sessions.findSession(principal.user_id, session_id);
  if (session === undefined || hasEnded(session, clock)) throw new AppError('SESSION_NOT_FOUND');
  await store.deleteSession(session);
}

/** Ends the session that asks, and with it all of its tokens. */
export async function logOut(
  { store }: Pick<OwnSessionDependencies, 'store'>,
  { tenant_id, user_id, credential }: Principal,
): Promise<void> {
  await store.deleteSession({ tenant_id, user_id, id: credential.id });
}
