import type { Principal, Role } from '../access/index.ts';
import { AppError } from '../shared/errors.ts';
import type { Membership, Tenant, User } from './model.ts';
import type { TeamDependencies } from './team-ports.ts';
import { tell } from './tell.ts';

/** One of a user's teams, and what they are in it. */
export interface TeamOfUser {
  readonly tenant: Tenant;
  readonly roles: readonly Role[];
}

/** A user and all of their teams. */
export interface Profile {
  readonly user: User;
  /** The team that they are signed in to. */
  readonly tenant: Tenant;
  readonly teams: readonly TeamOfUser[];
}

/** Who the principal is. @throws AppError UNAUTHENTICATED when the account has gone meanwhile */
export async function readProfile(
  deps: Pick<TeamDependencies, 'users' | 'teams'>,
  principal: Principal,
): Promise<Profile> {
  const found = await deps.users.load(principal.user_id);
  if (found === undefined) throw new AppError('UNAUTHENTICATED');
  const teams = await readTeams(deps, found.memberships);
  const current = teams.find(({ tenant }) => tenant.id === principal.tenant_id);
  if (current === undefined) throw new AppError('UNAUTHENTICATED');
  return { user: found.user, tenant: current.tenant, teams };
}

/** Changes the principal's own name.
 *  @param expected - demanded by If-Match: refuses when it answers false for the current user
 *  @throws AppError UNAUTHENTICATED, STALE_VERSION, WRITE_CONFLICT */
export async function updateProfile(
  deps: TeamDependencies,
  principal: Principal,
  changes: Pick<User, 'name'>,
  expected: (current: User) => boolean = () => true,
): Promise<Profile> {
  const profile = await readProfile(deps, principal);
  const { user } = profile;
  if (!expected(user)) throw new AppError('STALE_VERSION');
  const next: User = { ...user, name: changes.name, version: user.version + 1 };
  const entity = { id: next.id, version: next.version };
  const event = tell(deps, 'branchline.user.updated', principal.tenant_id, entity, { user_id: next.id });
  await deps.users.replace(user, next, event);
  return { ...profile, user: next };
}

/** The teams behind memberships. Asked together: each is its own tenant's to tell. */
async function readTeams(
  { teams }: Pick<TeamDependencies, 'teams'>,
  memberships: readonly Membership[],
): Promise<TeamOfUser[]> {
  const found = await Promise.all(
    memberships.map(({ tenant_id, user_id }) => teams.loadMembership(tenant_id, user_id)),
  );
  return found.flatMap((each) =>
    each === undefined ? [] : [{ tenant: each.tenant, roles: each.member.roles }],
  );
}
