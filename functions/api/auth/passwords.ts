import type { passwordRoutes } from '../../../src/contracts/http/routes/passwords.ts';
import {
  admitReset,
  changePassword,
  confirmPasswordReset,
  guardSignIn,
  requestPasswordReset,
} from '../../../src/domain/identity/index.ts';
import type { DependenciesFor } from '../../runtime/dependencies.ts';
import type { RouteHandlers } from '../../runtime/http-function.ts';

/** Changing a password, and resetting one that was forgotten. */
export function passwordHandlers({
  accounts,
  sign_in,
}: DependenciesFor<'accounts' | 'sign_in'>): RouteHandlers<typeof passwordRoutes> {
  return {
    changePassword: async ({ body, address }, principal) => {
      const attempt = { email: principal.email, address };
      await guardSignIn(sign_in, attempt, () => changePassword(accounts, principal, body));
      return { body: undefined };
    },

    requestPasswordReset: async ({ body, address }) => {
      await admitReset(sign_in, { email: body.email, address });
      await requestPasswordReset(accounts, body.email);
      return { body: undefined };
    },

    confirmPasswordReset: async ({ body }) => {
      await confirmPasswordReset(accounts, body);
      return { body: undefined };
    },
  };
}
