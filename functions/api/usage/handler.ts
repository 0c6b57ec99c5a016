import { usageRoutes } from '../../../src/contracts/http/routes/usage.ts';
import { readUsage } from '../../../src/domain/billing/index.ts';
import type { DependenciesFor } from '../../runtime/dependencies.ts';
import type { HttpFunction } from '../../runtime/http-context.ts';
import { createHttpFunction } from '../../runtime/http-function.ts';

/** What a team used. */
export function createUsageFunction(deps: DependenciesFor<'usage' | 'clock'>): HttpFunction {
  return createHttpFunction(deps, usageRoutes, {
    getUsage: async ({ query }, principal) => ({
      body: {
        data: await readUsage(deps, principal, query.month),
      },
    }),
  });
}
