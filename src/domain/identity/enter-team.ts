import { AppError } from '../shared/errors.ts';
import type { AccountDependencies } from './accounts.ts';
import { repeatOnConflict } from './members.ts';
import type { Member, User } from './model.ts';
import { foundTeam } from './team.ts';

interface Entered {
  /** As they are now. */
  readonly user: User;
  readonly member: Member;
}

/** The membership that somebody signs in with: of their home team, else of any other, else of a new team of their own, which
 *  is their home from then on. Having been removed from a team must lock nobody out.
 *  @throws AppError INVALID_CREDENTIALS when the account has gone meanwhile */
export async function enterTeam(deps: AccountDependencies, user: User): Promise<Entered> {
  const member = await deps.store.findMember(user.home_tenant_id, user.id);
  if (member !== undefined) return { user, member };
  return repeatOnConflict(() => enterAnother(deps, user.id));
}

async function enterAnother(deps: AccountDependencies, user_id: string): Promise<Entered> {
  const found = await deps.users.load(user_id);
  if (found === undefined) throw new AppError('INVALID_CREDENTIALS');
  const { user, memberships } = found;
  for (const { tenant_id } of memberships) {
    const member = await deps.store.findMember(tenant_id, user_id);
    if (member !== undefined) return { user, member };
  }
  const team = foundTeam(deps, user, ownTeamName(user.name));
  const next: User = { ...user, home_tenant_id: team.tenant.id, version: user.version + 1 };
  await deps.teams.createTeam(team, { previous: user, next });
  return { user: next, member: team.member };
}

/** What a user's own team is called until somebody names it. */
export function ownTeamName(name: string): string {
  return `${name}'s team`;
}
