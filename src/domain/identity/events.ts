import * as z from 'zod';
import { idSchema } from '../shared/schemas.ts';

const tokenData = z.strictObject({ token_id: idSchema('key'), user_id: idSchema('usr'), name: z.string() });

/** Events of this module by type: the schema of `data`. */
export const IDENTITY_EVENTS = {
  'branchline.user.created': z.strictObject({ user_id: idSchema('usr') }),
  'branchline.token.created': tokenData,
  'branchline.token.revoked': tokenData,
} as const;
