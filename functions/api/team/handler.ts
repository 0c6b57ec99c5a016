import type * as z from 'zod';
import { type memberView, teamRoutes } from '../../../src/contracts/http/routes/team.ts';
import {
  acceptInvitation,
  createTeam,
  type Invitation,
  invite,
  listInvitations,
  listMembers,
  type NamedMember,
  readTeam,
  removeMember,
  renameTeam,
  type Tenant,
  updateMember,
  withdrawInvitation,
} from '../../../src/domain/identity/index.ts';
import { cursorScope, type DependenciesFor } from '../../runtime/dependencies.ts';
import type { HttpFunction } from '../../runtime/http-context.ts';
import { createHttpFunction } from '../../runtime/http-function.ts';
import { answerPage, toPageRequest } from '../../runtime/paging.ts';

const MEMBERS = '/api/v1/team/members';
const INVITATIONS = '/api/v1/team/invitations';

/** Teams and who is in them. */
export function createTeamFunction(deps: DependenciesFor<'invitations' | 'cursors'>): HttpFunction {
  const use = deps.invitations;
  return createHttpFunction(deps, teamRoutes, {
    createTeam: async ({ body }, principal) => {
      const { id, name } = await createTeam(use, principal, body);
      return { body: { id, name } };
    },

    getTeam: async (_request, principal) => toAnswer(await readTeam(use, principal)),

    updateTeam: async ({ body, matches }, principal) =>
      toAnswer(await renameTeam(use, principal, body, ({ version }) => matches(version))),

    listMembers: async ({ query }, principal) => {
      const scope = cursorScope(principal, 'members');
      const page = await listMembers(use, principal, toPageRequest(deps.cursors, scope, query));
      const data = page.items.map(toMemberView);
      return answerPage({ cursors: deps.cursors, scope, path: MEMBERS, query }, page, data);
    },

    updateMember: async ({ parameters, body }, principal) => ({
      body: toMemberView(await updateMember(use, principal, parameters.user_id, body)),
    }),

    removeMember: async ({ parameters }, principal) => {
      await removeMember(use, principal, parameters.user_id);
      return { body: undefined };
    },

    createInvitation: async ({ body }, principal) => {
      const { invitation, token } = await invite(use, principal, body);
      const { id, email, role, expires_at } = invitation;
      return { body: { id, email, role, expires_at, token } };
    },

    listInvitations: async ({ query }, principal) => {
      const scope = cursorScope(principal, 'invitations');
      const page = await listInvitations(use, principal, toPageRequest(deps.cursors, scope, query));
      const data = page.items.map(toInvitationView);
      return answerPage({ cursors: deps.cursors, scope, path: INVITATIONS, query }, page, data);
    },

    deleteInvitation: async ({ parameters }, principal) => {
      await withdrawInvitation(use, principal, parameters.invitation_id);
      return { body: undefined };
    },

    acceptInvitation: async ({ body }, principal) => {
      const { tenant, member } = await acceptInvitation(use, principal, body.token);
      return { body: { tenant: { id: tenant.id, name: tenant.name }, roles: member.roles } };
    },
  });
}

function toAnswer({ id, name, created_at, version }: Tenant) {
  return { body: { id, name, created_at }, version };
}

function toMemberView({ user_id, email, name, roles, project_ids }: NamedMember): z.infer<typeof memberView> {
  return { user_id, email, name, roles, project_ids };
}

function toInvitationView({ id, email, role, project_ids, created_at, expires_at }: Invitation) {
  return { id, email, role, project_ids, created_at, expires_at };
}
