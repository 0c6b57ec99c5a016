import { logDeploymentEvents } from '../../../src/adapters/stores/deployment-log.ts';
import { createDeploymentStore } from '../../../src/adapters/stores/deployment-store.ts';
import { createLogStore } from '../../../src/adapters/stores/log-store.ts';
import { createProjectReader } from '../../../src/adapters/stores/project-store.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { uuidIds } from '../../../src/adapters/system/ids.ts';
import { createApiRuntime } from '../../runtime/aws/api.ts';
import { bindHttp } from '../../runtime/aws/bind.ts';
import { rememberFinal, shareProjectReader } from '../../runtime/aws/cache.ts';
import { loadCursors, verificationKeys } from '../../runtime/aws/secrets.ts';
import { AWAITED, createTenantTable } from '../../runtime/aws/table.ts';
import { createDeploymentsFunction } from './handler.ts';

async function compose() {
  const table = createTenantTable(AWAITED);
  const runtime = createApiRuntime(table, verificationKeys());
  const deployments = createDeploymentStore(rememberFinal(table), systemClock);
  return createDeploymentsFunction({
    ...runtime,
    deployments: {
      deployments: logDeploymentEvents(deployments, runtime.logger),
      projects: shareProjectReader(createProjectReader(table), table, runtime.logger),
      logs: createLogStore(table, systemClock),
      clock: systemClock,
      ids: uuidIds,
    },
    cursors: await loadCursors(),
  });
}

export const handler = bindHttp(compose);
