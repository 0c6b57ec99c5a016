import { teamRoutes } from '../../../src/contracts/http/routes/team.ts';
import { createTeam, readTeam, renameTeam, type Tenant } from '../../../src/domain/identity/index.ts';
import type { DependenciesFor } from '../../runtime/dependencies.ts';
import type { HttpFunction } from '../../runtime/http-context.ts';
import { createHttpFunction } from '../../runtime/http-function.ts';

/** Teams and who is in them. */
export function createTeamFunction(deps: DependenciesFor<'team'>): HttpFunction {
  return createHttpFunction(deps, teamRoutes, {
    createTeam: async ({ body }, principal) => {
      const { id, name } = await createTeam(deps.team, principal, body);
      return { body: { id, name } };
    },

    getTeam: async (_request, principal) => toAnswer(await readTeam(deps.team, principal)),

    updateTeam: async ({ body, matches }, principal) =>
      toAnswer(await renameTeam(deps.team, principal, body, ({ version }) => matches(version))),
  });
}

function toAnswer({ id, name, created_at, version }: Tenant) {
  return { body: { id, name, created_at }, version };
}
