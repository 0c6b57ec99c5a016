import { ROUTES } from '../../src/contracts/http/catalog.ts';
import {
  createCredentials,
  createSamples,
  createTeamThings,
  expectSuccess,
  NOWHERE,
  type OperationId,
} from '../../test/support/samples.ts';
import type { Access } from '../capacity/tally.ts';
import { runExecution } from './execution.ts';
import { openUsedWorld, type UsedWorld } from './world.ts';

/** What one request of a route costs, at its project's and team's steady state, with keys and sessions warm. */
export async function measureRoute(operation_id: OperationId): Promise<Access> {
  const world = await openUsedWorld();
  // Nobody can roll back or deploy while another deployment is queued, and nothing else can be cancelled.
  const queued_id =
    operation_id === 'cancelDeployment' ? await world.queue(world.project_id) : NOWHERE.queued_id;
  if (operation_id === 'getDeploymentLogs') return measureLogs(world);
  if (operation_id === 'restoreProject') await world.call('DELETE', `${PROJECTS}/${world.project_id}`);
  const credentials = await createCredentials(world.api, world.account);
  const team = await createTeamThings(world.api, world.account);
  const things = { ...world, queued_id, ...world.account, ...credentials, ...team };
  const { target, body } = createSamples(things)[operation_id];
  // What an address leased by one request lasts for the next ones, as what the principal leased does.
  if (operation_id === 'listSessions') await world.call('GET', target);
  return countRequest(world, operation_id, target, body);
}

/** What a request costs before its route has begun: one whose session has ended gets no further. */
export async function measureAuthentication(): Promise<Access> {
  const world = await openUsedWorld();
  const claims = await world.api.deps.accounts.tokens.verifyAccess(world.account.token);
  await world.api.deps.accounts.store.deleteSession({ ...world.account, id: claims?.sid ?? '' });
  return world.tally.count(async () => {
    const { status } = await world.call('GET', '/api/v1/usage');
    if (status !== 401) throw new Error(`Answered ${status} without a session`);
  });
}

const PROJECTS = '/api/v1/projects';
const MANY = 49;

/** Requests that cost otherwise than their route's plain one, by what they are. */
export const VARIANTS = {
  'POST /api/v1/projects with an Idempotency-Key': async () => {
    const world = await openUsedWorld();
    return countRequest(world, 'createProject', PROJECTS, NEW_PROJECT, KEY);
  },
  'the same again, replayed': async () => {
    const world = await openUsedWorld();
    await world.call('POST', PROJECTS, NEW_PROJECT, KEY);
    return countRequest(world, 'createProject', PROJECTS, NEW_PROJECT, KEY);
  },
  'GET /api/v1/projects, a page of 50': async () => {
    const world = await openUsedWorld();
    for (let count = 0; count < MANY; count += 1) await world.createProject(`project-${count}`);
    return countRequest(world, 'listProjects', `${PROJECTS}?limit=50`);
  },
  'PUT /api/v1/projects/{project_id}, another name and other variables': async () => {
    const world = await openUsedWorld();
    const body = { name: 'store', environment: { A: 'b' } };
    return countRequest(world, 'updateProject', `${PROJECTS}/${world.project_id}`, body);
  },
  'GET /api/v1/projects/{project_id}/metrics, 90 days of one of 50 projects': async () => {
    const world = await openUsedWorld();
    await fillDays(world);
    return countRequest(world, 'getProjectMetrics', `${PROJECTS}/${world.project_id}/metrics?days=90`);
  },
  'GET /api/v1/projects, where the limiter leases': async () => {
    const world = await openUsedWorld();
    // What was leased before is given up.
    world.api.test_accounts.clock.advance(60_000);
    return countRequest(world, 'listProjects', PROJECTS);
  },
  'GET /api/v1/projects?deleted=true, one deleted project': async () => {
    const world = await openUsedWorld();
    await world.call('DELETE', `${PROJECTS}/${world.project_id}`);
    return countRequest(world, 'listProjects', `${PROJECTS}?deleted=true`);
  },
  'GET /api/v1/deployments of the whole team': async () => {
    const world = await openUsedWorld();
    return countRequest(world, 'listDeployments', '/api/v1/deployments');
  },
} as const satisfies Record<string, () => Promise<Access>>;
export type VariantName = keyof typeof VARIANTS;

const NEW_PROJECT = { name: 'new', repository_url: 'https://git.example.com/new' };
const KEY = { 'idempotency-key': 'one' };

async function countRequest(
  world: UsedWorld,
  operation_id: OperationId,
  target: string,
  body?: unknown,
  headers?: Record<string, string>,
): Promise<Access> {
  return world.tally.count(async () => {
    expectSuccess(operation_id, await world.call(ROUTES[operation_id].method, target, body, headers));
  });
}

async function measureLogs(world: UsedWorld): Promise<Access> {
  const deployment_id = await world.queue(world.project_id);
  await runExecution(world, { tenant_id: world.account.tenant_id, deployment_id });
  return countRequest(world, 'getDeploymentLogs', `/api/v1/deployments/${deployment_id}/logs`);
}

const DAY_MS = 86_400_000;

/** A deployment a day of 50 projects, for 90 days. */
async function fillDays({ api, account, project_id }: UsedWorld): Promise<void> {
  const { metrics, clock, projects } = api.deps;
  const others = Array.from({ length: MANY }, () => projects.ids.next('prj'));
  for (let age = 0; age < 90; age += 1) {
    const day = new Date(clock.now().getTime() - age * DAY_MS).toISOString().slice(0, 10);
    for (const id of [project_id, ...others]) {
      const key = { tenant_id: account.tenant_id, project_id: id, day };
      const amounts = { succeeded: 1, failed: 0, cancelled: 0, duration_ms: 123_456 };
      await metrics.addDay(key, projects.ids.next('evt'), amounts);
    }
  }
}
