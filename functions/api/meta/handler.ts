import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { ROUTES } from '../../../src/contracts/http/catalog.ts';
import { createErrorPage } from '../../../src/contracts/http/error-page.ts';
import { createMatcher } from '../../../src/contracts/http/match.ts';
import { createOpenApi } from '../../../src/contracts/http/openapi.ts';
import { metaRoutes } from '../../../src/contracts/http/routes/meta.ts';
import { AppError } from '../../../src/domain/shared/errors.ts';
import type { DependenciesFor } from '../../runtime/dependencies.ts';
import type { HttpFunction } from '../../runtime/http-context.ts';
import { createHttpFunction } from '../../runtime/http-function.ts';

/** What describes the API itself, and the `$default` route: whatever no other route takes ends here. */
export function createMetaFunction(deps: DependenciesFor<'readKeySet'>): HttpFunction {
  const match = createMatcher(Object.values(ROUTES));
  let openapi: ReturnType<typeof createOpenApi> | undefined;

  const refuse = (event: APIGatewayProxyEventV2): never => {
    const found = match(event.requestContext.http.method, event.rawPath);
    if (found.kind !== 'method_not_allowed') throw new AppError('ROUTE_NOT_FOUND');
    throw new AppError('METHOD_NOT_ALLOWED', {
      detail: `Use one of ${found.allowed.join(', ')}.`,
      headers: { allow: found.allowed.join(', ') },
    });
  };

  return createHttpFunction(
    deps,
    metaRoutes,
    {
      getHealth: async () => ({ body: { status: 'ok' } }),
      getOpenApi: async () => {
        openapi ??= createOpenApi();
        return { body: { ...openapi, openapi: String(openapi['openapi']) } };
      },
      getKeys: async () => ({
        body: { keys: (await deps.readKeySet()).map((key) => ({ ...key })) },
        headers: { 'cache-control': 'public, max-age=300' },
      }),
      getErrorPage: async ({ parameters }) => ({ body: createErrorPage(parameters.code) }),
    },
    refuse,
  );
}
