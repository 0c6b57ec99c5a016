import type { DomainEvent } from '../shared/events.ts';
import type { Page, PageRequest } from '../shared/page.ts';
import type { DeletedProject, Project, Variables } from './model.ts';

/** Projects and their variables. Every method needs the tenant: another tenant's project is simply not there. */
export interface ProjectStore {
  /** @throws AppError PROJECT_NAME_EXISTS */
  create(project: Project, variables: Variables, event: DomainEvent): Promise<void>;
  find(tenant_id: string, project_id: string): Promise<Project | undefined>;
  /** Those that there are, each once, in no order; for at most 100 ids, as many as a principal can be limited to. */
  findMany(tenant_id: string, project_ids: readonly string[]): Promise<readonly Project[]>;
  list(tenant_id: string, page: PageRequest): Promise<Page<Project>>;
  /** Replaces `previous` by `next`; undefined variables stay as they are.
   *  @throws AppError WRITE_CONFLICT when `previous` is no longer current, PROJECT_NAME_EXISTS */
  replace(
    previous: Project,
    next: Project,
    variables: Variables | undefined,
    event: DomainEvent,
  ): Promise<void>;
  /** Hides the project, frees its name, and has it purged when its time comes. @throws AppError WRITE_CONFLICT */
  remove(project: Project, deleted: DeletedProject, event: DomainEvent): Promise<void>;
  /** As {@link list}, of the deleted ones whose purge hasn't begun. */
  listDeleted(tenant_id: string, page: PageRequest): Promise<Page<DeletedProject>>;
  /** As {@link findMany}, of the deleted ones whose purge hasn't begun. */
  findDeleted(tenant_id: string, project_ids: readonly string[]): Promise<readonly DeletedProject[]>;
  /** Ids of all that are deleted, as long as anything of them is left: what lies in them is to be shown nowhere. */
  listDeletedIds(tenant_id: string): Promise<readonly string[]>;
  /** Makes a deleted project `next`, and takes its name again.
   *  @throws AppError WRITE_CONFLICT when it was restored or its purge began meanwhile, PROJECT_NAME_EXISTS */
  restore(deleted: DeletedProject, next: Project, event: DomainEvent): Promise<void>;
  /** The variables in clear, for a release's snapshot. */
  readVariables(tenant_id: string, project_id: string): Promise<Variables>;
}
