import { AppError } from '../shared/errors.ts';
import type { Clock, IdGenerator } from '../shared/ports.ts';
import { sanitizeText } from '../shared/schemas.ts';
import {
  ACCESS_TOKEN_LIFETIME_S,
  MAX_USER_AGENT_CHARACTERS,
  type Member,
  REFRESH_GRACE_S,
  REFRESH_TOKEN_LIFETIME_S,
  SESSION_LIFETIME_S,
  type Session,
} from './model.ts';
import type { IdentityStore, TokenSigner, TokenVerifier } from './ports.ts';

export interface SessionDependencies {
  readonly store: Pick<IdentityStore, 'loadAccess' | 'rotateSession' | 'deleteSession'>;
  readonly tokens: TokenSigner & TokenVerifier;
  readonly clock: Clock;
  readonly ids: IdGenerator;
}

/** Where a request comes from. */
export interface Client {
  readonly ip: string;
  readonly user_agent: string;
}

/** The answer to register, login and refresh, as the brief names its fields. */
export interface TokenPair {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
  readonly token_type: 'Bearer';
}

/** A session that begins now; each sign-in has one of its own (ASVS 7.2.4). */
export function newSession(
  { clock, ids }: Pick<SessionDependencies, 'clock' | 'ids'>,
  member: Pick<Member, 'tenant_id' | 'user_id'>,
  client: Client,
): Session {
  const created_at = clock.now().toISOString();
  return {
    id: ids.next('ses'),
    tenant_id: member.tenant_id,
    user_id: member.user_id,
    refresh_token_id: ids.next('tok'),
    previous_refresh_token_id: null,
    rotated_at: created_at,
    user_agent: sanitizeText(client.user_agent).slice(0, MAX_USER_AGENT_CHARACTERS),
    ip: client.ip,
    created_at,
    expires_at: later(created_at, SESSION_LIFETIME_S),
  };
}

/** Exchanges a refresh token for a new pair. Each may be used once (RFC 9700): using one again ends its session, whoever
 *  did it. A client that lost the answer may repeat its request for {@link REFRESH_GRACE_S} seconds and gets the very same
 *  refresh token, unless that was used already.
 *  @throws AppError INVALID_REFRESH_TOKEN */
export async function refresh(deps: SessionDependencies, refresh_token: string): Promise<TokenPair> {
  const claims = await deps.tokens.verifyRefresh(refresh_token);
  if (claims === undefined) throw new AppError('INVALID_REFRESH_TOKEN');
  const load = () => loadLive(deps, claims.tenant_id, claims.sub, claims.sid);
  let { member, session } = await load();
  if (session.refresh_token_id === claims.jti) {
    const rotated = rotate(deps, session);
    if (await deps.store.rotateSession(rotated, claims.jti)) return signPair(deps, member, rotated);
    // Somebody else was faster by a moment, with this very token: then this is a repetition as any other.
    ({ member, session } = await load());
  }
  if (isWithinGrace(session, claims.jti, deps.clock)) return signPair(deps, member, session);
  await deps.store.deleteSession(session);
  throw new AppError('INVALID_REFRESH_TOKEN');
}

/** True once the session is past its absolute end, or was idle for as long as a refresh token lives (ASVS 7.3.1, 7.3.2). */
export function hasEnded(session: Session, clock: Clock): boolean {
  return sessionEnd(session) <= clock.now().toISOString();
}

/** When a session ends unless it is refreshed; never later than its absolute end, which rotation doesn't move (ASVS 10.4.8). */
export function sessionEnd({ rotated_at, expires_at }: Session): string {
  const idle_end = later(rotated_at, REFRESH_TOKEN_LIFETIME_S);
  return idle_end < expires_at ? idle_end : expires_at;
}

/** The tokens of a session. Its refresh token is the same text each time, until the session is rotated. */
export async function signPair(
  { tokens, ids }: Pick<SessionDependencies, 'tokens' | 'ids'>,
  member: Member,
  session: Session,
): Promise<TokenPair> {
  const subject = { sub: member.user_id, tenant_id: member.tenant_id, sid: session.id };
  const { email, roles } = member;
  const valid = { from: session.rotated_at, until: sessionEnd(session) };
  const [access_token, refresh_token] = await Promise.all([
    tokens.signAccess({ ...subject, email, roles, jti: ids.next('tok') }),
    tokens.signRefresh({ ...subject, jti: session.refresh_token_id }, valid),
  ]);
  return { access_token, refresh_token, expires_in: ACCESS_TOKEN_LIFETIME_S, token_type: 'Bearer' };
}

async function loadLive(
  { store, clock }: SessionDependencies,
  tenant_id: string,
  user_id: string,
  session_id: string,
) {
  const access = await store.loadAccess(tenant_id, user_id, session_id);
  if (access === undefined || hasEnded(access.session, clock)) throw new AppError('INVALID_REFRESH_TOKEN');
  // Whoever was removed and invited again does not get the sessions of their earlier membership back.
  if (access.session.created_at < access.member.created_at) throw new AppError('INVALID_REFRESH_TOKEN');
  return access;
}

function rotate({ clock, ids }: SessionDependencies, session: Session): Session {
  return {
    ...session,
    refresh_token_id: ids.next('tok'),
    previous_refresh_token_id: session.refresh_token_id,
    rotated_at: clock.now().toISOString(),
  };
}

function isWithinGrace(session: Session, token_id: string, clock: Clock): boolean {
  if (session.previous_refresh_token_id !== token_id) return false;
  return clock.now().toISOString() < later(session.rotated_at, REFRESH_GRACE_S);
}

function later(instant: string, seconds: number): string {
  return new Date(Date.parse(instant) + seconds * 1000).toISOString();
}
