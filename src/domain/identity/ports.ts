import type { DomainEvent } from '../shared/events.ts';
import type { Page, PageRequest } from '../shared/page.ts';
import type { AccessClaims, Member, RefreshClaims, Session, Tenant, User } from './model.ts';

export interface NewAccount {
  readonly user: User;
  readonly tenant: Tenant;
  readonly member: Member;
  readonly session: Session;
  readonly events: readonly DomainEvent[];
}

/** Accounts, members and sessions. */
export interface IdentityStore {
  /** All or nothing. @throws AppError EMAIL_TAKEN */
  createAccount(account: NewAccount): Promise<void>;
  findUserByEmail(email: string): Promise<User | undefined>;
  findMember(tenant_id: string, user_id: string): Promise<Member | undefined>;
  createSession(session: Session): Promise<void>;
  /** Replaces the refresh token of a session, only while `expected_token_id` is the current one.
   *  @returns false when it no longer is (reuse), or the session has ended */
  rotateSession(session: Session, expected_token_id: string): Promise<boolean>;
  deleteSession(session: Pick<Session, 'tenant_id' | 'user_id' | 'id'>): Promise<void>;
  /** Member and session in one round trip, so that a changed role or a logout counts at once. */
  loadAccess(
    tenant_id: string,
    user_id: string,
    session_id: string,
  ): Promise<{ readonly member: Member; readonly session: Session } | undefined>;
}

/** A user's sessions, whichever of their teams each is in. */
export interface SessionStore {
  /** Newest first; a page may hold fewer than `limit` though more follow. Sessions that have ended may still be among them. */
  listSessions(user_id: string, page: PageRequest): Promise<Page<Session>>;
  findSession(user_id: string, session_id: string): Promise<Session | undefined>;
  /** Deletes all sessions of a user, in every team. @param except_id - of the one that stays */
  endSessions(user_id: string, except_id?: string): Promise<void>;
}

/** Slow, salted hashing off the event loop. */
export interface PasswordHasher {
  /** A PHC string. */
  hash(password: string): Promise<string>;
  verify(phc: string, password: string): Promise<boolean>;
  /** Takes as long as {@link verify}, so that an unknown address can't be told by time (ASVS 6.3.8). */
  verifyNothing(password: string): Promise<void>;
}

export interface TokenSigner {
  signAccess(claims: Omit<AccessClaims, 'exp'>): Promise<string>;
  /** The same claims and times always give the very same text, so that it need not be kept.
   *  @param valid - ISO 8601 */
  signRefresh(
    claims: Omit<RefreshClaims, 'exp'>,
    valid: { readonly from: string; readonly until: string },
  ): Promise<string>;
}

export interface TokenVerifier {
  /** @returns undefined for any token that is not a valid access token now */
  verifyAccess(token: string): Promise<AccessClaims | undefined>;
  verifyRefresh(token: string): Promise<RefreshClaims | undefined>;
}
