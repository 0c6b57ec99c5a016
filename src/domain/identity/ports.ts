import type { DomainEvent } from '../shared/events.ts';
import type { Page, PageRequest } from '../shared/page.ts';
import type { IdPrefix } from '../shared/ports.ts';
import type { ApiToken } from './api-token-model.ts';
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
  signRefresh(claims: Omit<RefreshClaims, 'exp'>): Promise<string>;
}

export interface TokenVerifier {
  /** @returns undefined for any token that is not a valid access token now */
  verifyAccess(token: string): Promise<AccessClaims | undefined>;
  verifyRefresh(token: string): Promise<RefreshClaims | undefined>;
}
