import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitSource } from '../../src/adapters/git/types.ts';
import { readSourceSnapshot } from '../../src/adapters/source-tree/read-snapshot.ts';
import type { SourceProvider } from '../../src/domain/deployments/index.ts';

/** The laptop's source port: git checks the commit out into the deployment's own folder, where the builder finds it. */
export function createLocalSourceProvider(git: GitSource, sources_dir: string): SourceProvider {
  return {
    async fetch(key, { repository_url, branch, commit, signal }) {
      const directory = sourceDirectory(sources_dir, key.deployment_id);
      const found = await git.fetch({
        repository_url,
        directory,
        ...(branch === null ? {} : { branch }),
        ...(commit === null ? {} : { commit }),
        ...(signal === undefined ? {} : { signal }),
      });
      return { commit: found, snapshot: await readSourceSnapshot(directory) };
    },

    discard: (key) => rm(sourceDirectory(sources_dir, key.deployment_id), { recursive: true, force: true }),
  };
}

/** Where a deployment's source lies until its build takes it. */
export function sourceDirectory(sources_dir: string, deployment_id: string): string {
  return join(sources_dir, deployment_id);
}
