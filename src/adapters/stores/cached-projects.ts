import { type Project, type ProjectStore, projectSchema } from '../../domain/projects/index.ts';
import { isAppError } from '../../domain/shared/errors.ts';
import type { Logger } from '../../domain/shared/ports.ts';
import type { FailOpenCache } from '../cache/fail-open.ts';
import { cacheKey } from '../cache/keys.ts';
import type { CacheTrust } from './cache-trust.ts';
import { keys } from './keys.ts';

export interface ProjectCache {
  readonly cache: FailOpenCache;
  readonly trust: CacheTrust;
  /** Keeps installations apart that share a server. */
  readonly stage: string;
  readonly logger: Logger;
}

/** Finds projects in a shared cache first. After a write through {@link cacheProjects} has returned, nobody finds what was
 *  there before it (docs/adr/0022). */
export function cacheProjectReader<R extends Pick<ProjectStore, 'find'>>(reader: R, parts: ProjectCache): R {
  const { cache, trust } = parts;
  return {
    ...reader,

    async find(tenant_id, project_id) {
      if (!(await trust.isTrusted(tenant_id))) return reader.find(tenant_id, project_id);
      const key = keyOf(parts, tenant_id, project_id);
      const found = await cache.read(key);
      if (found.kind === 'hit') {
        const project = parseProject(found.value);
        if (project?.tenant_id === tenant_id && project.id === project_id) return project;
        parts.logger.error('a cached value was not usable', { tenant_id, project_id });
        await drop(cache, key);
      }
      const project = await reader.find(tenant_id, project_id);
      if (found.kind === 'miss' && project !== undefined) {
        await cache.fill(key, found.lease, JSON.stringify(project));
      }
      return project;
    },
  };
}

/** The same with writes, which take their project out of the cache before and leave what they wrote there after. Whatever
 *  else changes a project that can be found has to be fenced like them. One that comes back after its deletion needs no
 *  fence: nothing of it is cached while it is away. */
export function cacheProjects(store: ProjectStore, parts: ProjectCache): ProjectStore {
  const { cache, trust } = parts;
  return {
    ...cacheProjectReader(store, parts),

    async create(project, ...rest) {
      const key = keyOf(parts, project.tenant_id, project.id);
      // The lease is from before the write, so that a change by somebody else ends it. Nothing old can be there.
      const found = (await trust.isTrusted(project.tenant_id)) ? await cache.read(key) : undefined;
      await store.create(project, ...rest);
      if (found?.kind === 'miss') await cache.fill(key, found.lease, JSON.stringify(project));
    },

    replace: (previous, next, ...rest) =>
      writeFenced(parts, next, JSON.stringify(next), () => store.replace(previous, next, ...rest)),

    remove: (project, ...rest) =>
      writeFenced(parts, project, undefined, () => store.remove(project, ...rest)),
  };
}

/** @param value - what the cache gets once it is written */
async function writeFenced(
  parts: ProjectCache,
  { tenant_id, id }: Pick<Project, 'tenant_id' | 'id'>,
  value: string | undefined,
  commit: () => Promise<void>,
): Promise<void> {
  const { cache, trust, logger } = parts;
  const key = keyOf(parts, tenant_id, id);
  const doubt = (): Promise<void> => {
    logger.warn('a write went on without the shared cache', { tenant_id, project_id: id });
    return trust.withdraw(tenant_id);
  };
  const fence = await cache.fence(key);
  if (fence === undefined) await doubt();
  try {
    await commit();
  } catch (error) {
    // What may have been written, or may be yet, stays fenced until the fence is too old.
    if (fence !== undefined && isRefusal(error)) await cache.release(key, fence, undefined);
    throw error;
  }
  if (fence !== undefined && !(await cache.release(key, fence, value))) await doubt();
}

/** True for an error that says that nothing was written. */
function isRefusal(error: unknown): boolean {
  return isAppError(error) && (error.code === 'WRITE_CONFLICT' || error.code === 'PROJECT_NAME_EXISTS');
}

function keyOf({ stage }: ProjectCache, tenant_id: string, project_id: string): string {
  return cacheKey(stage, keys.project(tenant_id, project_id));
}

/** @returns undefined for what is no project: the cache is outside, and so may be what it holds */
function parseProject(text: string): Project | undefined {
  try {
    return projectSchema.safeParse(JSON.parse(text)).data;
  } catch {
    // Not even JSON; the caller reads the table and logs.
    return undefined;
  }
}

async function drop(cache: FailOpenCache, key: string): Promise<void> {
  const fence = await cache.fence(key);
  if (fence !== undefined) await cache.release(key, fence, undefined);
}
