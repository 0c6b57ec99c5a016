import type { Target } from '../access/index.ts';
import type { Project } from './model.ts';

/** A project as far as access to it goes. */
export function toTarget(project: Pick<Project, 'id' | 'owner_id'>): Target {
  return { owner_ids: [project.owner_id], project_id: project.id };
}
