import { beforeEach, describe, expect, test } from 'vitest';
import { type Principal, SCOPES } from '../../../../src/domain/access/index.ts';
import {
  cancelDeployment,
  type DeploymentDependencies,
  getDeployment,
  listDeployments,
  readLogs,
  requestDeployment,
  rollBack,
  visibleRecent,
} from '../../../../src/domain/deployments/index.ts';
import type { Project } from '../../../../src/domain/projects/index.ts';
import { expectCode } from '../../../support/errors.ts';
import { createTestPipeline, OWNER, type TestPipeline } from '../../../support/pipeline.ts';
import { runTasks } from '../../../support/run-tasks.ts';
import { testId } from '../../../support/test-ids.ts';
import { deletedProject, OTHER_TENANT, OTHER_USER, principal } from '../../../support/things.ts';

const stranger = principal('owner', { tenant_id: OTHER_TENANT });
const developer = principal('developer', { user_id: OTHER_USER });
const viewer = principal('viewer');
const QUERY = { after: 0, limit: 10 };

let pipeline: TestPipeline;
let deps: DeploymentDependencies;
let project: Project;
beforeEach(async () => {
  pipeline = createTestPipeline();
  deps = { ...pipeline.deps, logs: { read: async () => ({ lines: [], next: 7 }) } };
  project = await pipeline.createProject();
});

const request = (who = OWNER) => requestDeployment(deps, who, { project_id: project.id });

test('a requested deployment is queued with what was asked for, and tells of it', async () => {
  const made = await requestDeployment(deps, OWNER, {
    project_id: project.id,
    branch: 'main',
    commit: 'abc1234',
  });

  expect(made).toMatchObject({
    status: 'queued',
    branch: 'main',
    commit: 'abc1234',
    requested: { branch: 'main', commit: 'abc1234' },
    created_by: OWNER.user_id,
  });
  expect(await getDeployment(deps, viewer, made.id)).toEqual(made);
  expect(pipeline.memory.events.at(-1)).toMatchObject({
    type: 'branchline.deployment.queued',
    entity: { id: made.id, version: 1 },
  });
});

test('a second one is refused while the first is under way', async () => {
  await request();

  await expectCode(request(), 'DEPLOYMENT_IN_PROGRESS');
});

test('another tenant finds neither the project nor the deployment, by whatever use case', async () => {
  const { id } = await request();

  await expectCode(request(stranger), 'PROJECT_NOT_FOUND');
  await expectCode(getDeployment(deps, stranger, id), 'DEPLOYMENT_NOT_FOUND');
  await expectCode(cancelDeployment(deps, stranger, id), 'DEPLOYMENT_NOT_FOUND');
  await expectCode(rollBack(deps, stranger, id), 'DEPLOYMENT_NOT_FOUND');
  await expectCode(readLogs(deps, stranger, id, QUERY), 'DEPLOYMENT_NOT_FOUND');
  await expectCode(
    listDeployments(deps, stranger, { project_id: project.id }, { limit: 5 }),
    'PROJECT_NOT_FOUND',
  );
  expect((await listDeployments(deps, stranger, {}, { limit: 5 })).items).toEqual([]);
  expect(pipeline.eventTypes()).not.toContain('deployment.cancelled');
});

test('an unknown deployment is not found', async () => {
  await expectCode(getDeployment(deps, OWNER, testId('dpl', 99)), 'DEPLOYMENT_NOT_FOUND');
});

describe('a developer', () => {
  test('can’t touch or see other members’ deployments', async () => {
    const { id } = await request();

    await expectCode(request(developer), 'FORBIDDEN');
    await expectCode(getDeployment(deps, developer, id), 'FORBIDDEN');
    await expectCode(readLogs(deps, developer, id, QUERY), 'FORBIDDEN');
    await expectCode(cancelDeployment(deps, developer, id), 'FORBIDDEN');
    await expectCode(rollBack(deps, developer, id), 'FORBIDDEN');
    expect((await listDeployments(deps, developer, {}, { limit: 5 })).items).toEqual([]);
  });

  test('deploys, sees and cancels their own project’s', async () => {
    await ownProject();

    const { id } = await request(developer);

    expect((await listDeployments(deps, developer, {}, { limit: 5 })).items).toHaveLength(1);
    expect(await readLogs(deps, developer, id, QUERY)).toEqual({ lines: [], next: 7 });
    expect((await cancelDeployment(deps, developer, id)).status).toBe('cancelled');
  });
});

