import * as z from 'zod';
import { scopeSchema } from '../access/index.ts';
import { idSchema, textSchema, timestampSchema } from '../shared/schemas.ts';
import { DAY_MS } from '../shared/time.ts';

/** How long a token is good where nobody says, and at most. */
export const DEFAULT_TOKEN_LIFETIME_MS = 90 * DAY_MS;
export const MAX_TOKEN_LIFETIME_MS = 366 * DAY_MS;
/** Of one member in one team. */
export const MAX_TOKENS = 100;

export const tokenNameSchema = textSchema({ min: 1, max: 100 });

export const apiTokenSchema = z.strictObject({
  id: idSchema('key'),
  tenant_id: idSchema('ten'),
  user_id: idSchema('usr'),
  name: tokenNameSchema,
  scopes: z.array(scopeSchema).min(1),
  /** The project that it is limited to; null for all that its owner sees. */
  project_id: idSchema('prj').nullable(),
  /** The environment that it is limited to; null for all. */
  environment: z.string().nullable(),
  /** Of its random part: the token itself is nowhere. */
  secret_hash: z.string(),
  created_at: timestampSchema,
  expires_at: timestampSchema,
  /** To a quarter of an hour; null before its first use. */
  last_used_at: timestampSchema.nullable(),
});

/** A credential for programs, which does some of what its owner may. */
export type ApiToken = z.infer<typeof apiTokenSchema>;
