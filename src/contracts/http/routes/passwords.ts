import * as z from 'zod';
import { emailSchema, givenPasswordSchema, passwordSchema } from '../../../domain/identity/index.ts';
import { defineRoute } from '../route.ts';

export const passwordRoutes = {
  changePassword: defineRoute({
    method: 'POST',
    path: '/api/v1/auth/password',
    function: 'auth',
    summary: 'Change your password, and end all of your other sessions',
    access: { resource: 'sessions', action: 'update' },
    body: z.strictObject({ current_password: givenPasswordSchema, new_password: passwordSchema }),
    success: { status: 204, description: 'Changed' },
    // A wrong current password is a failed sign-in, and answered as one. That the access token is still good shows in the
    // code: clients refresh on UNAUTHENTICATED alone.
    errors: ['INVALID_CREDENTIALS', 'PASSWORD_TOO_COMMON', 'WRITE_CONFLICT'],
    holds_secret: true,
  }),
  requestPasswordReset: defineRoute({
    method: 'POST',
    path: '/api/v1/auth/password/reset',
    function: 'auth',
    summary: 'Have a token mailed that resets a password; whether the address is known, nobody is told',
    access: 'public',
    body: z.strictObject({ email: emailSchema }),
    success: { status: 202, description: 'A mail is on its way, if the address is known' },
    errors: [],
  }),
  confirmPasswordReset: defineRoute({
    method: 'POST',
    path: '/api/v1/auth/password/reset/confirm',
    function: 'auth',
    summary: 'Set a new password by a mailed token, and end all sessions',
    access: 'public',
    body: z.strictObject({ token: z.string().min(1).max(512), new_password: passwordSchema }),
    success: { status: 204, description: 'The new password is set' },
    errors: ['INVALID_RESET_TOKEN', 'PASSWORD_TOO_COMMON', 'WRITE_CONFLICT'],
  }),
};
