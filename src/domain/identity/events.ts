import * as z from 'zod';
import { roleSchema } from '../access/index.ts';
import { idSchema, timestampSchema } from '../shared/schemas.ts';

const userData = z.strictObject({ user_id: idSchema('usr') });
const teamData = z.strictObject({ name: z.string() });
const memberData = {
  user_id: idSchema('usr'),
  roles: z.array(roleSchema),
  project_ids: z.array(idSchema('prj')).nullable(),
};
const tokenData = z.strictObject({ token_id: idSchema('key'), user_id: idSchema('usr'), name: z.string() });

/** Events of this module by type: the schema of `data`. */
export const IDENTITY_EVENTS = {
  'branchline.user.created': userData,
  'branchline.user.updated': userData,
  'branchline.user.deletion_requested': userData.extend({ deletes_at: timestampSchema }),
  'branchline.user.deletion_cancelled': userData,
  'branchline.user.deleted': userData,
  'branchline.team.created': teamData,
  'branchline.team.updated': teamData,
  'branchline.team.deleted': teamData,
  'branchline.member.invited': z.strictObject({
    invitation_id: idSchema('inv'),
    role: roleSchema,
    invited_by: idSchema('usr'),
  }),
  'branchline.member.uninvited': z.strictObject({
    invitation_id: idSchema('inv'),
    withdrawn_by: idSchema('usr'),
  }),
  'branchline.member.joined': z.strictObject({ ...memberData, invited_by: idSchema('usr') }),
  'branchline.member.updated': z.strictObject({ ...memberData, changed_by: idSchema('usr') }),
  'branchline.member.removed': z.strictObject({ user_id: idSchema('usr'), removed_by: idSchema('usr') }),
  'branchline.token.created': tokenData,
  'branchline.token.revoked': tokenData,
} as const;
