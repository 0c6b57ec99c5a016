import { type PurgeDependencies, purgeAccount } from '../identity/index.ts';
import { deleteAllProjects, type ProjectDependencies } from '../projects/index.ts';
import type { Purge } from './purger.ts';

export interface AccountPurgeDependencies extends Omit<PurgeDependencies, 'deleteProjects'> {
  readonly projects: Pick<ProjectDependencies, 'projects' | 'clock' | 'ids'>;
}

/** Removes an account whose user didn't come back. Projects of teams that nobody else is in are deleted as a user would, so
 *  that their apps stop; they themselves are purged when their own time comes. */
export function createAccountPurge(deps: AccountPurgeDependencies): Purge {
  return async ({ id: user_id }, budget) => {
    if (!budget.take()) return 'unfinished';
    const deleteProjects = deleteAllProjects.bind(undefined, deps.projects);
    return (await purgeAccount({ ...deps, deleteProjects }, { user_id })) ? 'purged' : 'taken_back';
  };
}
