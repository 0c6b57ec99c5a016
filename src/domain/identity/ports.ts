import type { DomainEvent } from '../shared/events.ts';
import type { Page, PageRequest } from '../shared/page.ts';
import type { IdPrefix } from '../shared/ports.ts';
import type { ApiToken } from './api-token-model.ts';
import type { AccessClaims, Member, PasswordReset, RefreshClaims, Session, Tenant, User } from './model.ts';

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

/** API tokens of one member of one team. */
export interface ApiTokenStore {
  create(token: ApiToken, event: DomainEvent): Promise<void>;
  /** Newest first. */
  list(tenant_id: string, user_id: string, page: PageRequest): Promise<Page<ApiToken>>;
  /** The token and its owner's member in one round trip, so that a revocation or a changed role counts at once. */
  load(
    tenant_id: string,
    user_id: string,
    id: string,
  ): Promise<{ readonly member: Member; readonly token: ApiToken } | undefined>;
  /** Notes when it was used; a token that is gone stays so. */
  touch(token: ApiToken, last_used_at: string): Promise<void>;
  /** Done also when it is gone already. */
  remove(token: ApiToken, event: DomainEvent): Promise<void>;
}

/** Tokens of one kind as people hand them on: what they belong to, and random bytes of which only a hash is stored. */
export interface SecretTokens<K extends readonly IdPrefix[]> {
  /** @param ids - of what it belongs to */
  create(ids: { readonly [I in keyof K]: string }): { readonly text: string; readonly secret_hash: string };
  /** @returns undefined for any other text */
  read(
    text: string,
  ): { readonly ids: { readonly [I in keyof K]: string }; readonly secret_hash: string } | undefined;
}

/** Texts of API tokens: they name their tenant, their owner and themselves. */
export type ApiTokenCodec = SecretTokens<readonly ['ten', 'usr', 'key']>;

/** A user's sessions, whichever of their teams each is in. */
export interface SessionStore {
  /** Newest first; a page may hold fewer than `limit` though more follow. Sessions that have ended may still be among them. */
  listSessions(user_id: string, page: PageRequest): Promise<Page<Session>>;
  findSession(user_id: string, session_id: string): Promise<Session | undefined>;
  /** Deletes all sessions of a user, in every team. @param except_id - of the one that stays */
  endSessions(user_id: string, except_id?: string): Promise<void>;
}

/** What a user signs in with. A change is made only to the very version of the user that was read. */
export interface CredentialStore {
  findUser(user_id: string): Promise<User | undefined>;
  /** Begins a session, unless its user changed since they were read: another password may be theirs by now.
   *  @returns false when they did */
  beginSession(user: User, session: Session): Promise<boolean>;
  /** Puts another hash of the same password in the place of the old one. @returns false when the user changed meanwhile */
  rehash(user: User, password_hash: string): Promise<boolean>;
  /** Changes the password, while the session that asks is there, and forgets what the user could reset it with.
   *  @returns false when the user changed meanwhile, or the session ended */
  changePassword(
    user: User,
    password_hash: string,
    session: Pick<Session, 'tenant_id' | 'id'>,
  ): Promise<boolean>;
}

/** Resets of passwords. */
export interface PasswordResetStore {
  /** Replaces the user's earlier one. */
  putReset(reset: PasswordReset): Promise<void>;
  findReset(user_id: string): Promise<PasswordReset | undefined>;
  /** Changes the password and uses the reset up, together. @returns false when either changed meanwhile */
  resetPassword(user: User, password_hash: string, reset: PasswordReset): Promise<boolean>;
}

/** Secrets that are shown once, and then known by their hash alone. */
export interface OneTimeSecrets {
  /** 43 characters of A-Z, a-z, 0-9, `-` and `_`, which nobody can guess. */
  create(): string;
  hash(secret: string): string;
}

/** Passwords that are tried first by whoever guesses (ASVS 6.2.4). */
export interface CommonPasswords {
  has(password: string): boolean;
}

/** Slow, salted hashing off the event loop. All of it refuses with AppError SERVICE_UNAVAILABLE when too many wait. */
export interface PasswordHasher {
  /** A PHC string. */
  hash(password: string): Promise<string>;
  verify(phc: string, password: string): Promise<boolean>;
  /** Whether a hash was made with other parameters than new ones are, so that it is to be made anew. */
  isOutdated(phc: string): boolean;
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
