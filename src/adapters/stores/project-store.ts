import { DEFAULT_ENVIRONMENT, DEFAULT_SERVICE } from '../../domain/deployments/index.ts';
import {
  type Project,
  type ProjectStore,
  projectSchema,
  type Variables,
} from '../../domain/projects/index.ts';
import { AppError } from '../../domain/shared/errors.ts';
import { ConditionFailedError, type Item, type Table, type Write } from '../table/port.ts';
import { scopeToTenant } from '../table/scope.ts';
import { versionIs } from './current.ts';
import { createDeletedProjectReader, deletedItem, listDeletedIds, takeBack } from './deleted-projects.ts';
import { toAttributes, toEntity } from './entity.ts';
import { keys } from './keys.ts';
import { outboxWrites } from './outbox.ts';
import { readPage } from './page.ts';
import type { Sealer } from './sealer.ts';

const DEFAULT_TARGET = { environment: DEFAULT_ENVIRONMENT, name: DEFAULT_SERVICE } as const;

/** The part of the store that needs no key: for functions that may not open variables. */
export function createProjectReader(table: Table): Pick<ProjectStore, 'find' | 'listDeletedIds'> {
  return {
    async find(tenant_id, project_id) {
      const item = await scopeToTenant(table, tenant_id).get(keys.project(tenant_id, project_id));
      return item === undefined ? undefined : toEntity(projectSchema, item);
    },

    listDeletedIds: (tenant_id) => listDeletedIds(table, tenant_id),
  };
}

/** Projects on the Table port. */
export function createProjectStore(table: Table, sealer: Sealer): ProjectStore {
  return {
    async create(project, variables, event) {
      const writes: Write[] = [
        claimName(project),
        { kind: 'put', item: projectItem(project), condition: { kind: 'absent' } },
        variablesWrite(sealer, project, variables),
        ...outboxWrites([event]),
      ];
      await commit(table, project, writes);
    },

    ...createProjectReader(table),

    async findMany(tenant_id, project_ids) {
      const wanted = project_ids.map((project_id) => keys.project(tenant_id, project_id));
      const items = await scopeToTenant(table, tenant_id).batchGet(wanted);
      return items.map((item) => toEntity(projectSchema, item));
    },

    async list(tenant_id, page) {
      const { items, next } = await readPage(table, tenant_id, (id) => keys.project(tenant_id, id), page);
      return { items: items.map((item) => toEntity(projectSchema, item)), next };
    },

    async replace(previous, next, variables, event) {
      const renamed = previous.name !== next.name;
      const writes: Write[] = [
        ...(renamed ? [claimName(next), freeName(previous)] : []),
        { kind: 'put', item: projectItem(next), condition: versionIs(previous) },
        ...(variables === undefined ? [] : [variablesWrite(sealer, next, variables)]),
        ...outboxWrites([event]),
      ];
      await commit(table, next, writes);
    },

    async remove(project, deleted, event) {
      await commit(table, project, [
        { kind: 'delete', key: keys.project(project.tenant_id, project.id), condition: versionIs(project) },
        { kind: 'put', item: deletedItem(deleted) },
        freeName(project),
        ...outboxWrites([event]),
      ]);
    },

    ...createDeletedProjectReader(table),

    async restore(deleted, next, event) {
      await commit(table, next, [
        claimName(next),
        { kind: 'put', item: projectItem(next), condition: { kind: 'absent' } },
        takeBack(deleted),
        ...outboxWrites([event]),
      ]);
    },

    async readVariables(tenant_id, project_id) {
      const key = keys.variables({ tenant_id, project_id, ...DEFAULT_TARGET });
      const item = await scopeToTenant(table, tenant_id).get(key);
      const sealed = item?.attributes['sealed'];
      if (typeof sealed !== 'string') return {};
      return JSON.parse(sealer.open(tenant_id, contextOf(project_id), sealed)) as Variables;
    },
  };
}

function claimName(project: Project): Write {
  return {
    kind: 'put',
    item: {
      key: keys.projectName(project.tenant_id, project.name),
      attributes: { project_id: project.id },
    },
    condition: { kind: 'absent' },
  };
}

function freeName(project: Project): Write {
  return { kind: 'delete', key: keys.projectName(project.tenant_id, project.name) };
}

function projectItem(project: Project): Item {
  return { key: keys.project(project.tenant_id, project.id), attributes: toAttributes(project) };
}

function variablesWrite(sealer: Sealer, project: Project, variables: Variables): Write {
  const { tenant_id, id: project_id } = project;
  const sealed = sealer.seal(tenant_id, contextOf(project_id), JSON.stringify(variables));
  return {
    kind: 'put',
    item: { key: keys.variables({ tenant_id, project_id, ...DEFAULT_TARGET }), attributes: { sealed } },
  };
}

function contextOf(project_id: string): string {
  return `${project_id}/${DEFAULT_TARGET.environment}/${DEFAULT_TARGET.name}`;
}

async function commit(table: Table, project: Project, writes: readonly Write[]): Promise<void> {
  try {
    await scopeToTenant(table, project.tenant_id).transact(writes);
  } catch (error) {
    if (!(error instanceof ConditionFailedError)) throw error;
    const refused = error.failed.map((position) => writes[position]);
    // Refused together with others, the name may be the project's own: somebody made the same change before.
    const name_taken = refused.every(
      (write) => write?.kind === 'put' && write.item.key.sk.startsWith('PROJECT_NAME#'),
    );
    throw new AppError(name_taken ? 'PROJECT_NAME_EXISTS' : 'WRITE_CONFLICT', { cause: error });
  }
}
