export { requestDeletion } from './account-deletion.ts';
export type { PurgeDependencies } from './account-purge.ts';
export { purgeAccount } from './account-purge.ts';
export type { AccountDependencies, SignedIn } from './accounts.ts';
export { login, register } from './accounts.ts';
export type { ApiToken } from './api-token-model.ts';
export { apiTokenSchema, tokenNameSchema } from './api-token-model.ts';
export type { ApiTokenDependencies } from './api-tokens.ts';
export { createApiToken, listApiTokens, revokeApiToken } from './api-tokens.ts';
export type { AuthenticationDependencies } from './authenticate.ts';
export { authenticate } from './authenticate.ts';
export { IDENTITY_EVENTS } from './events.ts';
export type { Invitation } from './invitation-model.ts';
export { invitationSchema } from './invitation-model.ts';
export type {
  InvitationCodec,
  InvitationDependencies,
  InvitationStore,
  Joining,
} from './invitation-ports.ts';
export type { NewInvitation } from './invitations.ts';
export { invite, listInvitations, withdrawInvitation } from './invitations.ts';
export { acceptInvitation, registerInvited } from './join.ts';
export type { KeyPlan, KeyTimes } from './key-rotation.ts';
export { KEY_LEAD_S, KEY_RETENTION_S, planKeys, signerAt } from './key-rotation.ts';
export type { MemberChanges, NamedMember } from './members.ts';
export { listMembers, removeMember, updateMember } from './members.ts';
export type {
  AccessClaims,
  Member,
  Membership,
  PasswordReset,
  RefreshClaims,
  Session,
  Tenant,
  User,
} from './model.ts';
export {
  ACCESS_AUDIENCE,
  ACCESS_TOKEN_LIFETIME_S,
  accessClaimsSchema,
  emailSchema,
  givenPasswordSchema,
  MAX_MEMBER_PROJECTS,
  MIN_PASSWORD_CHARACTERS,
  memberSchema,
  membershipSchema,
  NOBODY_ID,
  passwordResetSchema,
  passwordSchema,
  personNameSchema,
  REFRESH_AUDIENCE,
  REFRESH_TOKEN_LIFETIME_S,
  refreshClaimsSchema,
  sessionSchema,
  teamNameSchema,
  tenantSchema,
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
export type { Profile, TeamOfUser } from './profile.ts';
export { readProfile, updateProfile } from './profile.ts';
export type { Client, SessionDependencies, TokenPair } from './sessions.ts';
export { refresh, sessionEnd } from './sessions.ts';
export type {
  Admission,
  NotedAttempt,
  SignInAttempt,
  SignInAttempts,
  SignInGuard,
} from './sign-in-limit.ts';
export { admitReset, guardSignIn, recentFailures, waitFor } from './sign-in-limit.ts';
export { switchTenant } from './switch-tenant.ts';
export { createTeam, readTeam, renameTeam } from './team.ts';
export type {
  NewTeam,
  OwnerChange,
  TeamDependencies,
  TeamStore,
  UserChange,
  UserStore,
} from './team-ports.ts';
