import { AppError } from '../shared/errors.ts';
import { keepAccount } from './account-deletion.ts';
import { enterTeam, ownTeamName } from './enter-team.ts';
import type { Member, Tenant, User } from './model.ts';
import type { PasswordResetDependencies } from './password-reset.ts';
import { demandUncommon } from './passwords.ts';
import type { IdentityStore, SessionStore } from './ports.ts';
import { type Client, newSession, type SessionDependencies, signPair, type TokenPair } from './sessions.ts';
import type { TeamStore, UserStore } from './team-ports.ts';
import { tell } from './tell.ts';

export interface AccountDependencies extends SessionDependencies, PasswordResetDependencies {
  readonly store: IdentityStore;
  readonly sessions: SessionStore;
  readonly users: UserStore;
  readonly teams: TeamStore;
}

export interface SignedIn {
  readonly user: Pick<User, 'id' | 'email' | 'name'>;
  readonly tokens: TokenPair;
}

/** Makes a user, a tenant that they own, and a first session.
 *  @throws AppError EMAIL_TAKEN, PASSWORD_TOO_COMMON */
export async function register(
  deps: AccountDependencies,
  input: { readonly email: string; readonly password: string; readonly name: string },
  client: Client,
): Promise<SignedIn & { readonly tenant: Pick<Tenant, 'id' | 'name'> }> {
  demandUncommon(deps.common_passwords, input.password, input.email, 'password');
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
  const session = newSession(deps, member, client);
  const entity = { id: user.id, version: 1 };
  const event = tell(deps, 'branchline.user.created', tenant.id, entity, { user_id: user.id });
  await deps.store.createAccount({ user, tenant, member, session, events: [event] });
  return {
    user: publicUser(user),
    tenant: { id: tenant.id, name: tenant.name },
    tokens: await signPair(deps, member, session),
  };
}

// Each but the first follows a change of the user in the very moment of their sign-in.
const SIGN_IN_ATTEMPTS = 3;

/** Signs in with an address and a password. An unknown address answers as a wrong password does, in the same time. A hash
 *  with outdated parameters is made anew, now that its password is known.
 *  @returns `is_kept` where the account was to be deleted, and is no longer
 *  @throws AppError INVALID_CREDENTIALS, SERVICE_UNAVAILABLE */
export async function login(
  deps: AccountDependencies,
  input: { readonly email: string; readonly password: string },
  client: Client,
): Promise<SignedIn & { readonly is_kept: boolean }> {
  let is_kept = false;
  for (let attempt = 1; attempt <= SIGN_IN_ATTEMPTS; attempt += 1) {
    const found = await rehash(deps, await verifyCredentials(deps, input), input.password);
    is_kept ||= found.deletes_at !== null;
    const { user, member } = await enterTeam(deps, await keepAccount(deps, found));
    // Whoever was read since may have another password.
    if (user.password_hash !== found.password_hash) continue;
    const session = newSession(deps, member, client);
    if (await deps.credentials.beginSession(user, session)) {
      return { user: publicUser(user), tokens: await signPair(deps, member, session), is_kept };
    }
  }
  throw new AppError('SERVICE_UNAVAILABLE', { retry_after_s: 1 });
}

async function verifyCredentials(
  { store, passwords }: Pick<AccountDependencies, 'store' | 'passwords'>,
  { email, password }: { readonly email: string; readonly password: string },
): Promise<User> {
  const user = await store.findUserByEmail(email);
  if (user === undefined) await passwords.verifyNothing(password);
  if (user === undefined || !(await passwords.verify(user.password_hash, password))) {
    throw new AppError('INVALID_CREDENTIALS');
  }
  return user;
}

/** @returns the user as they are now */
async function rehash(
  { passwords, credentials }: Pick<AccountDependencies, 'passwords' | 'credentials'>,
  user: User,
  password: string,
): Promise<User> {
  if (!passwords.isOutdated(user.password_hash)) return user;
  const password_hash = await passwords.hash(password);
  const is_done = await credentials.rehash(user, password_hash);
  return is_done ? { ...user, password_hash, version: user.version + 1 } : user;
}

/** A user as an answer shows them. */
export function publicUser(user: User): SignedIn['user'] {
  return { id: user.id, email: user.email, name: user.name };
}
