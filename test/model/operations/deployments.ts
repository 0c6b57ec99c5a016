import { expect } from 'vitest';
import { runTasks } from '../../support/run-tasks.ts';
import type { Choices } from '../random.ts';
import type { Side } from '../side.ts';
import type { World } from '../world.ts';
import { expectAnswer, idIn, type Operation, readAll } from './operation.ts';

const DEPLOYMENTS = '/api/v1/deployments';

/** Deployments and their logs. */
export const DEPLOYMENT_OPERATIONS: Readonly<Record<string, Operation>> = {
  async deploy(world, side, choices) {
    const project_id = choices.oneOf(side.projects.keys());
    if (project_id === undefined) return;
    const answer = await world.ask(side, 'POST', DEPLOYMENTS, { body: { project_id, branch: side.word } });
    if (answer.status === 409) return;
    expect(answer.status, answer.text).toBe(202);
    const deployment_id = idIn(answer);
    await follow(world, side, choices, deployment_id);
  },

  async cancelDeployment(world, side, choices) {
    const id = choices.oneOf(side.deployments);
    if (id === undefined) return;
    const { status } = await world.ask(side, 'POST', `${DEPLOYMENTS}/${id}/cancel`);
    expect([200, 404, 409]).toContain(status);
  },

  async rollBack(world, side, choices) {
    const id = choices.oneOf(side.deployments);
    if (id === undefined) return;
    const answer = await world.ask(side, 'POST', `${DEPLOYMENTS}/${id}/rollback`);
    expect([202, 404, 409]).toContain(answer.status);
    if (answer.status === 202) await follow(world, side, choices, idIn(answer));
  },

  async listDeployments(world, side, choices) {
    const project_id = choices.below(2) === 0 ? undefined : choices.oneOf(side.projects.keys());
    const filter = project_id === undefined ? '' : `&project_id=${project_id}`;
    const found = await readAll(world, side, `${DEPLOYMENTS}?limit=${1 + choices.below(20)}${filter}`);
    for (const { id } of found) expect(side.deployments).toContain(id);
  },

  async readDeployment(world, side, choices) {
    const id = choices.oneOf(side.deployments);
    if (id === undefined) return;
    await read(world, side, id);
    expect([200, 404]).toContain((await world.ask(side, 'GET', `${DEPLOYMENTS}/${id}/logs`)).status);
  },
};

/** Lets most deployments run, and some be cancelled; the others hold their place until they are. */
async function follow(world: World, side: Side, choices: Choices, deployment_id: string): Promise<void> {
  side.deployments.add(deployment_id);
  const end = choices.below(4);
  if (end === 0) return;
  if (end === 1) await expectAnswer(world, side, 200, ['POST', `${DEPLOYMENTS}/${deployment_id}/cancel`]);
  else await runTasks(world.api.pipeline, { tenant_id: side.account.tenant_id, deployment_id });
  await read(world, side, deployment_id);
}

/** Reads a deployment twice: what is at its end comes from this process's memory then. */
async function read(world: World, side: Side, id: string): Promise<void> {
  for (let time = 1; time <= 2; time += 1) {
    const answer = await world.ask(side, 'GET', `${DEPLOYMENTS}/${id}`);
    // Those of deleted projects aren't found.
    expect([200, 404]).toContain(answer.status);
    if (answer.status === 200) expect(idIn(answer)).toBe(id);
  }
}
