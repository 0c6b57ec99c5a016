import * as z from 'zod';
import { idSchema } from '../shared/schemas.ts';

const projectData = z.strictObject({ project_id: idSchema('prj'), name: z.string() });

/** Events of this module by type: the schema of `data`. */
export const PROJECT_EVENTS = {
  'branchline.project.created': projectData,
  'branchline.project.updated': projectData,
  'branchline.project.deleted': projectData,
} as const;
