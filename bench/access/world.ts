import { createLogStore } from '../../src/adapters/stores/log-store.ts';
import type { DeploymentLogs, PipelineDependencies } from '../../src/domain/deployments/index.ts';
import { createTestApi, type TestAccount, type TestAnswer, type TestApi } from '../../test/support/api.ts';
import type { PipelineScript } from '../../test/support/pipeline.ts';
import { runTasks } from '../../test/support/run-tasks.ts';
import { idOf } from '../../test/support/samples.ts';
import { createMemoryTable } from '../../test/support/tables.ts';
import { createTestClock } from '../../test/support/test-clock.ts';
import { createTally, type Tally } from '../capacity/tally.ts';

/** The platform's functions as they run on AWS, on one counted table: real handlers, tasks, consumers and stores, with
 *  scripted git, builds and compute, which have no table. Nothing in it depends on the time or on chance, so that the same
 *  work always costs the same. */
export interface World {
  readonly tally: Tally;
  readonly api: TestApi;
  readonly script: PipelineScript;
  /** What tasks and consumers work with. Logs go to the table, as on AWS. */
  readonly pipeline: PipelineDependencies & { readonly logs: DeploymentLogs };
  /** An owner of a team, signed in. */
  readonly account: TestAccount;
  /** Calls a route as the owner. */
  call(method: string, target: string, body?: unknown, headers?: Record<string, string>): Promise<TestAnswer>;
  /** @returns the new project's id */
  createProject(name: string): Promise<string>;
  /** @returns the id of the deployment that the route queued */
  queue(project_id: string): Promise<string>;
}

/** A project that was deployed before, as most are that somebody asks for. */
export interface UsedWorld extends World {
  readonly project_id: string;
  /** Its latest deployment, which serves. */
  readonly deployment_id: string;
}

// As many as a project's list entry shows; what costs by its size has its full size then.
const EARLIER_DEPLOYMENTS = 5;

/** A world in its steady state. */
export async function openUsedWorld(): Promise<UsedWorld> {
  const world = await openWorld();
  const project_id = await world.createProject('shop');
  let deployment_id = '';
  for (let count = 0; count < EARLIER_DEPLOYMENTS; count += 1) {
    deployment_id = await world.queue(project_id);
    await runTasks(world.api.pipeline, { tenant_id: world.account.tenant_id, deployment_id });
  }
  return { ...world, project_id, deployment_id };
}

async function openWorld(): Promise<World> {
  const memory = createMemoryTable();
  const tally = createTally(memory.table);
  const logs = createLogStore(tally.table, createTestClock());
  const api = await createTestApi({
    logs,
    memory: { ...memory, table: tally.table },
    rate_limit: 'default',
  });
  const account = await api.signUp('ada');
  const call: World['call'] = (method, target, body, headers = {}) =>
    api.call(method, target, { token: account.token, body, headers });
  return {
    tally,
    api,
    account,
    call,
    script: api.pipeline.script,
    pipeline: { ...api.pipeline.deps, logs },
    createProject: async (name) =>
      idOf(
        await call('POST', '/api/v1/projects', {
          name,
          repository_url: `https://git.example.com/${name}.git`,
          environment: { DATABASE_URL: 'postgres://app:secret@db.example.com/app' },
        }),
      ),
    queue: async (project_id) => idOf(await call('POST', '/api/v1/deployments', { project_id })),
  };
}
