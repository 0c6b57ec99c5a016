import { beforeEach, describe, expect, test } from 'vitest';
import { rollBack } from '../../../../src/domain/deployments/index.ts';
import { createTestPipeline, OWNER, type TestPipeline } from '../../../support/pipeline.ts';
import { runTasks } from '../../../support/run-tasks.ts';
import { COMMIT, nodeSource } from '../../../support/things.ts';

let pipeline: TestPipeline;
beforeEach(() => {
  pipeline = createTestPipeline();
});

async function queued() {
  return pipeline.queue(await pipeline.createProject());
}

describe('a deployment that goes well', () => {
  test('ends with its commit, address, isolation and every step', async () => {
    const key = await queued();
    expect(await runTasks(pipeline, key)).toBeUndefined();

    expect(await pipeline.read(key)).toMatchObject({
      status: 'success',
      commit: COMMIT.sha,
      branch: 'main',
      commit_message: COMMIT.message,
      commit_author: COMMIT.author,
      url: 'http://shop.test',
      isolation: 'none',
      failure: null,
      is_switched: true,
    });
    expect(await pipeline.steps(key)).toEqual([
      'prepare success',
      'build success',
      'publish_image success',
      'release success',
      'health_check success',
      'switch_route success',
    ]);
  });

  test('tells of each status once, with how long it took at the end', async () => {
    const key = await queued();
    pipeline.script.onCall = async () => pipeline.clock.advance(1000);
    await runTasks(pipeline, key);

    expect(pipeline.eventTypes()).toEqual([
      'project.created',
      'deployment.queued',
      'deployment.building',
      'deployment.deploying',
      'deployment.succeeded',
    ]);
    expect(pipeline.memory.events.at(-1)?.data).toMatchObject({ duration_ms: 5000 });
  });

  test('frees its service for the next one', async () => {
    const project = await pipeline.createProject();
    await runTasks(pipeline, await pipeline.queue(project));

    expect(await pipeline.queue(project)).toBeDefined();
  });

  test('runs its pre-deploy command before anything is released', async () => {
    pipeline.script.source = { commit: COMMIT, snapshot: nodeSource({ pre_deploy: true }) };
    const key = await queued();
    await runTasks(pipeline, key);

    expect(pipeline.calls.map((call) => call.split(' ')[0])).toEqual([
      'fetch',
      'publish',
      'runOneOff',
      'release',
      'progress',
      'promote',
    ]);
    expect(await pipeline.steps(key)).toContain('pre_deploy success');
  });

  test('says what it detected in the log', async () => {
    await runTasks(pipeline, await queued());
    const text = pipeline.lines.map(({ message }) => message).join('\n');

    expect(text).toContain('Fetching https://git.example.com/shop');
    expect(text).toContain('Detected node');
    expect(text).toContain(`Commit ${COMMIT.sha.slice(0, 12)} by Ada Author: First commit`);
    expect(text).toContain('Serving at http://shop.test');
  });

  test('keeps the address of its service over later deployments, also after a rename', async () => {
    const project = await pipeline.createProject();
    await runTasks(pipeline, await pipeline.queue(project));
    await pipeline.deps.projects.replace(project, { ...project, name: 'store', version: 2 }, undefined, {
      ...pipeline.memory.events[0],
      id: pipeline.deps.ids.next('evt'),
      type: 'branchline.project.updated',
      schema_version: 1,
      tenant_id: project.tenant_id,
      entity: { id: project.id, version: 2 },
      occurred_at: project.created_at,
      data: {},
    });
    const second = await pipeline.queue(project);
    await runTasks(pipeline, second);

    expect((await pipeline.read(second)).url).toBe('http://shop.test');
  });
});

describe('a rollback', () => {
  async function afterTwoDeployments() {
    const project = await pipeline.createProject({ environment: { VERSION: 'one' } });
    const first = await pipeline.queue(project);
    pipeline.script.source = { commit: COMMIT, snapshot: nodeSource({ pre_deploy: true }) };
    await runTasks(pipeline, first);
    const second = await pipeline.queue(project);
    await runTasks(pipeline, second);
    const before = pipeline.calls.length;
    const deps = { ...pipeline.deps, logs: { read: async () => ({ lines: [], next: 0 }) } };
    const target = await rollBack(deps, OWNER, first.deployment_id);
    return { first, key: { tenant_id: target.tenant_id, deployment_id: target.id }, before };
  }

  test('fetches, builds and migrates nothing, and runs the earlier release', async () => {
    const { first, key, before } = await afterTwoDeployments();
    await runTasks(pipeline, key);

    const calls = pipeline.calls.slice(before).map((call) => call.split(' ')[0]);
    expect(calls).toEqual(['release', 'progress', 'promote']);
    expect(await pipeline.read(key)).toMatchObject({
      status: 'success',
      rollback_of: first.deployment_id,
      release_id: (await pipeline.read(first)).release_id,
      commit: COMMIT.sha,
      build_duration_ms: 0,
    });
  });

  test('tells of the success and of the rollback', async () => {
    const { key } = await afterTwoDeployments();
    await runTasks(pipeline, key);

    expect(pipeline.eventTypes().slice(-2)).toEqual(['deployment.succeeded', 'deployment.rolled_back']);
  });

  test('to a release that is gone fails and says so', async () => {
    const { key } = await afterTwoDeployments();
    pipeline.memory.database.exec("DELETE FROM items WHERE sk LIKE 'RELEASE#%'");

    expect(await runTasks(pipeline, key)).toBe('DeploymentFailed.internal');
    expect((await pipeline.read(key)).failure?.message).toContain('The release to return to is gone.');
  });
});
