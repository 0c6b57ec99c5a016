import * as z from 'zod';
import { givenPasswordSchema, passwordSchema } from '../../../domain/identity/index.ts';
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
  }),
};
