import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImagePublisher, SourceProvider } from '../../src/domain/deployments/index.ts';
import type { ProjectOutput } from '../../src/domain/purge/index.ts';
import type { FileLogs } from '../logs/file-logs.ts';
import type { Executions } from '../workflow/executions.ts';

/** What a project has in a laptop's home beside the table: folders, and what is known of its executions. */
export function createLocalOutput(parts: {
  readonly source: Pick<SourceProvider, 'discard'>;
  readonly images: Pick<ImagePublisher, 'discard'>;
  readonly logs: Pick<FileLogs, 'remove'>;
  readonly executions: Pick<Executions, 'remove'>;
  readonly caches_dir: string;
}): ProjectOutput {
  return {
    async removeDeployment(key) {
      await parts.source.discard(key);
      await parts.logs.remove(key.deployment_id);
      parts.executions.remove(key.deployment_id);
    },
    removeRelease: (release_id) => parts.images.discard(release_id),
    removeCaches: ({ project_id }) =>
      rm(join(parts.caches_dir, project_id), { recursive: true, force: true }),
  };
}
