import * as z from 'zod';
import { roleSchema } from '../access/index.ts';
import { idSchema, textSchema, timestampSchema } from '../shared/schemas.ts';

/** Addresses compare without regard to case, so they are stored in lower case. At most 254 characters, and 64 before
 *  the @ (RFC 5321). */
export const emailSchema = z
  .string()
  .overwrite((text) => text.trim().toLowerCase())
  .max(254, { abort: true })
  .check(z.email())
  .refine((text) => text.indexOf('@') <= 64, 'must have at most 64 characters before the @');

/** ASVS 6.2.1, 6.2.5, 6.2.8, 6.2.9: 8 characters or more, no composition rules, compared exactly as typed: nothing is
 *  trimmed, dropped or normalised. Only halves of characters are refused, since all of them would be hashed alike. */
export const MIN_PASSWORD_CHARACTERS = 8;
export const MAX_PASSWORD_CHARACTERS = 256;
export const passwordSchema = z
  .string()
  .min(MIN_PASSWORD_CHARACTERS)
  .max(MAX_PASSWORD_CHARACTERS)
  .refine((text) => text.isWellFormed(), 'must be whole Unicode characters');

/** A password that is compared with a stored one, which may be older than today's rules: any text that could be one. */
export const givenPasswordSchema = z.string().min(1).max(MAX_PASSWORD_CHARACTERS);

export const personNameSchema = textSchema({ min: 1, max: 100 });

export const userSchema = z.strictObject({
  id: idSchema('usr'),
  email: emailSchema,
  name: personNameSchema,
  password_hash: z.string(),
  /** The tenant that a login without further choice enters. */
  home_tenant_id: idSchema('ten'),
  created_at: timestampSchema,
  /** When the account is to be gone for good; null unless its user asked for that. */
  deletes_at: timestampSchema.nullable(),
  version: z.int().min(1),
});
export type User = z.infer<typeof userSchema>;

export const teamNameSchema = textSchema({ min: 1, max: 100 });

/** A team: everything belongs to one. */
export const tenantSchema = z.strictObject({
  id: idSchema('ten'),
  name: z.string(),
  /** Its owners, of whom there is always one: whoever changes who they are replaces this very version. */
  owner_ids: z.array(idSchema('usr')).min(1),
  created_at: timestampSchema,
  version: z.int().min(1),
});
export type Tenant = z.infer<typeof tenantSchema>;

/** Which teams a user is a member of, as the directory knows it. */
export const membershipSchema = z.strictObject({
  user_id: idSchema('usr'),
  tenant_id: idSchema('ten'),
  created_at: timestampSchema,
});
export type Membership = z.infer<typeof membershipSchema>;

/** As many as one batch of reads takes. */
export const MAX_MEMBER_PROJECTS = 100;

export const memberSchema = z.strictObject({
  tenant_id: idSchema('ten'),
  user_id: idSchema('usr'),
  email: emailSchema,
  roles: z.array(roleSchema).min(1),
  /** The projects that the member is limited to; null for all. An owner can't be limited. */
  project_ids: z.array(idSchema('prj')).max(MAX_MEMBER_PROJECTS).nullable(),
  /** When the member joined: credentials that are older are those of an earlier membership, and good for nothing. */
  created_at: timestampSchema,
  version: z.int().min(1),
});
export type Member = z.infer<typeof memberSchema>;

export const MAX_USER_AGENT_CHARACTERS = 256;

export const sessionSchema = z.strictObject({
  id: idSchema('ses'),
  tenant_id: idSchema('ten'),
  user_id: idSchema('usr'),
  /** `jti` of the one refresh token that may be used next. */
  refresh_token_id: idSchema('tok'),
  /** `jti` of the one before it, which a client that lost its answer may send again for a short while; null after sign-in. */
  previous_refresh_token_id: idSchema('tok').nullable(),
  /** When `refresh_token_id` was issued: at sign-in, or by the last rotation. Its token says the same time. */
  rotated_at: timestampSchema,
  /** Where its user signed in, as they recognise it in their list. */
  user_agent: z.string().max(MAX_USER_AGENT_CHARACTERS),
  ip: z.string(),
  created_at: timestampSchema,
  /** The absolute end; rotation doesn't extend it (ASVS 10.4.8). */
  expires_at: timestampSchema,
});
export type Session = z.infer<typeof sessionSchema>;

/** Lifetimes, in seconds. */
export const ACCESS_TOKEN_LIFETIME_S = 900;
export const REFRESH_TOKEN_LIFETIME_S = 7 * 24 * 3600;
export const SESSION_LIFETIME_S = 30 * 24 * 3600;
/** How long after a rotation the earlier token still gets the same successor, unless that was used meanwhile. */
export const REFRESH_GRACE_S = 30;

export const ACCESS_AUDIENCE = 'railway-api';
export const REFRESH_AUDIENCE = 'railway-refresh';

/** What an access token says (the brief's claims, plus `sid`). */
export const accessClaimsSchema = z.object({
  sub: idSchema('usr'),
  email: z.string(),
  tenant_id: idSchema('ten'),
  roles: z.array(roleSchema),
  sid: idSchema('ses'),
  jti: idSchema('tok'),
  exp: z.int(),
});
export type AccessClaims = z.infer<typeof accessClaimsSchema>;

export const refreshClaimsSchema = z.object({
  sub: idSchema('usr'),
  tenant_id: idSchema('ten'),
  sid: idSchema('ses'),
  jti: idSchema('tok'),
  exp: z.int(),
});
export type RefreshClaims = z.infer<typeof refreshClaimsSchema>;

/** How long a password can be reset after somebody asked for it, in seconds. */
export const PASSWORD_RESET_LIFETIME_S = 3600;

/** What a user can reset their password with: the latest that was asked for. Of its secret only the hash is kept. */
export const passwordResetSchema = z.strictObject({
  user_id: idSchema('usr'),
  secret_hash: z.string(),
  expires_at: timestampSchema,
});
export type PasswordReset = z.infer<typeof passwordResetSchema>;

/** Whom an unknown address is of. They are looked up and written for as everybody is, since less work would tell that the
 *  address is unknown (ASVS 6.3.8); there is no such user. */
export const NOBODY_ID = 'usr_00000000-0000-0000-0000-000000000000';
