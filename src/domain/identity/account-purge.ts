import { type Principal, roleSchema } from '../access/index.ts';
import { purgeTime } from './account-deletion.ts';
import type { InvitationStore } from './invitation-ports.ts';
import { changeOwners, repeatOnConflict } from './members.ts';
import type { Member, Membership, Tenant } from './model.ts';
import type { TeamDependencies } from './team-ports.ts';
import { membership, tell } from './tell.ts';

export interface PurgeDependencies extends TeamDependencies {
  readonly invitations: Pick<InvitationStore, 'withdrawAll'>;
  /** Deletes every project of the owner's team as they would themselves, so that its apps stop. */
  readonly deleteProjects: (owner: Principal) => Promise<void>;
}

/** Removes an account whose time is over, for good: its memberships, sessions and API tokens, its address, and the teams that
 *  nobody else is in. Can be repeated after it broke off; does nothing to an account that was kept, isn't due, or is gone.
 *  @returns whether it is purged now */
export async function purgeAccount(
  deps: PurgeDependencies,
  { user_id }: { readonly user_id: string },
): Promise<boolean> {
  const found = await deps.users.load(user_id);
  if (found === undefined) return false;
  const purge_at = purgeTime(found.user);
  if (purge_at === undefined || purge_at > deps.clock.now().toISOString()) return false;
  for (const each of found.memberships) {
    await repeatOnConflict(() => leave(deps, each));
    await deps.teams.endCredentials(each.tenant_id, user_id);
  }
  const { user } = found;
  const entity = { id: user_id, version: user.version + 1 };
  const event = tell(deps, 'branchline.user.deleted', user.home_tenant_id, entity, { user_id });
  await deps.users.purge(user, event);
  return true;
}

async function leave(deps: PurgeDependencies, { tenant_id, user_id }: Membership): Promise<void> {
  const found = await deps.teams.loadMembership(tenant_id, user_id);
  if (found === undefined) return;
  const { tenant, member } = found;
  const others = await readOthers(deps, member);
  if (others.length === 0) return purgeTeam(deps, tenant, member);
  if (tenant.owner_ids.every((id) => id === user_id)) {
    await promote(deps, tenant, others, user_id);
    return leave(deps, { tenant_id, user_id, created_at: member.created_at });
  }
  const event = tell(deps, 'branchline.member.removed', tenant_id, membership(member, member.version + 1), {
    user_id,
    removed_by: user_id,
  });
  await deps.teams.removeMember(member, changeOwners(tenant, member, []), event);
}

/** Whoever joined since the deletion was asked for, or is left by other owners, must not be without one: the member with the
 *  strongest role follows, of several the one who joined first. */
async function promote(
  deps: PurgeDependencies,
  tenant: Tenant,
  others: readonly Member[],
  user_id: string,
): Promise<void> {
  const [heir] = others.toSorted(
    (one, other) => rank(one) - rank(other) || (one.created_at < other.created_at ? -1 : 1),
  );
  if (heir === undefined) return;
  const next: Member = {
    ...heir,
    roles: ['owner', ...heir.roles],
    project_ids: null,
    version: heir.version + 1,
  };
  const { roles, project_ids } = next;
  const event = tell(deps, 'branchline.member.updated', tenant.id, membership(next), {
    user_id: heir.user_id,
    roles,
    project_ids,
    changed_by: user_id,
  });
  await deps.teams.replaceMember(heir, next, changeOwners(tenant, heir, roles), event);
}

function rank({ roles }: Member): number {
  return Math.min(...roles.map((role) => roleSchema.options.indexOf(role)));
}

/** Once its invitations are gone nobody can join any more: whoever is alone then stays alone. */
async function purgeTeam(deps: PurgeDependencies, tenant: Tenant, member: Member): Promise<void> {
  await deps.invitations.withdrawAll(tenant.id);
  if ((await readOthers(deps, member)).length > 0) return leave(deps, member);
  await deps.deleteProjects({
    user_id: member.user_id,
    tenant_id: tenant.id,
    email: member.email,
    roles: ['owner'],
    credential: { kind: 'session', id: 'purge' },
    scopes: null,
    project_ids: null,
    environment: null,
  });
  const entity = { id: tenant.id, version: tenant.version + 1 };
  const event = tell(deps, 'branchline.team.deleted', tenant.id, entity, { name: tenant.name });
  await deps.teams.removeTeam(tenant, member, event);
}

const MOST_MEMBERS = 1000;

async function readOthers({ teams }: PurgeDependencies, { tenant_id, user_id }: Member): Promise<Member[]> {
  const { items } = await teams.listMembers(tenant_id, { limit: MOST_MEMBERS });
  return items.filter((other) => other.user_id !== user_id);
}
