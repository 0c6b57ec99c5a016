import { authRoutes } from '../../../src/contracts/http/routes/auth.ts';
import {
  guardSignIn,
  login,
  refresh,
  register,
  registerInvited,
  requestDeletion,
  switchTenant,
} from '../../../src/domain/identity/index.ts';
import type { DependenciesFor } from '../../runtime/dependencies.ts';
import type { HttpFunction } from '../../runtime/http-context.ts';
import { createHttpFunction } from '../../runtime/http-function.ts';
import { passwordHandlers } from './passwords.ts';
import { sessionHandlers } from './sessions.ts';
import { logSignIn } from './sign-in-log.ts';

/** Signing up and in: the only function that may read the private signing key. */
export function createAuthFunction(
  deps: DependenciesFor<'accounts' | 'sign_in' | 'cursors' | 'invitations'>,
): HttpFunction {
  return createHttpFunction(deps, authRoutes, {
    register: async ({ body, client, address, request_id }) => {
      const { invitation_token, ...account } = body;
      const { user, tenant, tokens } =
        invitation_token === undefined
          ? await register(deps.accounts, account, client)
          : await registerInvited(
              { ...deps.invitations, ...deps.accounts },
              account,
              invitation_token,
              client,
            );
      deps.logger.info('signed in', { user_id: user.id, ip: address, request_id });
      return { body: { user, tenant, ...tokens } };
    },
    login: async ({ body, address, request_id, client }) => {
      const attempt = { email: body.email, address };
      const guarded = () => guardSignIn(deps.sign_in, attempt, () => login(deps.accounts, body, client));
      const { user, tokens, is_kept } = await logSignIn(deps.logger, { ...attempt, request_id }, guarded);
      if (is_kept) deps.logger.info('an account is kept', { user_id: user.id });
      return { body: { user, ...tokens } };
    },
    refresh: async ({ body }) => ({ body: { ...(await refresh(deps.accounts, body.refresh_token)) } }),
    ...sessionHandlers(deps),
    ...passwordHandlers(deps),
    requestDeletion: async ({ body, address }, principal) => {
      const { user_id, email } = principal;
      const request = () => requestDeletion(deps.accounts, principal, body.password);
      const deletes_at = await guardSignIn(deps.sign_in, { email, address }, request);
      deps.logger.info('an account is to be deleted', { user_id, deletes_at });
      return { body: { deletes_at } };
    },
    switchTenant: async ({ body, client }, principal) => ({
      body: { ...(await switchTenant(deps.accounts, principal, body.tenant_id, client)) },
    }),
  });
}
