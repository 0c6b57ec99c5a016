import { beforeEach, expect, test } from 'vitest';
import {
  createDeploymentStarter,
  createDeploymentStopper,
  type DeploymentKey,
  type Workflow,
} from '../../../../src/domain/deployments/index.ts';
import { deploymentEvent, enterStatus } from '../../../../src/domain/deployments/lifecycle.ts';
import type { Project } from '../../../../src/domain/projects/index.ts';
import { createTestPipeline, numberOf, type TestPipeline } from '../../../support/pipeline.ts';
import { runTasks } from '../../../support/run-tasks.ts';

let pipeline: TestPipeline;
let project: Project;
let key: DeploymentKey;
let told: string[];
const workflow: Workflow = {
  start: async ({ deployment_id }) => void told.push(`start ${deployment_id}`),
  stop: async (deployment_id) => void told.push(`stop ${deployment_id}`),
};
beforeEach(async () => {
  pipeline = createTestPipeline();
  told = [];
  project = await pipeline.createProject();
  key = await pipeline.queue(project);
});

async function eventOf(type: 'branchline.deployment.queued' | 'branchline.deployment.cancelled') {
  return deploymentEvent(pipeline.deps, await pipeline.read(key), type);
}

test('a queued deployment’s execution is started', async () => {
  await createDeploymentStarter(workflow).handle(await eventOf('branchline.deployment.queued'));

  expect(told).toEqual([`start ${key.deployment_id}`]);
});

test('a cancelled deployment’s execution and instance are stopped, and its open step is closed', async () => {
  await runTasks(pipeline, key, 'Release');
  await pipeline.deps.deployments.writeStep(key, {
    name: 'health_check',
    status: 'running',
    started_at: project.created_at,
    duration_ms: null,
  });
  await enterStatus(pipeline.deps, key, 'cancelled');
  const stopper = createDeploymentStopper(pipeline.deps, workflow);
  const cancelled = await eventOf('branchline.deployment.cancelled');
  await stopper.handle(cancelled);
  await stopper.handle(cancelled);

  expect(told).toContain(`stop ${key.deployment_id}`);
  expect(pipeline.calls).toContain(`stop ${numberOf(key.deployment_id)}`);
  expect(await pipeline.steps(key)).toContain('health_check cancelled');
  expect(await pipeline.steps(key)).toContain('release success');
});
