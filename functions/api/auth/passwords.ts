import type { passwordRoutes } from '../../../src/contracts/http/routes/passwords.ts';
import {
  changePassword,
  confirmPasswordReset,
  requestPasswordReset,
} from '../../../src/domain/identity/index.ts';
import type { DependenciesFor } from '../../runtime/dependencies.ts';
import type { RouteHandlers } from '../../runtime/http-function.ts';

/** Changing a password, and resetting one that was forgotten. */
export function passwordHandlers({
  accounts,
}: DependenciesFor<'accounts'>): RouteHandlers<typeof passwordRoutes> {
  return {
    changePassword: async ({ body }, principal) => {
      await changePassword(accounts, principal, body);
      return { body: undefined };
    },

    requestPasswordReset: async ({ body }) => {
      await requestPasswordReset(accounts, body.email);
      return { body: undefined };
    },

    confirmPasswordReset: async ({ body }) => {
      await confirmPasswordReset(accounts, body);
      return { body: undefined };
    },
  };
}
