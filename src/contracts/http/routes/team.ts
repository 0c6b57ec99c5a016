import * as z from 'zod';
import { teamNameSchema } from '../../../domain/identity/index.ts';
import { idSchema, timestampSchema } from '../../../domain/shared/schemas.ts';
import { defineRoute } from '../route.ts';

const teamView = z.strictObject({ id: idSchema('ten'), name: z.string(), created_at: timestampSchema });

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
};
