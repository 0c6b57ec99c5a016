import type { passwordRoutes } from '../../../src/contracts/http/routes/passwords.ts';
import { changePassword } from '../../../src/domain/identity/index.ts';
import type { DependenciesFor } from '../../runtime/dependencies.ts';
import type { RouteHandlers } from '../../runtime/http-function.ts';

/** Changing a password. */
export function passwordHandlers({
  accounts,
}: DependenciesFor<'accounts'>): RouteHandlers<typeof passwordRoutes> {
  return {
    changePassword: async ({ body }, principal) => {
      await changePassword(accounts, principal, body);
      return { body: undefined };
    },
  };
}
