import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { problemSchema } from '../../../src/contracts/http/problem.ts';
import { deploymentRoutes } from '../../../src/contracts/http/routes/deployments.ts';
import { callDeployed, signUpDeployed } from '../../support/deployed-api.ts';

type Deployment = z.infer<typeof deploymentRoutes.getDeployment.success.schema>;

const POLL_MS = 250;
const UNDER_WAY = ['queued', 'building', 'deploying'];

// An address of the machine itself: a deployed installation refuses it, and so every network it is on.
const PRIVATE_REPOSITORY = 'https://127.0.0.1/team/app.git';

let token = '';
beforeAll(async () => {
  ({ token } = await signUpDeployed('deployer'));
});

async function createProject(): Promise<string> {
  const body = { name: `app-${crypto.randomUUID()}`, repository_url: PRIVATE_REPOSITORY };
  const { json } = await callDeployed('POST', '/api/v1/projects', { token, body });
  return (json as { id: string }).id;
}

const deploy = (project_id: string) =>
  callDeployed('POST', '/api/v1/deployments', { token, body: { project_id } });

async function readDeployment(id: string): Promise<Deployment> {
  const { json } = await callDeployed('GET', `/api/v1/deployments/${id}`, { token });
  return deploymentRoutes.getDeployment.success.schema.parse(json);
}

async function awaitEnd(id: string): Promise<Deployment> {
  for (;;) {
    const deployment = await readDeployment(id);
    if (!UNDER_WAY.includes(deployment.status)) return deployment;
    await delay(POLL_MS);
  }
}

describe('a deployment on the deployed installation', () => {
  it('runs through the outbox, the bus and the state machine to its failure, with the reason', async () => {
    const project_id = await createProject();
    const queued = await deploy(project_id);
    expect(queued.status).toBe(202);
    const { id } = queued.json as { id: string };
    const failed = await awaitEnd(id);
    expect(failed.status).toBe('failed');
    expect(failed.failure?.reason).toBe('repository_not_found');
    expect(failed.steps.map(({ name, status }) => [name, status])).toEqual([['prepare', 'failed']]);
    expect(failed.url).toBeNull();
  });

  it('has a log that can be followed to its end', async () => {
    const { id } = (await deploy(await createProject())).json as { id: string };
    await awaitEnd(id);
    const messages: string[] = [];
    let cursor = '';
    while (!messages.some((message) => message.startsWith('Failed'))) {
      const path = `/api/v1/deployments/${id}/logs?wait=5${cursor}`;
      const { json } = await callDeployed('GET', path, { token });
      const page = deploymentRoutes.getDeploymentLogs.success.schema.parse(json);
      messages.push(...page.data.map(({ message }) => message));
      cursor = `&cursor=${page.next_cursor}`;
    }
    expect(messages[0]).toBe(`Fetching ${PRIVATE_REPOSITORY}`);
    expect(messages.at(-1)).toContain('repository_not_found');
  });

  it('is one at a time, and its end frees the place', async () => {
    const project_id = await createProject();
    const [one, two] = await Promise.all([deploy(project_id), deploy(project_id)]);
    const refused = one.status === 202 ? two : one;
    const taken = one.status === 202 ? one : two;
    expect(problemSchema.parse(refused.json).code).toBe('DEPLOYMENT_IN_PROGRESS');
    await awaitEnd((taken.json as { id: string }).id);
    expect((await deploy(project_id)).status).toBe(202);
  });

  it('is counted once by metrics and billing, which hear of it by its event', async () => {
    const { token: fresh } = await signUpDeployed('counted');
    const body = { name: 'counted', repository_url: PRIVATE_REPOSITORY };
    const project = await callDeployed('POST', '/api/v1/projects', { token: fresh, body });
    const project_id = (project.json as { id: string }).id;
    await callDeployed('POST', '/api/v1/deployments', { token: fresh, body: { project_id } });

    const metrics = `/api/v1/projects/${project_id}/metrics`;
    const readCount = async () => {
      const { json } = await callDeployed('GET', metrics, { token: fresh });
      return (json as { deployments: number }).deployments;
    };
    while ((await readCount()) === 0) await delay(POLL_MS);
    expect((await callDeployed('GET', metrics, { token: fresh })).json).toMatchObject({
      deployments: 1,
      success_rate: 0,
    });

    const readUsage = async () => {
      const { json } = await callDeployed('GET', '/api/v1/usage', { token: fresh });
      return (json as { data: { meter: string; quantity: number }[] }).data[0];
    };
    while ((await readUsage())?.quantity === 0) await delay(POLL_MS);
    expect(await readUsage()).toEqual({ meter: 'deployments', quantity: 1, unit: 'deployment' });
  });

  it('of another tenant is not there', async () => {
    const { id } = (await deploy(await createProject())).json as { id: string };
    const { token: other } = await signUpDeployed('other');
    const answer = await callDeployed('GET', `/api/v1/deployments/${id}`, { token: other });
    expect(problemSchema.parse(answer.json).code).toBe('DEPLOYMENT_NOT_FOUND');
  });
});
