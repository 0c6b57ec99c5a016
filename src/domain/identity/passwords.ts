import type { Principal } from '../access/index.ts';
import { AppError } from '../shared/errors.ts';
import type { CommonPasswords, CredentialStore, PasswordHasher, SessionStore } from './ports.ts';

export interface PasswordDependencies {
  readonly credentials: CredentialStore;
  readonly sessions: Pick<SessionStore, 'endSessions'>;
  readonly passwords: PasswordHasher;
  readonly common_passwords: CommonPasswords;
}

/** Refuses a password that would be guessed first: a common one, or the user's own address, in whatever case.
 *  @param field - the body's, for the error
 *  @throws AppError PASSWORD_TOO_COMMON */
export function demandUncommon(
  common_passwords: CommonPasswords,
  password: string,
  email: string,
  field: string,
): void {
  if (!common_passwords.has(password) && password.toLowerCase() !== email) return;
  const problem = { pointer: `/${field}`, detail: 'is among the first that anybody would guess' };
  throw new AppError('PASSWORD_TOO_COMMON', { problems: [problem] });
}

/** Gives a user who is signed in another password, and ends all of their other sessions in every team (ASVS 7.4.3).
 *  @throws AppError INVALID_CREDENTIALS, PASSWORD_TOO_COMMON, WRITE_CONFLICT */
export async function changePassword(
  deps: PasswordDependencies,
  { user_id, tenant_id, credential }: Principal,
  input: { readonly current_password: string; readonly new_password: string },
): Promise<void> {
  const user = await deps.credentials.findUser(user_id);
  if (user === undefined || !(await deps.passwords.verify(user.password_hash, input.current_password))) {
    throw new AppError('INVALID_CREDENTIALS', { detail: 'The current password is wrong.' });
  }
  demandUncommon(deps.common_passwords, input.new_password, user.email, 'new_password');
  const password_hash = await deps.passwords.hash(input.new_password);
  await replacePassword(deps.sessions, user_id, credential.id, () =>
    deps.credentials.changePassword(user, password_hash, { tenant_id, id: credential.id }),
  );
}

/** Replaces a password and ends sessions, before it and after it: should the process die between the two, then no session
 *  outlives the password that it began with, and one that began meanwhile with the old password ends too.
 *  @param kept_id - the session that stays, if any
 *  @param replace - false when somebody else was faster
 *  @throws AppError WRITE_CONFLICT */
export async function replacePassword(
  sessions: Pick<SessionStore, 'endSessions'>,
  user_id: string,
  kept_id: string | undefined,
  replace: () => Promise<boolean>,
): Promise<void> {
  await sessions.endSessions(user_id, kept_id);
  if (!(await replace())) throw new AppError('WRITE_CONFLICT');
  await sessions.endSessions(user_id, kept_id);
}
