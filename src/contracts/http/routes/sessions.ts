import * as z from 'zod';
import { idSchema, timestampSchema } from '../../../domain/shared/schemas.ts';
import { listOf, pageQuery } from '../lists.ts';
import { defineRoute } from '../route.ts';

const sessionView = z.strictObject({
  id: idSchema('ses'),
  tenant_id: idSchema('ten').meta({ description: 'The team that it is in' }),
  created_at: timestampSchema,
  last_used_at: timestampSchema.meta({ description: 'The sign-in, or the last refresh' }),
  expires_at: timestampSchema.meta({
    description:
      'When it ends, however often it is refreshed; without a refresh, seven days after `last_used_at`',
  }),
  user_agent: z.string(),
  ip: z.string(),
  current: z.boolean().meta({ description: 'Whether it is the one that asks' }),
});

/** Everybody's own sessions, in all of their teams; no API token reaches them. */
export const sessionRoutes = {
  logout: defineRoute({
    method: 'POST',
    path: '/api/v1/auth/logout',
    function: 'auth',
    summary: 'End the session that asks: its access tokens are dead at once',
    access: { resource: 'sessions', action: 'delete' },
    success: { status: 204, description: 'Ended' },
    errors: [],
  }),
  listSessions: defineRoute({
    method: 'GET',
    path: '/api/v1/auth/sessions',
    function: 'auth',
    summary: 'List your own sessions, in all of your teams',
    access: { resource: 'sessions', action: 'read' },
    query: z.strictObject(pageQuery),
    success: { status: 200, description: 'Sessions, newest first', schema: listOf(sessionView) },
    errors: ['INVALID_CURSOR'],
  }),
  endSession: defineRoute({
    method: 'DELETE',
    path: '/api/v1/auth/sessions/{session_id}',
    function: 'auth',
    summary: 'End one of your own sessions',
    access: { resource: 'sessions', action: 'delete' },
    parameters: z.strictObject({ session_id: idSchema('ses') }),
    unknown_id: 'SESSION_NOT_FOUND',
    success: { status: 204, description: 'Ended' },
    errors: [],
  }),
};
