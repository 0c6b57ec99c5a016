import * as z from 'zod';
import { roleSchema } from '../../../domain/access/index.ts';
import { emailSchema, MAX_MEMBER_PROJECTS, teamNameSchema } from '../../../domain/identity/index.ts';
import { idSchema, timestampSchema } from '../../../domain/shared/schemas.ts';
import { listOf, pageQuery } from '../lists.ts';
import { defineRoute } from '../route.ts';

const teamView = z.strictObject({ id: idSchema('ten'), name: z.string(), created_at: timestampSchema });

const limitSchema = z
  .array(idSchema('prj'))
  .max(MAX_MEMBER_PROJECTS)
  .nullable()
  .meta({ description: 'The projects that the member is limited to; null for all' });

export const memberView = z.strictObject({
  user_id: idSchema('usr'),
  email: z.string(),
  name: z.string(),
  roles: z.array(roleSchema),
  project_ids: limitSchema,
});

const invitationView = z.strictObject({
  id: idSchema('inv'),
  email: z.string(),
  role: roleSchema,
  project_ids: limitSchema,
  created_at: timestampSchema,
  expires_at: timestampSchema,
});

const memberParameters = z.strictObject({ user_id: idSchema('usr') });

/** Any text that could be a token. */
export const invitationTokenSchema = z.string().min(1).max(256);

export const teamRoutes = {
  createTeam: defineRoute({
    method: 'POST',
    path: '/api/v1/teams',
    function: 'team',
    summary: 'Make another team, which you own; switch to it to work in it',
    access: { resource: 'users', action: 'create' },
    body: z.strictObject({ name: teamNameSchema }),
    success: {
      status: 201,
      description: 'The team',
      schema: teamView.pick({ id: true, name: true }),
    },
    errors: ['TOO_MANY_TEAMS'],
  }),
  getTeam: defineRoute({
    method: 'GET',
    path: '/api/v1/team',
    function: 'team',
    summary: 'The team that you are signed in to',
    access: { resource: 'team', action: 'read' },
    success: { status: 200, description: 'The team', schema: teamView },
    errors: [],
  }),
  updateTeam: defineRoute({
    method: 'PUT',
    path: '/api/v1/team',
    function: 'team',
    summary: 'Change the team’s name',
    access: { resource: 'team', action: 'update' },
    body: z.strictObject({ name: teamNameSchema }),
    success: { status: 200, description: 'The team as it is now', schema: teamView },
    errors: ['STALE_VERSION', 'WRITE_CONFLICT'],
  }),
  listMembers: defineRoute({
    method: 'GET',
    path: '/api/v1/team/members',
    function: 'team',
    summary: 'The team’s members, newest accounts first',
    access: { resource: 'team', action: 'read' },
    query: z.strictObject(pageQuery),
    success: { status: 200, description: 'A page of members', schema: listOf(memberView) },
    errors: ['INVALID_CURSOR'],
  }),
  updateMember: defineRoute({
    method: 'PUT',
    path: '/api/v1/team/members/{user_id}',
    function: 'team',
    summary: 'Change a member’s roles, and the projects that they are limited to: it counts at once',
    access: { resource: 'team', action: 'update' },
    parameters: memberParameters,
    unknown_id: 'MEMBER_NOT_FOUND',
    body: z.strictObject({
      roles: z.array(roleSchema).min(1).max(roleSchema.options.length),
      project_ids: limitSchema.optional(),
    }),
    success: { status: 200, description: 'The member as they are now', schema: memberView },
    errors: ['LAST_OWNER', 'PROJECT_NOT_FOUND', 'WRITE_CONFLICT'],
  }),
  removeMember: defineRoute({
    method: 'DELETE',
    path: '/api/v1/team/members/{user_id}',
    function: 'team',
    summary: 'Remove a member, or leave: their sessions and API tokens for the team end at once',
    // Everybody may leave. Whether they may remove others is asked once it is known whom.
    access: { resource: 'users', action: 'delete' },
    parameters: memberParameters,
    unknown_id: 'MEMBER_NOT_FOUND',
    success: { status: 204, description: 'Removed' },
    errors: ['LAST_OWNER', 'WRITE_CONFLICT'],
  }),
  createInvitation: defineRoute({
    method: 'POST',
    path: '/api/v1/team/invitations',
    function: 'team',
    summary: 'Invite somebody by mail, in place of an earlier invitation of the same address',
    access: { resource: 'team', action: 'create' },
    body: z.strictObject({ email: emailSchema, role: roleSchema, project_ids: limitSchema.optional() }),
    success: {
      status: 201,
      description: 'The invitation, good for a week; its token is shown this once',
      schema: invitationView
        .pick({ id: true, email: true, role: true, expires_at: true })
        .extend({ token: z.string() }),
    },
    errors: ['ALREADY_MEMBER', 'TOO_MANY_INVITATIONS', 'PROJECT_NOT_FOUND', 'WRITE_CONFLICT'],
    holds_secret: true,
  }),
  listInvitations: defineRoute({
    method: 'GET',
    path: '/api/v1/team/invitations',
    function: 'team',
    summary: 'The team’s open invitations, newest first',
    access: { resource: 'team', action: 'read' },
    query: z.strictObject(pageQuery),
    success: { status: 200, description: 'A page of invitations', schema: listOf(invitationView) },
    errors: ['INVALID_CURSOR'],
  }),
  deleteInvitation: defineRoute({
    method: 'DELETE',
    path: '/api/v1/team/invitations/{invitation_id}',
    function: 'team',
    summary: 'Take an invitation back',
    access: { resource: 'team', action: 'delete' },
    parameters: z.strictObject({ invitation_id: idSchema('inv') }),
    unknown_id: 'INVITATION_NOT_FOUND',
    success: { status: 204, description: 'Taken back' },
    errors: [],
  }),
  acceptInvitation: defineRoute({
    method: 'POST',
    path: '/api/v1/auth/invitations/accept',
    function: 'team',
    summary: 'Join the team that invited your address; switch to it to work in it',
    access: { resource: 'users', action: 'create' },
    body: z.strictObject({ token: invitationTokenSchema }),
    success: {
      status: 200,
      description: 'The team, and what you are in it',
      schema: z.strictObject({
        tenant: teamView.pick({ id: true, name: true }),
        roles: z.array(roleSchema),
      }),
    },
    errors: ['INVALID_INVITATION', 'ALREADY_MEMBER', 'WRITE_CONFLICT'],
  }),
};
