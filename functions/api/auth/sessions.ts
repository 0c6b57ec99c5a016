import type { sessionRoutes } from '../../../src/contracts/http/routes/sessions.ts';
import { endOwnSession, listOwnSessions, logOut } from '../../../src/domain/identity/index.ts';
import { cursorScope, type DependenciesFor } from '../../runtime/dependencies.ts';
import type { RouteHandlers } from '../../runtime/http-function.ts';
import { answerPage, toPageRequest } from '../../runtime/paging.ts';

/** Everybody's own sessions. */
export function sessionHandlers({
  accounts,
  cursors,
}: DependenciesFor<'accounts' | 'cursors'>): RouteHandlers<typeof sessionRoutes> {
  return {
    logout: async (_request, principal) => {
      await logOut(accounts, principal);
      return { body: undefined };
    },

    listSessions: async ({ query }, principal) => {
      const { user_id, credential } = principal;
      const scope = cursorScope(principal, 'sessions', { user_id });
      const page = await listOwnSessions(accounts, principal, toPageRequest(cursors, scope, query));
      const data = page.items.map(
        ({ id, tenant_id, created_at, rotated_at, expires_at, user_agent, ip }) => ({
          id,
          tenant_id,
          created_at,
          last_used_at: rotated_at,
          expires_at,
          user_agent,
          ip,
          current: id === credential.id,
        }),
      );
      return answerPage({ cursors, scope, path: '/api/v1/auth/sessions', query }, page, data);
    },

    endSession: async ({ parameters }, principal) => {
      await endOwnSession(accounts, principal, parameters.session_id);
      return { body: undefined };
    },
  };
}
