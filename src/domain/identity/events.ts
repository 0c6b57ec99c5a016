import * as z from 'zod';
import { idSchema } from '../shared/schemas.ts';

/** Events of this module by type: the schema of `data`. */
export const IDENTITY_EVENTS = {
  'branchline.user.created': z.strictObject({ user_id: idSchema('usr') }),
} as const;
