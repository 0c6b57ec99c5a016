import * as z from 'zod';
import { idSchema } from '../shared/schemas.ts';

const userData = z.strictObject({ user_id: idSchema('usr') });
const teamData = z.strictObject({ name: z.string() });
const tokenData = z.strictObject({ token_id: idSchema('key'), user_id: idSchema('usr'), name: z.string() });

/** Events of this module by type: the schema of `data`. */
export const IDENTITY_EVENTS = {
  'branchline.user.created': userData,
  'branchline.user.updated': userData,
  'branchline.team.created': teamData,
  'branchline.team.updated': teamData,
  'branchline.token.created': tokenData,
  'branchline.token.revoked': tokenData,
} as const;
