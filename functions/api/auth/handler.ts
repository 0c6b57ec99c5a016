import { authRoutes } from '../../../src/contracts/http/routes/auth.ts';
import { guardSignIn, login, refresh, register } from '../../../src/domain/identity/index.ts';
import type { DependenciesFor } from '../../runtime/dependencies.ts';
import type { HttpFunction } from '../../runtime/http-context.ts';
import { createHttpFunction } from '../../runtime/http-function.ts';
import { passwordHandlers } from './passwords.ts';
import { sessionHandlers } from './sessions.ts';
import { logSignIn } from './sign-in-log.ts';

/** Signing up and in: the only function that may read the private signing key. */
export function createAuthFunction(deps: DependenciesFor<'accounts' | 'sign_in' | 'cursors'>): HttpFunction {
  return createHttpFunction(deps, authRoutes, {
    register: async ({ body, client }) => {
      const { user, tenant, tokens } = await register(deps.accounts, body, client);
      return { body: { user, tenant, ...tokens } };
    },
    login: async ({ body, address, request_id, client }) => {
      const attempt = { email: body.email, address };
      const guarded = () => guardSignIn(deps.sign_in, attempt, () => login(deps.accounts, body, client));
      const { user, tokens } = await logSignIn(deps.logger, { ...attempt, request_id }, guarded);
      return { body: { user, ...tokens } };
    },
    refresh: async ({ body }) => ({ body: { ...(await refresh(deps.accounts, body.refresh_token)) } }),
    ...sessionHandlers(deps),
    ...passwordHandlers(deps),
  });
}
