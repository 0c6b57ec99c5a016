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
import { answerPage, toPageRequest } from '../../runtime/paging.ts';

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
      const data = page.items.map(toView);
      return answerPage({ cursors: deps.cursors, scope, path: PATH, query }, page, data);
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
