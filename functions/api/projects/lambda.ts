import { createDeploymentStore } from '../../../src/adapters/stores/deployment-store.ts';
import { createMetricsStore } from '../../../src/adapters/stores/metrics-store.ts';
import { createProjectStore } from '../../../src/adapters/stores/project-store.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { uuidIds } from '../../../src/adapters/system/ids.ts';
import { createApiRuntime } from '../../runtime/aws/api.ts';
import { bindHttp } from '../../runtime/aws/bind.ts';
import { shareProjects } from '../../runtime/aws/cache.ts';
import { loadCursors, loadSealer, verificationKeys } from '../../runtime/aws/secrets.ts';
import { AWAITED, createTenantTable } from '../../runtime/aws/table.ts';
import { createProjectsFunction } from './handler.ts';

async function compose() {
  const table = createTenantTable(AWAITED);
  const [cursors, sealer] = await Promise.all([loadCursors(), loadSealer()]);
  const runtime = createApiRuntime(table, verificationKeys());
  return createProjectsFunction({
    ...runtime,
    projects: {
      projects: shareProjects(createProjectStore(table, sealer), table, runtime.logger),
      clock: systemClock,
      ids: uuidIds,
      allow_local_repositories: false,
    },
    recent: createDeploymentStore(table, systemClock),
    metrics: createMetricsStore(table, systemClock),
    cursors,
  });
}

export const handler = bindHttp(compose);
