import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { LIMITS } from '../../../local/builder/limits.ts';
import { createLocalCompute } from '../../../local/compute/provider.ts';
import { createWorkloads } from '../../../local/compute/workloads.ts';
import { createProcessRunner } from '../../../local/process/index.ts';
import type { AppProxy } from '../../../local/proxy/types.ts';
import { makeHome, settledProcesses } from '../../support/platform.ts';
import { serverSource } from '../../support/platform-apps.ts';
import { createRecordedLogger } from '../../support/recorded-logger.ts';
import { createTestClock } from '../../support/test-clock.ts';
import { testId } from '../../support/test-ids.ts';
import { OTHER_TENANT, PROJECT, release, TENANT } from '../../support/things.ts';
import { type ComputeUnderTest, type ContractApp, computeContract } from './compute-contract.ts';

const SOURCES: Readonly<Record<ContractApp, string>> = {
  serves: serverSource("response.end('hello')"),
  exits: 'process.exit(3);',
  silent: 'setInterval(() => {}, 1000);',
};

/** Remembers where each host's requests would go. */
function createRecordedProxy() {
  const routes = new Map<string, string>();
  const proxy: AppProxy = {
    route(host, target) {
      if (target !== null) routes.set(host, target.instance_id);
    },
    unroute: (host) => void routes.delete(host),
    drained: async () => undefined,
    handleRequest: () => undefined,
    handleUpgrade: () => undefined,
  };
  return { proxy, routes };
}

async function createUnderTest(): Promise<ComputeUnderTest> {
  const home = await makeHome();
  const images_dir = join(home, 'images');
  const environment = { PATH: process.env['PATH'] ?? '' };
  const runner = await createProcessRunner({
    runs_dir: join(home, 'runs'),
    level: 'none',
    memory: 'watchdog',
    home,
    environment,
  });
  const { proxy, routes } = createRecordedProxy();
  const database = new DatabaseSync(':memory:');
  const provider = createLocalCompute({
    runner,
    limits: { ...LIMITS, stop_grace_ms: 1000 },
    proxy,
    workloads: createWorkloads(database),
    logs: { append: () => undefined },
    clock: createTestClock(),
    logger: createRecordedLogger(),
    domain: (host) => `${host}.localhost`,
    onCrashed: async () => undefined,
    images_dir,
    host_environment: environment,
  });
  return {
    provider,
    async spec(number, app, whose = 'own') {
      const release_id = testId('rel', number);
      await mkdir(join(images_dir, release_id), { recursive: true });
      await writeFile(join(images_dir, release_id, 'server.js'), SOURCES[app]);
      const timeout_s = app === 'silent' ? 1 : 30;
      return {
        service: {
          tenant_id: whose === 'own' ? TENANT : OTHER_TENANT,
          project_id: whose === 'own' ? PROJECT : testId('prj', 2),
          environment: 'production',
          name: 'web',
        },
        deployment_id: testId('dpl', number),
        release_id,
        display_name: 'shop',
        host: `shop-${whose}`,
        image: `folder:${release_id}`,
        plan: {
          ...release().plan,
          start: { kind: 'exec', argv: [process.execPath, 'server.js'] },
          health_check: { path: null, timeout_s },
        },
        variables: {},
      };
    },
    serving: async ({ host }) => routes.get(host) ?? null,
    running: async () => (await settledProcesses(home, 1)).length,
    async remove() {
      await provider.shutDown();
      await runner.terminateAll(1000);
      database.close();
      await rm(home, { recursive: true });
    },
  };
}

computeContract('laptop', createUnderTest);
