import { expect, test } from 'vitest';
import type { DomainEvent } from '../../../../src/domain/shared/events.ts';
import { createTestPipeline } from '../../../support/pipeline.ts';
import { runTasks } from '../../../support/run-tasks.ts';
import { testId } from '../../../support/test-ids.ts';
import { deployment } from '../../../support/things.ts';

test('a deployment’s events are logged as they are written: project, deployment, event, component and the rest', async () => {
  const pipeline = createTestPipeline();
  const project = await pipeline.createProject();
  const key = await pipeline.queue(project);
  await runTasks(pipeline, key);

  const lines = pipeline.logger.lines.filter(({ message }) => message === 'deployment');
  expect(lines.map(({ level, fields }) => [level, fields['event']])).toEqual([
    ['info', 'branchline.deployment.queued'],
    ['info', 'branchline.deployment.building'],
    ['info', 'branchline.deployment.deploying'],
    ['info', 'branchline.deployment.succeeded'],
  ]);
  expect(lines.at(-1)?.fields).toEqual({
    component: 'deployment',
    event: 'branchline.deployment.succeeded',
    project_id: project.id,
    deployment_id: key.deployment_id,
    tenant: key.tenant_id,
    metadata: {
      service: 'web',
      environment: 'production',
      rollback_of: null,
      duration_ms: expect.any(Number),
      build_duration_ms: expect.any(Number),
    },
  });
});

test('an event that could not be written is not logged', async () => {
  const pipeline = createTestPipeline();
  const project = await pipeline.createProject();
  await pipeline.queue(project);
  const logged = pipeline.logger.lines.length;
  const second = deployment({ project_id: project.id });
  const event: DomainEvent = {
    id: testId('evt', 900),
    type: 'branchline.deployment.queued',
    schema_version: 1,
    tenant_id: second.tenant_id,
    entity: { id: second.id, version: 1 },
    occurred_at: '2026-11-15T12:00:00.000Z',
    data: { deployment_id: second.id, project_id: project.id },
  };

  const { deployments } = pipeline.deps;
  await expect(deployments.create(second, [event])).rejects.toMatchObject({ code: 'DEPLOYMENT_IN_PROGRESS' });
  const change = deployments.replace(second, { ...second, version: 2 }, [event]);
  await expect(change).rejects.toMatchObject({ code: 'WRITE_CONFLICT' });
  expect(pipeline.logger.lines).toHaveLength(logged);
});
