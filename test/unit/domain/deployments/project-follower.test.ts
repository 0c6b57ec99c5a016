import { beforeEach, describe, expect, test } from 'vitest';
import {
  createProjectFollower,
  type Deployment,
  type DeploymentKey,
} from '../../../../src/domain/deployments/index.ts';
import { deleteProject, type Project, restoreProject } from '../../../../src/domain/projects/index.ts';
import type { DomainEvent } from '../../../../src/domain/shared/events.ts';
import { createTestPipeline, numberOf, OWNER, type TestPipeline } from '../../../support/pipeline.ts';
import { runTasks } from '../../../support/run-tasks.ts';
import { principal, SERVICE } from '../../../support/things.ts';

let pipeline: TestPipeline;
let project: Project;
let first: DeploymentKey;
beforeEach(async () => {
  pipeline = createTestPipeline();
  project = await pipeline.createProject();
  first = await pipeline.queue(project);
});

const lastEvent = (): DomainEvent => pipeline.memory.events.at(-1) ?? expect.fail('nothing was told of');
const follow = (event: DomainEvent) => createProjectFollower(pipeline.deps).handle(event);
const service = () => pipeline.deps.services.find({ ...SERVICE, project_id: project.id });

async function deleted(): Promise<DomainEvent> {
  pipeline.clock.advance(1000);
  await deleteProject(pipeline.deps, OWNER, project.id);
  return lastEvent();
}

async function restored(name?: string): Promise<DomainEvent> {
  pipeline.clock.advance(1000);
  await restoreProject(pipeline.deps, OWNER, project.id, name);
  pipeline.clock.advance(1000);
  return lastEvent();
}

/** The project's deployments, newest first. */
async function deployments(): Promise<readonly Deployment[]> {
  const filter = { project_id: project.id };
  return (await pipeline.deps.deployments.list(project.tenant_id, filter, { limit: 100 })).items;
}

async function runNewest(): Promise<Deployment> {
  const [newest] = await deployments();
  const key = { tenant_id: project.tenant_id, deployment_id: newest?.id ?? '' };
  await runTasks(pipeline, key);
  return pipeline.read(key);
}

describe('a deleted project', () => {
  test('has what is under way cancelled, its apps stopped and its hosts freed', async () => {
    await runTasks(pipeline, first, 'Prepare');
    await follow(await deleted());

    expect((await pipeline.read(first)).status).toBe('cancelled');
    expect(pipeline.calls).toContain(`removeProject ${numberOf(project.id)}`);
    expect(await service()).toBeUndefined();
  });

  test('keeps its ended deployments as they are, also when the event comes twice', async () => {
    await runTasks(pipeline, first);
    const event = await deleted();
    await follow(event);
    await follow(event);

    expect((await pipeline.read(first)).status).toBe('success');
  });
});

describe('a restored project', () => {
  beforeEach(async () => {
    await runTasks(pipeline, first);
  });

  test('has what served released again, without a build, for who had asked for it', async () => {
    const lead = principal('admin', { user_id: 'usr_00000000-0000-7000-8000-000000000007' });
    const { id } = await pipeline.read(first);
    await follow(await deleted());
    pipeline.clock.advance(1000);
    await restoreProject(pipeline.deps, lead, project.id);
    pipeline.clock.advance(1000);
    await follow(lastEvent());
    const back = await runNewest();

    expect(back).toMatchObject({ status: 'success', rollback_of: id, created_by: OWNER.user_id });
    expect(back.url).toBe('http://shop.test');
    expect(await service()).toMatchObject({ host: 'shop', active_deployment_id: back.id });
    expect(pipeline.calls.filter((call) => call.startsWith('publish'))).toHaveLength(1);
  });

  test('gets another host where its own was taken meanwhile', async () => {
    await follow(await deleted());
    const other = await pipeline.createProject({ name: 'shop' });
    await runTasks(pipeline, await pipeline.queue(other));

    await follow(await restored('shop-again'));
    expect((await runNewest()).url).toBe('http://shop-again.test');
    expect(await pipeline.deps.services.find({ ...SERVICE, project_id: other.id })).toMatchObject({
      host: 'shop',
    });
  });

  test('is released once, however often and late its events come', async () => {
    const gone = await deleted();
    await follow(gone);
    const back = await restored();
    await follow(back);
    await follow(back);
    await follow(gone);
    const { id } = await runNewest();
    for (const event of [back, gone, back]) await follow(event);

    expect((await deployments()).map((each) => each.id)).toEqual([id, first.deployment_id]);
    expect(pipeline.calls.filter((call) => call.startsWith('removeProject'))).toHaveLength(1);
  });

  test('whose deletion is heard of only afterwards serves all the while', async () => {
    const gone = await deleted();
    await follow(await restored());
    const back = await runNewest();
    await follow(gone);

    expect(back.status).toBe('success');
    expect(await service()).toMatchObject({ active_deployment_id: back.id });
    expect(pipeline.calls.filter((call) => call.startsWith('removeProject'))).toEqual([]);
  });

  test('while it is still being taken down comes back all the same', async () => {
    const gone = await deleted();
    pipeline.script.onCall = async (name) => {
      if (name === 'removeProject') await restored();
    };
    await follow(gone);

    expect(await runNewest()).toMatchObject({ status: 'success', rollback_of: first.deployment_id });
  });

  test('is left to whoever deploys already', async () => {
    await follow(await deleted());
    const event = await restored();
    const own = await pipeline.queue(project);
    await follow(event);

    expect((await deployments())[0]?.id).toBe(own.deployment_id);
  });

  test('that never served has nothing to bring back', async () => {
    const empty = await pipeline.createProject({ name: 'empty' });
    project = empty;
    await follow(await deleted());
    await follow(await restored());

    expect(await deployments()).toEqual([]);
  });

  test('that is deleted again in the meantime stays so', async () => {
    await follow(await deleted());
    const back = await restored();
    const gone = await deleted();
    await follow(back);
    await follow(gone);

    expect(await deployments()).toHaveLength(1);
  });

  test('comes back also after a first return that failed', async () => {
    await follow(await deleted());
    await follow(await restored());
    pipeline.script.progress = [{ state: 'failed', reason: 'app_exited', detail: 'Exit code 1.' }];
    expect((await runNewest()).status).toBe('failed');
    pipeline.script.progress = [{ state: 'healthy' }];
    await follow(await deleted());
    await follow(await restored());

    expect(await runNewest()).toMatchObject({ status: 'success', rollback_of: first.deployment_id });
  });
});
