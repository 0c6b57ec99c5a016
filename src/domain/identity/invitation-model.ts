import * as z from 'zod';
import { roleSchema } from '../access/index.ts';
import { idSchema, timestampSchema } from '../shared/schemas.ts';
import { DAY_MS } from '../shared/time.ts';
import { emailSchema, memberSchema } from './model.ts';

export const INVITATION_LIFETIME_MS = 7 * DAY_MS;
/** Of one team, open at the same time. */
export const MAX_INVITATIONS = 100;

export const invitationSchema = z.strictObject({
  id: idSchema('inv'),
  tenant_id: idSchema('ten'),
  /** Whoever accepts has to have this address. There is one invitation for an address at most. */
  email: emailSchema,
  role: roleSchema,
  project_ids: memberSchema.shape.project_ids,
  /** Of the token's random part: the token itself is nowhere. */
  secret_hash: z.string(),
  invited_by: idSchema('usr'),
  created_at: timestampSchema,
  expires_at: timestampSchema,
});

/** What makes a member of whoever has its token and its address. */
export type Invitation = z.infer<typeof invitationSchema>;
