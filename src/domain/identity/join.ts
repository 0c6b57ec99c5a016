import type { Principal } from '../access/index.ts';
import { AppError } from '../shared/errors.ts';
import { type AccountDependencies, publicUser, type SignedIn } from './accounts.ts';
import type { Invitation } from './invitation-model.ts';
import type { InvitationDependencies, Joining } from './invitation-ports.ts';
import { isOpen } from './invitations.ts';
import { changeOwners, repeatOnConflict } from './members.ts';
import type { Member, Tenant, User } from './model.ts';
import { demandUncommon } from './passwords.ts';
import { type Client, newSession, signPair } from './sessions.ts';
import { membership, tell } from './tell.ts';

type JoinDependencies = Omit<InvitationDependencies, 'mailer' | 'users'>;

/** Makes the principal a member of the team that invited their address. They stay signed in where they are.
 *  @throws AppError INVALID_INVITATION, ALREADY_MEMBER, WRITE_CONFLICT */
export async function acceptInvitation(
  deps: JoinDependencies,
  principal: Principal,
  token: string,
): Promise<{ readonly tenant: Tenant; readonly member: Member }> {
  return repeatOnConflict(async () => {
    const { tenant, joining } = await prepare(deps, token, {
      id: principal.user_id,
      email: principal.email,
    });
    await deps.invitations.accept(joining);
    return { tenant, member: joining.member };
  });
}

/** Makes an account that is a member of the team that invited its address, and has no team of its own.
 *  @throws AppError INVALID_INVITATION, EMAIL_TAKEN, PASSWORD_TOO_COMMON, WRITE_CONFLICT */
export async function registerInvited(
  deps: AccountDependencies & JoinDependencies,
  input: { readonly email: string; readonly password: string; readonly name: string },
  token: string,
  client: Client,
): Promise<SignedIn & { readonly tenant: Pick<Tenant, 'id' | 'name'> }> {
  demandUncommon(deps.common_passwords, input.password, input.email, 'password');
  const who = { id: deps.ids.next('usr'), email: input.email };
  // Looked at before a password is hashed, which costs more than all the rest.
  const { tenant } = await prepare(deps, token, who);
  const user: User = {
    ...who,
    name: input.name,
    password_hash: await deps.passwords.hash(input.password),
    home_tenant_id: tenant.id,
    created_at: deps.clock.now().toISOString(),
    deletes_at: null,
    version: 1,
  };
  return repeatOnConflict(async () => {
    const { joining } = await prepare(deps, token, who);
    const session = newSession(deps, joining.member, client);
    const created = tell(
      deps,
      'branchline.user.created',
      tenant.id,
      { id: user.id, version: 1 },
      { user_id: user.id },
    );
    const account = { user, session };
    await deps.invitations.acceptAsNew({ ...joining, events: [created, ...joining.events] }, account);
    return {
      user: publicUser(user),
      tenant: { id: tenant.id, name: tenant.name },
      tokens: await signPair(deps, joining.member, session),
    };
  });
}

/** What an invitation makes of somebody. One for another address is as one that doesn't exist: whoever has found a token
 *  learns nothing by it. @throws AppError INVALID_INVITATION */
async function prepare(
  deps: JoinDependencies,
  token: string,
  who: Pick<User, 'id' | 'email'>,
): Promise<{ readonly tenant: Tenant; readonly joining: Joining }> {
  const invitation = await findInvitation(deps, token);
  if (invitation?.email !== who.email) throw new AppError('INVALID_INVITATION');
  const tenant = await deps.teams.findTeam(invitation.tenant_id);
  if (tenant === undefined) throw new AppError('INVALID_INVITATION');
  const member = toMember(deps, invitation, who);
  const { roles, project_ids } = member;
  const joined = tell(deps, 'branchline.member.joined', tenant.id, membership(member), {
    user_id: who.id,
    roles,
    project_ids,
    invited_by: invitation.invited_by,
  });
  const owners = changeOwners(tenant, { user_id: who.id, roles: [] }, roles);
  return { tenant, joining: { invitation, member, owners, events: [joined] } };
}

async function findInvitation(deps: JoinDependencies, token: string): Promise<Invitation | undefined> {
  const named = deps.codec.read(token);
  if (named === undefined) return undefined;
  const [tenant_id, id] = named.ids;
  const invitation = await deps.invitations.find(tenant_id, id);
  // Hashes of 32 random bytes: how long they take to compare tells nothing of the bytes.
  if (invitation?.secret_hash !== named.secret_hash || !isOpen(deps, invitation)) return undefined;
  return invitation;
}

function toMember(
  { clock }: JoinDependencies,
  { tenant_id, role, project_ids }: Invitation,
  { id, email }: Pick<User, 'id' | 'email'>,
): Member {
  return {
    tenant_id,
    user_id: id,
    email,
    roles: [role],
    project_ids,
    created_at: clock.now().toISOString(),
    version: 1,
  };
}
