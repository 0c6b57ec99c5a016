import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { EcsComputeConfig } from '../../../src/adapters/aws/ecs/config.ts';
import { serviceName } from '../../../src/adapters/aws/ecs/names.ts';
import { createEcsCompute } from '../../../src/adapters/aws/ecs/provider.ts';
import type { ReleaseSpec } from '../../../src/domain/deployments/index.ts';
import { createFakeEcs } from '../../support/fake-ecs.ts';
import type { AppBehaviour } from '../../support/fake-ecs-cluster.ts';
import { createRecordedLogger } from '../../support/recorded-logger.ts';
import { createTestClock } from '../../support/test-clock.ts';
import { testId } from '../../support/test-ids.ts';
import { OTHER_TENANT, PROJECT, release, TENANT } from '../../support/things.ts';
import { type ComputeUnderTest, computeContract } from './compute-contract.ts';

const POLL_MS = 5000;
const CONFIG: EcsComputeConfig = {
  cluster: 'apps',
  region: 'eu-central-1',
  subnets: ['subnet-1'],
  security_groups: ['sg-1'],
  assign_public_ip: true,
  execution_role_arn: 'arn:aws:iam::123456789012:role/execution',
  architecture: 'ARM64',
  cpu_units: 256,
  memory_mib: 512,
  temporary_mib: 64,
  desired_count: 1,
  bake_minutes: 0,
  start_allowance_s: 120,
  stop_grace_s: 30,
  one_off_timeout_s: 600,
  progress_wait_ms: 2 * POLL_MS,
  poll_ms: POLL_MS,
  drain_wait_ms: 60_000,
  log_group: '/branchline/apps',
};

function createFixture() {
  const clock = createTestClock();
  const fake = createFakeEcs(clock);
  const lines: string[] = [];
  const provider = createEcsCompute({
    ecs: fake.client,
    config: CONFIG,
    clock,
    logger: createRecordedLogger(),
    logs: { append: (_key, line) => void lines.push(line.message) },
    async sleep(duration_ms, signal) {
      await delay(0);
      signal?.throwIfAborted();
      clock.advance(signal === undefined ? duration_ms : 0);
      fake.cluster.tick();
    },
  });
  const spec = (number: number, app: AppBehaviour, whose: 'own' | 'other' = 'own'): ReleaseSpec => ({
    service: {
      tenant_id: whose === 'own' ? TENANT : OTHER_TENANT,
      project_id: whose === 'own' ? PROJECT : testId('prj', 2),
      environment: 'production',
      name: 'web',
    },
    deployment_id: testId('dpl', number),
    release_id: testId('rel', number),
    display_name: 'shop',
    host: `shop-${whose}`,
    image: `123456789012.dkr.ecr.eu-central-1.amazonaws.com/${app}`,
    plan: { ...release().plan, health_check: { path: null, timeout_s: 1 } },
    variables: { A: '1' },
  });
  return { fake, provider, spec, lines };
}

async function createUnderTest(): Promise<ComputeUnderTest> {
  const { fake, provider, spec } = createFixture();
  const { cluster } = fake;
  return {
    provider,
    spec: async (number, app, whose) => spec(number, app, whose),
    async serving({ service }) {
      cluster.tick();
      const found = cluster.services.get(serviceName(service));
      const primary = found?.deployments.find(({ status }) => status === 'PRIMARY')?.taskDefinition;
      return primary === undefined ? null : (/dpl_[\w-]+/.exec(primary)?.[0] ?? null);
    },
    async running() {
      cluster.tick();
      const deployments = [...cluster.services.values()].flatMap((service) => service.deployments);
      const apps = deployments.filter(({ rolloutState }) => rolloutState !== 'FAILED');
      return apps.length + cluster.tasks.filter(({ status }) => status === 'RUNNING').length;
    },
    async remove() {
      expect(fake.calls.length).toBeGreaterThan(0);
    },
  };
}

computeContract('ECS', createUnderTest);

test.each<[AppBehaviour, string, string]>([
  ['out-of-memory', 'out_of_memory', 'An app may use 512 MiB.'],
  ['no-image', 'internal', 'The app could not be started.'],
])('ECS: an app that is %s', async (app, reason, detail) => {
  const { provider, spec } = createFixture();
  const failing = spec(1, app);
  await provider.release(failing);
  expect(await provider.progress(failing.deployment_id)).toEqual({ state: 'failed', reason, detail });
});

test('ECS: only what serves keeps a task definition, and a removed project none', async () => {
  const { fake, provider, spec } = createFixture();
  for (const number of [1, 2, 3]) {
    const next = spec(number, number === 2 ? 'exits' : 'serves');
    await provider.runOneOff(next, [{ kind: 'shell', script: 'true' }]);
    await provider.release(next);
    const { state } = await provider.progress(next.deployment_id);
    await (state === 'healthy' ? provider.promote(next) : provider.stop(next.deployment_id));
  }
  const families = () => [...fake.cluster.definitions.values()].map(({ family }) => family);
  expect(families()).toEqual([testId('dpl', 3)]);
  await provider.removeProject(TENANT, PROJECT);
  expect(families()).toEqual([]);
});
