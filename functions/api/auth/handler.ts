import { authRoutes } from '../../../src/contracts/http/routes/auth.ts';
import {
  guardSignIn,
  login,
  refresh,
  register,
  registerInvited,
  switchTenant,
} from '../../../src/domain/identity/index.ts';
import type { DependenciesFor } from '../../runtime/dependencies.ts';
import type { HttpFunction } from '../../runtime/http-context.ts';
import { createHttpFunction } from '../../runtime/http-function.ts';
import { logSignIn } from './sign-in-log.ts';

/** Signing up and in: the only function that may read the private signing key. */
export function createAuthFunction(
  deps: DependenciesFor<'accounts' | 'sign_in' | 'invitations'>,
): HttpFunction {
  return createHttpFunction(deps, authRoutes, {
    register: async ({ body }) => {
      const { invitation_token, ...account } = body;
      const { user, tenant, tokens } =
        invitation_token === undefined
          ? await register(deps.accounts, account)
          : await registerInvited({ ...deps.invitations, ...deps.accounts }, account, invitation_token);
      return { body: { user, tenant, ...tokens } };
    },
    login: async ({ body, address, request_id }) => {
      const attempt = { email: body.email, address };
      const guarded = () => guardSignIn(deps.sign_in, attempt, () => login(deps.accounts, body));
      const { user, tokens } = await logSignIn(deps.logger, { ...attempt, request_id }, guarded);
      return { body: { user, ...tokens } };
    },
    refresh: async ({ body }) => ({ body: { ...(await refresh(deps.accounts, body.refresh_token)) } }),
    switchTenant: async ({ body }, principal) => ({
      body: { ...(await switchTenant(deps.accounts, principal, body.tenant_id)) },
    }),
  });
}
