import { AppError } from '../shared/errors.ts';
import type { Mail, Mailer } from '../shared/mail.ts';
import type { Clock } from '../shared/ports.ts';
import { NOBODY_ID, PASSWORD_RESET_LIFETIME_S } from './model.ts';
import { demandUncommon, type PasswordDependencies, replacePassword } from './passwords.ts';
import type { IdentityStore, OneTimeSecrets, PasswordResetStore } from './ports.ts';

export interface PasswordResetDependencies extends PasswordDependencies {
  readonly store: Pick<IdentityStore, 'findUserByEmail'>;
  readonly resets: PasswordResetStore;
  readonly secrets: OneTimeSecrets;
  readonly mailer: Mailer;
  readonly clock: Clock;
}

/** Mails a token by which the password can be reset once, within an hour; an earlier one is void. An unknown address takes
 *  the same steps, and its mail goes to nobody, so that neither answer nor time tells which addresses are known. */
export async function requestPasswordReset(deps: PasswordResetDependencies, email: string): Promise<void> {
  const user = await deps.store.findUserByEmail(email);
  const user_id = user?.id ?? NOBODY_ID;
  const secret = deps.secrets.create();
  const expires_ms = deps.clock.now().getTime() + PASSWORD_RESET_LIFETIME_S * 1000;
  await deps.resets.putReset({
    user_id,
    secret_hash: deps.secrets.hash(secret),
    expires_at: new Date(expires_ms).toISOString(),
  });
  await deps.mailer.send(resetMail(user?.email ?? null, toToken(user_id, secret)));
}

/** Sets another password by a token that was mailed, and ends all of the user's sessions in every team.
 *  @throws AppError INVALID_RESET_TOKEN, PASSWORD_TOO_COMMON, WRITE_CONFLICT */
export async function confirmPasswordReset(
  deps: PasswordResetDependencies,
  input: { readonly token: string; readonly new_password: string },
): Promise<void> {
  const { user_id, secret } = readToken(input.token);
  const [reset, user] = await Promise.all([
    deps.resets.findReset(user_id),
    deps.credentials.findUser(user_id),
  ]);
  if (reset === undefined || user === undefined || reset.secret_hash !== deps.secrets.hash(secret)) {
    throw new AppError('INVALID_RESET_TOKEN');
  }
  if (reset.expires_at <= deps.clock.now().toISOString()) throw new AppError('INVALID_RESET_TOKEN');
  demandUncommon(deps.common_passwords, input.new_password, user.email, 'new_password');
  const password_hash = await deps.passwords.hash(input.new_password);
  await replacePassword(deps.sessions, user_id, undefined, () =>
    deps.resets.resetPassword(user, password_hash, reset),
  );
}

const ID_PREFIX = 'usr_';
const TOKEN = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]{43})$/;

/** Whose it is, so that the reset is found, and the secret. */
function toToken(user_id: string, secret: string): string {
  return `${user_id.slice(ID_PREFIX.length)}.${secret}`;
}

function readToken(token: string): { readonly user_id: string; readonly secret: string } {
  const [, id, secret] = TOKEN.exec(token) ?? [];
  if (id === undefined || secret === undefined) throw new AppError('INVALID_RESET_TOKEN');
  return { user_id: `${ID_PREFIX}${id}`, secret };
}

function resetMail(to: string | null, token: string): Mail {
  const text = [
    'Somebody, hopefully you, asked to reset the password of your Branchline account.',
    '',
    'Within an hour, send this token with your new password to POST /api/v1/auth/password/reset/confirm:',
    '',
    token,
    '',
    'It is good once, and ends all of your sessions. If it wasn’t you, do nothing: your password stays as it is.',
    '',
  ];
  return { to, subject: 'Reset your Branchline password', text: text.join('\n') };
}
