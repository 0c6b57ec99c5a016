import * as z from 'zod';
import { scopeSchema } from '../../../domain/access/index.ts';
import { apiTokenSchema, tokenNameSchema } from '../../../domain/identity/index.ts';
import { idSchema } from '../../../domain/shared/schemas.ts';
import { listOf, pageQuery } from '../lists.ts';
import { defineRoute } from '../route.ts';

const tokenView = apiTokenSchema.omit({ tenant_id: true, user_id: true, secret_hash: true });

export const tokenRoutes = {
  createToken: defineRoute({
    method: 'POST',
    path: '/api/v1/tokens',
    function: 'tokens',
    summary:
      'Make an API token, which does a part of what you may; where no scopes are named, all but deleting',
    access: { resource: 'tokens', action: 'create' },
    body: z.strictObject({
      name: tokenNameSchema,
      scopes: z
        .array(scopeSchema)
        .min(1)
        .max(100)
        .optional()
        .meta({ description: 'What it may do: a resource and create, read, update or delete' }),
      project_id: idSchema('prj').optional().meta({ description: 'The one project that it is for' }),
      environment: z
        .string()
        .min(1)
        .max(64)
        .optional()
        .meta({ description: 'The one environment that it is for' }),
      expires_at: z.iso
        .datetime({ offset: true })
        .optional()
        .meta({ description: 'Its end, within 366 days; 90 days from now where none is given' }),
    }),
    success: {
      status: 201,
      description: 'The token: `token` is shown this once',
      schema: tokenView.extend({ token: z.string() }),
    },
    errors: ['PROJECT_NOT_FOUND', 'TOO_MANY_TOKENS'],
    holds_secret: true,
  }),
  listTokens: defineRoute({
    method: 'GET',
    path: '/api/v1/tokens',
    function: 'tokens',
    summary: 'List your API tokens in this team, newest first',
    access: { resource: 'tokens', action: 'read' },
    query: z.strictObject(pageQuery),
    success: { status: 200, description: 'A page of tokens, without their texts', schema: listOf(tokenView) },
    errors: ['INVALID_CURSOR'],
  }),
  revokeToken: defineRoute({
    method: 'DELETE',
    path: '/api/v1/tokens/{token_id}',
    function: 'tokens',
    summary: 'Revoke an API token: it ends at once',
    access: { resource: 'tokens', action: 'delete' },
    parameters: z.strictObject({ token_id: idSchema('key') }),
    unknown_id: 'TOKEN_NOT_FOUND',
    success: { status: 204, description: 'Revoked' },
    errors: [],
  }),
};