describe('the owner of a project', () => {
  const lead = principal('admin', { user_id: testId('usr', 7) });

  test('sees, cancels and rolls back what others deployed of it, as a developer too', async () => {
    await ownProject();
    const first = await request(lead);
    expect(first).toMatchObject({ created_by: lead.user_id, project_owner_id: OTHER_USER });
    await runTasks(pipeline, { tenant_id: first.tenant_id, deployment_id: first.id });

    expect(await getDeployment(deps, developer, first.id)).toMatchObject({ status: 'success' });
    expect(await listed(developer)).toEqual([first.id]);
    const back = await rollBack(deps, developer, first.id);
    expect(back).toMatchObject({ created_by: OTHER_USER, project_owner_id: OTHER_USER });
    const third = await cancelDeployment(deps, developer, back.id).then(() => request(lead));
    expect(await cancelDeployment(deps, developer, third.id)).toMatchObject({ status: 'cancelled' });
  });
});

describe('who is limited to some projects', () => {
  const limited = principal('admin', { project_ids: [testId('prj', 50), testId('prj', 51)] });

  test('finds no other’s deployments, by whatever use case', async () => {
    const { id } = await request();
    const own = await requestDeployment(deps, limited, { project_id: (await ownProject()).id });

    await expectCode(requestDeployment(deps, limited, { project_id: PROJECT_ID() }), 'PROJECT_NOT_FOUND');
    await expectCode(getDeployment(deps, limited, id), 'DEPLOYMENT_NOT_FOUND');
    await expectCode(cancelDeployment(deps, limited, id), 'DEPLOYMENT_NOT_FOUND');
    await expectCode(rollBack(deps, limited, id), 'DEPLOYMENT_NOT_FOUND');
    await expectCode(readLogs(deps, limited, id, QUERY), 'DEPLOYMENT_NOT_FOUND');
    const filter = { project_id: PROJECT_ID() };
    await expectCode(listDeployments(deps, limited, filter, { limit: 5 }), 'PROJECT_NOT_FOUND');
    expect(await listed(limited)).toEqual([own.id]);
    expect(await listed(OWNER)).toEqual([own.id, id]);
  });
});

describe('an API token of one environment', () => {
  const staging = principal('owner', { environment: 'staging', scopes: SCOPES });
  const production = principal('owner', { environment: 'production', scopes: SCOPES });

  test('finds the deployments of that one alone, and deploys to no other', async () => {
    const { id } = await request(production);

    expect(await listed(production)).toEqual([id]);
    expect(await getDeployment(deps, production, id)).toMatchObject({ environment: 'production' });
    expect(await listed(staging)).toEqual([]);
    await expectCode(getDeployment(deps, staging, id), 'DEPLOYMENT_NOT_FOUND');
    await expectCode(cancelDeployment(deps, staging, id), 'DEPLOYMENT_NOT_FOUND');
    await expectCode(request(staging), 'FORBIDDEN');
  });
});

test('a project’s latest deployments are shown to each as a list of deployments would', async () => {
  const { id } = await request();
  const recent = (await deps.deployments.listRecent(project.tenant_id, [project.id])).get(project.id) ?? [];
  const shown = (who: Principal) => visibleRecent(who, project, recent).map((entry) => entry.id);

  for (const who of [OWNER, viewer, principal('admin', { user_id: OTHER_USER })]) {
    expect(shown(who)).toEqual([id]);
  }
  expect(shown(developer)).toEqual([]);
  expect(shown(principal('developer'))).toEqual([id]);
  expect(visibleRecent(developer, { ...project, owner_id: OTHER_USER }, recent)).toHaveLength(1);
  expect(shown(principal('owner', { environment: 'staging' }))).toEqual([]);
  expect(shown(principal('owner', { scopes: ['projects:read'] }))).toEqual([]);
});

