import { demandPermission, type Principal, type Role, roleSchema } from '../access/index.ts';
import { AppError, isAppError } from '../shared/errors.ts';
import type { Page, PageRequest } from '../shared/page.ts';
import type { Member, Tenant } from './model.ts';
import type { OwnerChange, TeamDependencies } from './team-ports.ts';
import { membership, tell } from './tell.ts';

/** A member with the name that they gave themselves. */
export type NamedMember = Member & { readonly name: string };

/** What an owner changes of a member. */
export interface MemberChanges {
  readonly roles: readonly Role[];
  /** Left out, the limit stays as it is; null lifts it. */
  readonly project_ids?: readonly string[] | null | undefined;
}

/** The team's members, those first who had their accounts last. */
export async function listMembers(
  deps: Pick<TeamDependencies, 'users' | 'teams'>,
  principal: Principal,
  page: PageRequest,
): Promise<Page<NamedMember>> {
  const { items, next } = await deps.teams.listMembers(principal.tenant_id, page);
  return { items: await withNames(deps, items), next };
}

/** Changes a member's roles, and the projects that they are limited to.
 *  @throws AppError MEMBER_NOT_FOUND, LAST_OWNER, PROJECT_NOT_FOUND, WRITE_CONFLICT; VALIDATION_FAILED for an owner with a
 *  limit */
export async function updateMember(
  deps: TeamDependencies,
  principal: Principal,
  user_id: string,
  changes: MemberChanges,
): Promise<NamedMember> {
  demandPermission(principal, { resource: 'team', action: 'update' });
  await demandLimit(deps, principal.tenant_id, changes);
  const member = await repeatOnConflict(async () => {
    const { member: current, tenant } = await loadMember(deps, principal.tenant_id, user_id);
    const next = change(current, changes);
    const event = tell(deps, 'branchline.member.updated', next.tenant_id, membership(next), {
      user_id,
      roles: next.roles,
      project_ids: next.project_ids,
      changed_by: principal.user_id,
    });
    await deps.teams.replaceMember(current, next, changeOwners(tenant, current, next.roles), event);
    return next;
  });
  const [named] = await withNames(deps, [member]);
  return named ?? { ...member, name: member.email };
}

/** Takes a member out of the team; their sessions and API tokens for it end at once. Everybody may leave.
 *  @throws AppError FORBIDDEN, MEMBER_NOT_FOUND, LAST_OWNER, WRITE_CONFLICT */
export async function removeMember(
  deps: TeamDependencies,
  principal: Principal,
  user_id: string,
): Promise<void> {
  if (user_id !== principal.user_id) demandPermission(principal, { resource: 'team', action: 'delete' });
  const { tenant_id } = principal;
  await repeatOnConflict(async () => {
    const { member, tenant } = await loadMember(deps, tenant_id, user_id);
    const event = tell(deps, 'branchline.member.removed', tenant_id, membership(member, member.version + 1), {
      user_id,
      removed_by: principal.user_id,
    });
    await deps.teams.removeMember(member, changeOwners(tenant, member, []), event);
  });
  // Good for nothing already without a member; what is left of them only takes space.
  await deps.teams.endCredentials(tenant_id, user_id);
}

/** What a member's new roles change of the team's owners; undefined where that is nothing.
 *  @throws AppError LAST_OWNER */
export function changeOwners(
  tenant: Tenant,
  // What they are is the member's own item to say: the team's may have been read at another moment, but is replaced only
  // while nobody else has changed it.
  member: Pick<Member, 'user_id' | 'roles'>,
  roles: readonly Role[],
): OwnerChange | undefined {
  const is_owner = roles.includes('owner');
  if (member.roles.includes('owner') === is_owner) return undefined;
  const others = tenant.owner_ids.filter((id) => id !== member.user_id);
  const owner_ids = is_owner ? [...others, member.user_id] : others;
  if (owner_ids.length === 0) throw new AppError('LAST_OWNER');
  return { previous: tenant, next: { ...tenant, owner_ids, version: tenant.version + 1 } };
}

/** Refuses a limit that can't be: an owner's, or one to projects that the team doesn't have.
 *  @throws AppError VALIDATION_FAILED, PROJECT_NOT_FOUND */
export async function demandLimit(
  { teams }: Pick<TeamDependencies, 'teams'>,
  tenant_id: string,
  { roles, project_ids }: MemberChanges,
): Promise<void> {
  if (project_ids === undefined || project_ids === null) return;
  if (roles.includes('owner')) {
    const problem = { pointer: '/project_ids', detail: 'must be left out: an owner has all projects' };
    throw new AppError('VALIDATION_FAILED', {
      detail: `${problem.pointer} ${problem.detail}`,
      problems: [problem],
    });
  }
  if (!(await teams.hasProjects(tenant_id, project_ids))) throw new AppError('PROJECT_NOT_FOUND');
}

const TRIES = 5;

/** Decides anew where somebody else changed the team or the member meanwhile. @throws what the last try threw */
export async function repeatOnConflict<T>(attempt: () => Promise<T>): Promise<T> {
  for (let count = 1; count < TRIES; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isAppError(error) || error.code !== 'WRITE_CONFLICT') throw error;
    }
  }
  return attempt();
}

async function loadMember({ teams }: Pick<TeamDependencies, 'teams'>, tenant_id: string, user_id: string) {
  const found = await teams.loadMembership(tenant_id, user_id);
  if (found === undefined) throw new AppError('MEMBER_NOT_FOUND');
  return found;
}

function change(member: Member, { roles, project_ids }: MemberChanges): Member {
  return {
    ...member,
    roles: roleSchema.options.filter((role) => roles.includes(role)),
    project_ids: roles.includes('owner') ? null : limitOf(member, project_ids),
    version: member.version + 1,
  };
}

function limitOf(member: Member, project_ids: MemberChanges['project_ids']): Member['project_ids'] {
  if (project_ids === undefined) return member.project_ids;
  return project_ids === null ? null : [...new Set(project_ids)];
}

/** Names are the users' own items' to tell, so that each is in one place. */
async function withNames(
  { users }: Pick<TeamDependencies, 'users'>,
  members: readonly Member[],
): Promise<NamedMember[]> {
  const found = await users.findAll(members.map(({ user_id }) => user_id));
  return members.map((member) => ({ ...member, name: found.get(member.user_id)?.name ?? member.email }));
}
