export type { AccountDependencies, SignedIn } from './accounts.ts';
export { login, register } from './accounts.ts';
export type { ApiToken } from './api-token-model.ts';
export { apiTokenSchema, tokenNameSchema } from './api-token-model.ts';
export type { ApiTokenDependencies } from './api-tokens.ts';
export { createApiToken, listApiTokens, revokeApiToken } from './api-tokens.ts';
export type { AuthenticationDependencies } from './authenticate.ts';
export { authenticate } from './authenticate.ts';
export { IDENTITY_EVENTS } from './events.ts';
export type { KeyPlan, KeyTimes } from './key-rotation.ts';
export { KEY_LEAD_S, KEY_RETENTION_S, planKeys, signerAt } from './key-rotation.ts';
export type { AccessClaims, Member, PasswordReset, RefreshClaims, Session, Tenant, User } from './model.ts';
export {
  ACCESS_AUDIENCE,
  ACCESS_TOKEN_LIFETIME_S,
  accessClaimsSchema,
  emailSchema,
  givenPasswordSchema,
  MIN_PASSWORD_CHARACTERS,
  memberSchema,
  NOBODY_ID,
  passwordResetSchema,
  passwordSchema,
  REFRESH_AUDIENCE,
  REFRESH_TOKEN_LIFETIME_S,
  refreshClaimsSchema,
  sessionSchema,
  userSchema,
} from './model.ts';
export type { OwnSessionDependencies } from './own-sessions.ts';
export { endOwnSession, listOwnSessions, logOut } from './own-sessions.ts';
export type { PasswordResetDependencies } from './password-reset.ts';
export { confirmPasswordReset, requestPasswordReset } from './password-reset.ts';
export type { PasswordDependencies } from './passwords.ts';
export { changePassword } from './passwords.ts';
export type {
  ApiTokenCodec,
  ApiTokenStore,
  CommonPasswords,
  CredentialStore,
  IdentityStore,
  NewAccount,
  OneTimeSecrets,
  PasswordHasher,
  PasswordResetStore,
  SecretTokens,
  SessionStore,
  TokenSigner,
  TokenVerifier,
} from './ports.ts';
export type { Client, SessionDependencies, TokenPair } from './sessions.ts';
export { refresh, sessionEnd } from './sessions.ts';
export type {
  Admission,
  NotedAttempt,
  SignInAttempt,
  SignInAttempts,
  SignInGuard,
} from './sign-in-limit.ts';
export { guardSignIn, recentFailures, waitFor } from './sign-in-limit.ts';
