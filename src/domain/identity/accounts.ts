import { AppError } from '../shared/errors.ts';
import type { DomainEvent } from '../shared/events.ts';
import type { Mailer } from '../shared/mail.ts';
import type { Clock, IdGenerator } from '../shared/ports.ts';
import { keepAccount } from './account-deletion.ts';
import { enterTeam, ownTeamName } from './enter-team.ts';
import type { Member, Session, Tenant, User } from './model.ts';
import { ACCESS_TOKEN_LIFETIME_S, SESSION_LIFETIME_S } from './model.ts';
import type { IdentityStore, PasswordHasher, TokenSigner, TokenVerifier } from './ports.ts';
import type { TeamStore, UserStore } from './team-ports.ts';

export interface AccountDependencies {
  readonly store: IdentityStore;
  readonly users: UserStore;
  readonly teams: TeamStore;
  readonly passwords: PasswordHasher;
  readonly tokens: TokenSigner & TokenVerifier;
  readonly mailer: Mailer;
  readonly clock: Clock;
  readonly ids: IdGenerator;
}

/** The answer to register, login and refresh, as the brief names its fields. */
export interface TokenPair {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
  readonly token_type: 'Bearer';
}

export interface SignedIn {
  readonly user: Pick<User, 'id' | 'email' | 'name'>;
  readonly tokens: TokenPair;
}

/** Makes a user, a tenant that they own, and a first session.
 *  @throws AppError EMAIL_TAKEN */
export async function register(
  deps: AccountDependencies,
  input: { readonly email: string; readonly password: string; readonly name: string },
): Promise<SignedIn & { readonly tenant: Pick<Tenant, 'id' | 'name'> }> {
  const created_at = deps.clock.now().toISOString();
  const tenant_id = deps.ids.next('ten');
  const user_id = deps.ids.next('usr');
  const tenant: Tenant = {
    id: tenant_id,
    name: ownTeamName(input.name),
    owner_ids: [user_id],
    created_at,
    version: 1,
  };
  const user: User = {
    id: user_id,
    email: input.email,
    name: input.name,
    password_hash: await deps.passwords.hash(input.password),
    home_tenant_id: tenant.id,
    created_at,
    deletes_at: null,
    version: 1,
  };
  const member: Member = {
    tenant_id: tenant.id,
    user_id: user.id,
    email: user.email,
    roles: ['owner'],
    project_ids: null,
    created_at,
    version: 1,
  };
  const session = newSession(deps, member);
  const event: DomainEvent = {
    id: deps.ids.next('evt'),
    type: 'branchline.user.created',
    schema_version: 1,
    tenant_id: tenant.id,
    entity: { id: user.id, version: 1 },
    occurred_at: created_at,
    data: { user_id: user.id },
  };
  await deps.store.createAccount({ user, tenant, member, session, events: [event] });
  return {
    user: publicUser(user),
    tenant: { id: tenant.id, name: tenant.name },
    tokens: await signPair(deps, member, session),
  };
}

/** Signs in with an address and a password. An unknown address answers as a wrong password does, in the same time.
 *  @returns `is_kept` where the account was to be deleted, and is no longer
 *  @throws AppError INVALID_CREDENTIALS */
export async function login(
  deps: AccountDependencies,
  input: { readonly email: string; readonly password: string },
): Promise<SignedIn & { readonly is_kept: boolean }> {
  const user = await deps.store.findUserByEmail(input.email);
  if (user === undefined) {
    await deps.passwords.verifyNothing(input.password);
    throw new AppError('INVALID_CREDENTIALS');
  }
  if (!(await deps.passwords.verify(user.password_hash, input.password))) {
    throw new AppError('INVALID_CREDENTIALS');
  }
  const is_kept = user.deletes_at !== null;
  if (is_kept) await keepAccount(deps, user);
  const member = await enterTeam(deps, user);
  const session = newSession(deps, member);
  await deps.store.createSession(session);
  return { user: publicUser(user), tokens: await signPair(deps, member, session), is_kept };
}

/** Exchanges a refresh token for a new pair. Each may be used once; using one again ends its session (RFC 9700).
 *  @throws AppError INVALID_REFRESH_TOKEN */
export async function refresh(deps: AccountDependencies, refresh_token: string): Promise<TokenPair> {
  const claims = await deps.tokens.verifyRefresh(refresh_token);
  if (claims === undefined) throw new AppError('INVALID_REFRESH_TOKEN');
  const access = await deps.store.loadAccess(claims.tenant_id, claims.sub, claims.sid);
  if (access === undefined || hasEnded(access.session, deps.clock)) {
    throw new AppError('INVALID_REFRESH_TOKEN');
  }
  const rotated: Session = { ...access.session, refresh_token_id: deps.ids.next('tok') };
  if (!(await deps.store.rotateSession(rotated, claims.jti))) {
    await deps.store.deleteSession(access.session);
    throw new AppError('INVALID_REFRESH_TOKEN');
  }
  return signPair(deps, access.member, rotated);
}

/** True once the session's absolute end has passed. */
export function hasEnded(session: Session, clock: Clock): boolean {
  return session.expires_at <= clock.now().toISOString();
}

export function newSession(deps: AccountDependencies, member: Member): Session {
  const now = deps.clock.now();
  return {
    id: deps.ids.next('ses'),
    tenant_id: member.tenant_id,
    user_id: member.user_id,
    refresh_token_id: deps.ids.next('tok'),
    created_at: now.toISOString(),
    expires_at: new Date(now.getTime() + SESSION_LIFETIME_S * 1000).toISOString(),
  };
}

export async function signPair(
  deps: AccountDependencies,
  member: Member,
  session: Session,
): Promise<TokenPair> {
  const subject = { sub: member.user_id, tenant_id: member.tenant_id, sid: session.id };
  const [access_token, refresh_token] = await Promise.all([
    deps.tokens.signAccess({
      ...subject,
      email: member.email,
      roles: member.roles,
      jti: deps.ids.next('tok'),
    }),
    deps.tokens.signRefresh({ ...subject, jti: session.refresh_token_id }),
  ]);
  return { access_token, refresh_token, expires_in: ACCESS_TOKEN_LIFETIME_S, token_type: 'Bearer' };
}

export function publicUser(user: User): SignedIn['user'] {
  return { id: user.id, email: user.email, name: user.name };
}