test('a project that is deleted at the very moment takes no deployment, and no rollback', async () => {
  const first = await pipeline.queue(project);
  await runTasks(pipeline, first);
  const projects = {
    ...pipeline.deps.projects,
    find: async (tenant_id: string, project_id: string) => {
      const found = await pipeline.deps.projects.find(tenant_id, project_id);
      if (found !== undefined) await removed(found);
      return found;
    },
  };

  await expectCode(rollBack({ ...deps, projects }, OWNER, first.deployment_id), 'PROJECT_NOT_FOUND');
  project = await ownProject();
  await expectCode(
    requestDeployment({ ...deps, projects }, OWNER, { project_id: project.id }),
    'PROJECT_NOT_FOUND',
  );
  await expectCode(getDeployment(deps, OWNER, first.deployment_id), 'DEPLOYMENT_NOT_FOUND');
});

test('a viewer sees everything and starts nothing', async () => {
  const { id } = await request();

  expect((await listDeployments(deps, viewer, {}, { limit: 5 })).items).toHaveLength(1);
  await expectCode(request(viewer), 'FORBIDDEN');
  await expectCode(cancelDeployment(deps, viewer, id), 'FORBIDDEN');
  await expectCode(rollBack(deps, viewer, id), 'FORBIDDEN');
});

describe('cancelling', () => {
  test('ends a queued deployment, tells of it, and frees the service', async () => {
    const { id } = await request();

    expect(await cancelDeployment(deps, OWNER, id)).toMatchObject({ status: 'cancelled', failure: null });
    expect(pipeline.memory.events.at(-1)).toMatchObject({
      type: 'branchline.deployment.cancelled',
      data: { deployment_id: id, duration_ms: 0 },
    });
    expect(await request()).toBeDefined();
  });

  test('what has ended is refused', async () => {
    const { id } = await request();
    await cancelDeployment(deps, OWNER, id);

    await expectCode(cancelDeployment(deps, OWNER, id), 'DEPLOYMENT_NOT_CANCELLABLE');
  });
});

describe('rolling back', () => {
  test('to a deployment that never served is refused', async () => {
    const { id } = await request();
    await cancelDeployment(deps, OWNER, id);

    await expectCode(rollBack(deps, OWNER, id), 'RELEASE_NOT_AVAILABLE');
  });

  test('to the same release works again and again, also from a rollback', async () => {
    const first = await pipeline.queue(project);
    await runTasks(pipeline, first);
    const second = await rollBack(deps, OWNER, first.deployment_id);
    await runTasks(pipeline, { tenant_id: second.tenant_id, deployment_id: second.id });
    const third = await rollBack(deps, OWNER, second.id);

    expect(third).toMatchObject({ status: 'queued', rollback_of: second.id, release_id: second.release_id });
  });

  test('while another deployment is under way is refused', async () => {
    const first = await pipeline.queue(project);
    await runTasks(pipeline, first);
    await request();

    await expectCode(rollBack(deps, OWNER, first.deployment_id), 'DEPLOYMENT_IN_PROGRESS');
  });
});

const PROJECT_ID = () => firstEvent().entity.id;
const listed = async (who: Principal) =>
  (await listDeployments(deps, who, {}, { limit: 5 })).items.map(({ id }) => id);

/** Makes a project of the developer's, and goes on with it. */
async function ownProject(): Promise<Project> {
  project = { ...project, id: testId('prj', 50), owner_id: OTHER_USER, name: 'own' };
  await pipeline.deps.projects.create(project, {}, { ...firstEvent(), id: testId('evt', 501) });
  return project;
}

async function removed(found: Project): Promise<void> {
  const told = { ...firstEvent(), id: deps.ids.next('evt') };
  await pipeline.deps.projects.remove(found, deletedProject(found), told);
}

function firstEvent() {
  const [event] = pipeline.memory.events;
  if (event === undefined) throw new Error('The project was created');
  return event;
}
