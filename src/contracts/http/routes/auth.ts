import * as z from 'zod';
import { emailSchema, givenPasswordSchema, passwordSchema } from '../../../domain/identity/index.ts';
import { idSchema, textSchema, timestampSchema } from '../../../domain/shared/schemas.ts';
import { defineRoute } from '../route.ts';
import { passwordRoutes } from './passwords.ts';
import { sessionRoutes } from './sessions.ts';
import { invitationTokenSchema } from './team.ts';

const tokenFields = {
  access_token: z.string(),
  refresh_token: z.string(),
  expires_in: z.int().meta({ description: 'Seconds until the access token ends' }),
  token_type: z.literal('Bearer'),
};

const userView = z.strictObject({ id: idSchema('usr'), email: z.string(), name: z.string() });

export const authRoutes = {
  register: defineRoute({
    method: 'POST',
    path: '/api/v1/auth/register',
    function: 'auth',
    summary: 'Create an account, with a team of its own or by invitation into another',
    access: 'public',
    body: z.strictObject({
      email: emailSchema,
      password: passwordSchema,
      name: textSchema({ min: 1, max: 100 }),
      invitation_token: invitationTokenSchema
        .optional()
        .meta({ description: 'Joins the team that invited the address, in place of one of your own' }),
    }),
    success: {
      status: 201,
      description: 'The account, signed in',
      schema: z.strictObject({
        user: userView,
        tenant: z.strictObject({ id: idSchema('ten'), name: z.string() }),
        ...tokenFields,
      }),
    },
    errors: ['EMAIL_TAKEN', 'PASSWORD_TOO_COMMON', 'INVALID_INVITATION', 'WRITE_CONFLICT'],
  }),
  login: defineRoute({
    method: 'POST',
    path: '/api/v1/auth/login',
    function: 'auth',
    summary: 'Sign in',
    access: 'public',
    body: z.strictObject({ email: emailSchema, password: givenPasswordSchema }),
    success: {
      status: 200,
      description: 'Signed in',
      schema: z.strictObject({ user: userView, ...tokenFields }),
    },
    errors: ['INVALID_CREDENTIALS'],
  }),
  refresh: defineRoute({
    method: 'POST',
    path: '/api/v1/auth/refresh',
    function: 'auth',
    summary: 'Exchange a refresh token for a new pair; each can be used once',
    access: 'public',
    body: z.strictObject({ refresh_token: z.string().min(1).max(4096) }),
    success: { status: 200, description: 'A new pair', schema: z.strictObject(tokenFields) },
    errors: ['INVALID_REFRESH_TOKEN'],
  }),
  ...sessionRoutes,
  ...passwordRoutes,
  switchTenant: defineRoute({
    method: 'POST',
    path: '/api/v1/auth/switch',
    function: 'auth',
    summary: 'Go on in another of your teams: this session ends, and one there begins',
    access: { resource: 'sessions', action: 'create' },
    body: z.strictObject({ tenant_id: idSchema('ten') }),
    success: { status: 200, description: 'A pair for that team', schema: z.strictObject(tokenFields) },
    errors: ['TENANT_NOT_FOUND', 'WRITE_CONFLICT'],
    holds_secret: true,
  }),
  requestDeletion: defineRoute({
    method: 'POST',
    path: '/api/v1/users/me/deletion',
    // The only function that can tell whether a password is right.
    function: 'auth',
    summary: 'Have your account deleted in two weeks; signing in until then keeps it',
    access: { resource: 'users', action: 'delete' },
    body: z.strictObject({ password: givenPasswordSchema }),
    success: {
      status: 202,
      description: 'Your sessions and API tokens have ended, and the account will',
      schema: z.strictObject({ deletes_at: timestampSchema }),
    },
    errors: ['INVALID_CREDENTIALS', 'LAST_OWNER', 'WRITE_CONFLICT'],
    // What would be kept of the request is a fast hash of it, from which a password can be guessed.
    holds_secret: true,
  }),
};
