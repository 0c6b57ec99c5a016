import { tokenRoutes } from '../../../src/contracts/http/routes/tokens.ts';
import {
  type ApiToken,
  createApiToken,
  listApiTokens,
  revokeApiToken,
} from '../../../src/domain/identity/index.ts';
import { cursorScope, type DependenciesFor } from '../../runtime/dependencies.ts';
import type { HttpFunction } from '../../runtime/http-context.ts';
import { createHttpFunction } from '../../runtime/http-function.ts';
import { nextLink, toPageRequest } from '../../runtime/paging.ts';

const PATH = '/api/v1/tokens';

/** Everybody's own API tokens. */
export function createTokensFunction(deps: DependenciesFor<'api_tokens' | 'cursors'>): HttpFunction {
  const use = deps.api_tokens;
  return createHttpFunction(deps, tokenRoutes, {
    createToken: async ({ body }, principal) => {
      const { token, text } = await createApiToken(use, principal, body);
      return { body: { ...toView(token), token: text } };
    },

    listTokens: async ({ query }, principal) => {
      const scope = cursorScope(principal, 'tokens', { user_id: principal.user_id });
      const page = await listApiTokens(use, principal, toPageRequest(deps.cursors, scope, query));
      const next_cursor = page.next === undefined ? null : deps.cursors.encode(scope, page.next);
      return {
        body: { data: page.items.map(toView), next_cursor },
        headers: nextLink(PATH, query, next_cursor),
      };
    },

    revokeToken: async ({ parameters }, principal) => {
      await revokeApiToken(use, principal, parameters.token_id);
      return { body: undefined };
    },
  });
}

function toView({ tenant_id: _tenant, user_id: _user, secret_hash: _hash, ...view }: ApiToken) {
  return view;
}
