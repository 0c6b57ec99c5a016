import * as z from 'zod';
import type { DomainEvent } from '../shared/events.ts';
import type { Clock, IdGenerator } from '../shared/ports.ts';
import { idSchema } from '../shared/schemas.ts';
import type { Project } from './model.ts';

const projectData = z.strictObject({ project_id: idSchema('prj'), name: z.string() });

/** Events of this module by type: the schema of `data`. */
export const PROJECT_EVENTS = {
  'branchline.project.created': projectData,
  'branchline.project.updated': projectData,
  'branchline.project.deleted': projectData,
  'branchline.project.restored': projectData,
} as const;

/** An event about a project as it is after the change. */
export function projectEvent(
  deps: { readonly clock: Clock; readonly ids: IdGenerator },
  project: Project,
  what: 'created' | 'updated' | 'deleted' | 'restored',
): DomainEvent {
  return {
    id: deps.ids.next('evt'),
    type: `branchline.project.${what}`,
    schema_version: 1,
    tenant_id: project.tenant_id,
    entity: { id: project.id, version: project.version },
    occurred_at: deps.clock.now().toISOString(),
    data: { project_id: project.id, name: project.name },
  };
}
