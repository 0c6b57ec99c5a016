import * as z from 'zod';
import { roleSchema } from '../../../domain/access/index.ts';
import { personNameSchema } from '../../../domain/identity/index.ts';
import { idSchema, timestampSchema } from '../../../domain/shared/schemas.ts';
import { defineRoute } from '../route.ts';

const tenant = { id: idSchema('ten'), name: z.string() };

export const profileView = z.strictObject({
  id: idSchema('usr'),
  email: z.string(),
  name: z.string(),
  created_at: timestampSchema,
  tenant: z.strictObject(tenant).meta({ description: 'The team that you are signed in to' }),
  roles: z.array(roleSchema).meta({ description: 'Yours in that team' }),
  project_ids: z
    .array(idSchema('prj'))
    .nullable()
    .meta({ description: 'The projects that you are limited to there; null for all' }),
  tenants: z
    .array(z.strictObject({ ...tenant, roles: z.array(roleSchema) }))
    .meta({ description: 'Every team that you are a member of' }),
});

export const userRoutes = {
  getMe: defineRoute({
    method: 'GET',
    path: '/api/v1/users/me',
    function: 'users',
    summary: 'You, and your teams',
    access: { resource: 'users', action: 'read' },
    success: { status: 200, description: 'You', schema: profileView },
    errors: [],
  }),
  updateMe: defineRoute({
    method: 'PUT',
    path: '/api/v1/users/me',
    function: 'users',
    summary: 'Change your name; your e-mail address stays',
    access: { resource: 'users', action: 'update' },
    body: z.strictObject({ name: personNameSchema }),
    success: { status: 200, description: 'You, as you are now', schema: profileView },
    errors: ['STALE_VERSION', 'WRITE_CONFLICT'],
  }),
};
