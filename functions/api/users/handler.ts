import type * as z from 'zod';
import { type profileView, userRoutes } from '../../../src/contracts/http/routes/users.ts';
import type { Principal } from '../../../src/domain/access/index.ts';
import { type Profile, readProfile, updateProfile } from '../../../src/domain/identity/index.ts';
import type { DependenciesFor } from '../../runtime/dependencies.ts';
import type { HttpFunction } from '../../runtime/http-context.ts';
import { createHttpFunction } from '../../runtime/http-function.ts';

/** Whoever asks: their profile and their teams. */
export function createUsersFunction(deps: DependenciesFor<'team'>): HttpFunction {
  return createHttpFunction(deps, userRoutes, {
    getMe: async (_request, principal) => toAnswer(await readProfile(deps.team, principal), principal),

    updateMe: async ({ body, matches }, principal) => {
      const expected = ({ version }: Profile['user']) => matches(version);
      return toAnswer(await updateProfile(deps.team, principal, body, expected), principal);
    },
  });
}

function toAnswer({ user, tenant, teams }: Profile, principal: Principal) {
  const body: z.infer<typeof profileView> = {
    id: user.id,
    email: user.email,
    name: user.name,
    created_at: user.created_at,
    tenant: { id: tenant.id, name: tenant.name },
    roles: [...principal.roles],
    project_ids: principal.project_ids === null ? null : [...principal.project_ids],
    tenants: teams.map(({ tenant: { id, name }, roles }) => ({ id, name, roles: [...roles] })),
  };
  return { body, version: user.version };
}
