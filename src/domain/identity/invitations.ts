import { demandPermission, type Principal, type Role } from '../access/index.ts';
import { AppError } from '../shared/errors.ts';
import type { Mail } from '../shared/mail.ts';
import type { Page, PageRequest } from '../shared/page.ts';
import { INVITATION_LIFETIME_MS, type Invitation, MAX_INVITATIONS } from './invitation-model.ts';
import type { InvitationDependencies } from './invitation-ports.ts';
import { demandLimit, repeatOnConflict } from './members.ts';
import type { Tenant } from './model.ts';
import { readTeam } from './team.ts';
import { tell } from './tell.ts';

export interface NewInvitation {
  readonly email: string;
  readonly role: Role;
  readonly project_ids?: readonly string[] | null | undefined;
}

/** Invites an address to the team, by mail. Whether it has an account plays no part, so nothing tells of it.
 *  @returns the invitation, and its token, which is shown this once
 *  @throws AppError ALREADY_MEMBER, TOO_MANY_INVITATIONS, PROJECT_NOT_FOUND, WRITE_CONFLICT; VALIDATION_FAILED for an owner
 *  with a limit; SERVICE_UNAVAILABLE and UPSTREAM_FAILED where no mail could be sent: then inviting again does all anew */
export async function invite(
  deps: InvitationDependencies,
  principal: Principal,
  input: NewInvitation,
): Promise<{ readonly invitation: Invitation; readonly token: string }> {
  demandPermission(principal, { resource: 'team', action: 'create' });
  const { tenant_id } = principal;
  await demandLimit(deps, tenant_id, { roles: [input.role], project_ids: input.project_ids });
  const team = await readTeam(deps, principal);
  if (await deps.teams.hasMember(tenant_id, input.email)) throw new AppError('ALREADY_MEMBER');
  await demandRoom(deps, principal, input.email);
  const id = deps.ids.next('inv');
  const { text: token, secret_hash } = deps.codec.create([tenant_id, id]);
  const invitation = { ...newInvitation(deps, principal, input), id, secret_hash };
  const event = tell(
    deps,
    'branchline.member.invited',
    tenant_id,
    { id, version: 1 },
    { invitation_id: id, role: input.role, invited_by: principal.user_id },
  );
  await repeatOnConflict(() => deps.invitations.put(invitation, event));
  await deps.mailer.send(toMail(invitation, token, team, principal.email));
  return { invitation, token };
}

/** The team's open invitations, newest first. */
export async function listInvitations(
  deps: Pick<InvitationDependencies, 'invitations' | 'clock'>,
  { tenant_id }: Principal,
  page: PageRequest,
): Promise<Page<Invitation>> {
  const { items, next } = await deps.invitations.list(tenant_id, page);
  return { items: items.filter((invitation) => isOpen(deps, invitation)), next };
}

/** Takes an invitation back. @throws AppError INVITATION_NOT_FOUND, also for another team's */
export async function withdrawInvitation(
  deps: Pick<InvitationDependencies, 'invitations' | 'clock' | 'ids'>,
  principal: Principal,
  id: string,
): Promise<void> {
  demandPermission(principal, { resource: 'team', action: 'delete' });
  const invitation = await deps.invitations.find(principal.tenant_id, id);
  if (invitation === undefined || !isOpen(deps, invitation)) throw new AppError('INVITATION_NOT_FOUND');
  const event = tell(
    deps,
    'branchline.member.uninvited',
    principal.tenant_id,
    { id, version: 2 },
    { invitation_id: id, withdrawn_by: principal.user_id },
  );
  await deps.invitations.withdraw(invitation, event);
}

/** True until an invitation's time is over. */
export function isOpen({ clock }: Pick<InvitationDependencies, 'clock'>, invitation: Invitation): boolean {
  return invitation.expires_at > clock.now().toISOString();
}

/** Each invitation is a mail to whoever the inviter names, so there is an end to them. */
async function demandRoom(deps: InvitationDependencies, principal: Principal, email: string): Promise<void> {
  const { items } = await listInvitations(deps, principal, { limit: MAX_INVITATIONS });
  if (items.filter((other) => other.email !== email).length < MAX_INVITATIONS) return;
  throw new AppError('TOO_MANY_INVITATIONS');
}

function newInvitation(
  { clock }: InvitationDependencies,
  principal: Principal,
  { email, role, project_ids = null }: NewInvitation,
): Omit<Invitation, 'id' | 'secret_hash'> {
  const now = clock.now();
  return {
    tenant_id: principal.tenant_id,
    email,
    role,
    project_ids: project_ids === null ? null : [...new Set(project_ids)],
    invited_by: principal.user_id,
    created_at: now.toISOString(),
    expires_at: new Date(now.getTime() + INVITATION_LIFETIME_MS).toISOString(),
  };
}

/** The subject has nothing in it that the inviter wrote. */
function toMail({ email, role, expires_at }: Invitation, token: string, team: Tenant, inviter: string): Mail {
  const name = team.name.replaceAll(/\s+/g, ' ');
  return {
    to: email,
    subject: 'An invitation to a team on Branchline',
    text: [
      `${inviter} invites you to the team “${name}”, as ${role}.`,
      `Your invitation: ${token}`,
      'With an account, log in and accept it: POST /api/v1/auth/invitations/accept, as `token`. Without one, register with it: POST /api/v1/auth/register, as `invitation_token`.',
      `It works once, for this address alone, until ${expires_at}. If you don’t know who invites you, there is nothing to do.`,
    ].join('\n\n'),
  };
}
