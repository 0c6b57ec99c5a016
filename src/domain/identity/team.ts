import { demandPermission, type Principal } from '../access/index.ts';
import { AppError } from '../shared/errors.ts';
import type { Tenant } from './model.ts';
import type { NewTeam, TeamDependencies } from './team-ports.ts';
import { tell } from './tell.ts';

/** How many teams a user may be a member of before they can't make another. */
const MAX_TEAMS = 100;

/** Makes a further team, owned by the principal, who stays signed in where they are.
 *  @throws AppError TOO_MANY_TEAMS */
export async function createTeam(
  deps: TeamDependencies,
  principal: Principal,
  input: Pick<Tenant, 'name'>,
): Promise<Tenant> {
  const found = await deps.users.load(principal.user_id);
  if ((found?.memberships.length ?? 0) >= MAX_TEAMS) throw new AppError('TOO_MANY_TEAMS');
  const team = foundTeam(deps, { id: principal.user_id, email: principal.email }, input.name);
  await deps.teams.createTeam(team);
  return team.tenant;
}

/** A new team and its owner, not yet stored. */
export function foundTeam(
  deps: Pick<TeamDependencies, 'clock' | 'ids'>,
  owner: { readonly id: string; readonly email: string },
  name: string,
): NewTeam {
  const created_at = deps.clock.now().toISOString();
  const tenant: Tenant = {
    id: deps.ids.next('ten'),
    name,
    owner_ids: [owner.id],
    created_at,
    version: 1,
  };
  return {
    tenant,
    member: {
      tenant_id: tenant.id,
      user_id: owner.id,
      email: owner.email,
      roles: ['owner'],
      project_ids: null,
      created_at,
      version: 1,
    },
    events: [tell(deps, 'branchline.team.created', tenant.id, { id: tenant.id, version: 1 }, { name })],
  };
}

/** The team that the principal is signed in to. */
export async function readTeam(
  { teams }: Pick<TeamDependencies, 'teams'>,
  principal: Principal,
): Promise<Tenant> {
  const tenant = await teams.findTeam(principal.tenant_id);
  // It goes only after its last member, whose sessions end with them.
  if (tenant === undefined) throw new AppError('UNAUTHENTICATED');
  return tenant;
}

/** Gives the team another name.
 *  @param expected - demanded by If-Match: refuses when it answers false for the current team
 *  @throws AppError STALE_VERSION, WRITE_CONFLICT */
export async function renameTeam(
  deps: TeamDependencies,
  principal: Principal,
  changes: Pick<Tenant, 'name'>,
  expected: (current: Tenant) => boolean = () => true,
): Promise<Tenant> {
  demandPermission(principal, { resource: 'team', action: 'update' });
  const tenant = await readTeam(deps, principal);
  if (!expected(tenant)) throw new AppError('STALE_VERSION');
  const { name } = changes;
  const next: Tenant = { ...tenant, name, version: tenant.version + 1 };
  const entity = { id: next.id, version: next.version };
  await deps.teams.replaceTeam(
    tenant,
    next,
    tell(deps, 'branchline.team.updated', next.id, entity, { name }),
  );
  return next;
}
