import { expect } from 'vitest';
import type { TestAnswer } from '../support/api.ts';
import { runTasks } from '../support/run-tasks.ts';
import type { Choices } from './random.ts';
import type { Side, World } from './world.ts';

/** Something that a tenant does with its own things, after which the model is as the API ought to be. */
export type Operation = (world: World, side: Side, choices: Choices) => Promise<void>;

const PROJECTS = '/api/v1/projects';
const DEPLOYMENTS = '/api/v1/deployments';
const TOKENS = '/api/v1/tokens';
const MAX_PROJECTS = 6;

const idIn = (answer: TestAnswer): string => String((answer.json as { readonly id: unknown }).id);

/** Every operation, by name. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  async createProject(world, side, choices) {
    if (side.projects.size >= MAX_PROJECTS) return;
    const name = `${side.word}-${choices.below(2 * MAX_PROJECTS)}`;
    const key = `key-${choices.below(1000)}`;
    const headers = choices.below(3) === 0 ? { 'idempotency-key': key } : {};
    if ('idempotency-key' in headers) side.idempotency_keys.push(key);
    const answer = await world.ask(side, 'POST', PROJECTS, { body: projectBody(side, name), headers });
    const is_taken = [...side.projects.values()].includes(name);
    // A key that was used before answers what it did then.
    if (answer.headers['idempotency-replayed'] !== undefined || answer.status === 422) return;
    expect(answer.status, answer.text).toBe(is_taken ? 409 : 201);
    if (!is_taken) side.projects.set(idIn(answer), name);
  },

  async updateProject(world, side, choices) {
    const project_id = choices.oneOf(side.projects.keys());
    if (project_id === undefined) return;
    const body = { description: `${side.word} ${choices.below(100)}`, environment: { WORD: side.word } };
    expect((await world.ask(side, 'PUT', `${PROJECTS}/${project_id}`, { body })).status).toBe(200);
  },

  async deleteProject(world, side, choices) {
    const project_id = choices.oneOf(side.projects.keys());
    if (project_id === undefined) return;
    expect((await world.ask(side, 'DELETE', `${PROJECTS}/${project_id}`)).status).toBe(204);
    side.projects.delete(project_id);
  },

  async listProjects(world, side, choices) {
    const found = await readAll(world, side, `${PROJECTS}?limit=${1 + choices.below(3)}`);
    expect(found.map(({ id, name }) => [id, name])).toEqual([...side.projects].reverse());
  },

  async getProject(world, side, choices) {
    const project_id = choices.oneOf(side.projects.keys());
    if (project_id === undefined) return;
    const answer = await world.ask(side, 'GET', `${PROJECTS}/${project_id}`);
    expect(answer.json).toMatchObject({ name: side.projects.get(project_id) });
    side.etags.add(answer.headers['etag'] ?? '');
  },

  async getMetrics(world, side, choices) {
    const project_id = choices.oneOf(side.projects.keys());
    if (project_id === undefined) return;
    expect((await world.ask(side, 'GET', `${PROJECTS}/${project_id}/metrics`)).status).toBe(200);
  },

  async deploy(world, side, choices) {
    const project_id = choices.oneOf(side.projects.keys());
    if (project_id === undefined) return;
    const answer = await world.ask(side, 'POST', DEPLOYMENTS, { body: { project_id, branch: side.word } });
    if (answer.status === 409) return;
    expect(answer.status, answer.text).toBe(202);
    const deployment_id = idIn(answer);
    side.deployments.add(deployment_id);
    if (choices.below(3) > 0) {
      await runTasks(world.api.pipeline, { tenant_id: side.account.tenant_id, deployment_id });
    }
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
    if (answer.status === 202) side.deployments.add(idIn(answer));
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
    for (const target of [`${DEPLOYMENTS}/${id}`, `${DEPLOYMENTS}/${id}/logs`]) {
      expect([200, 404]).toContain((await world.ask(side, 'GET', target)).status);
    }
  },

  async useToken(world, side, choices) {
    const body = { name: side.word, scopes: ['projects:read'] };
    const made = await world.ask(side, 'POST', TOKENS, { body });
    const { id, token } = made.json as { readonly id: string; readonly token: string };
    side.own.add(token);
    side.tokens.add(id);
    expect((await world.ask(side, 'GET', `${PROJECTS}?limit=3`, { token })).status).toBe(200);
    if (choices.below(2) > 0 && side.tokens.size < 20) return;
    const revoked = choices.oneOf(side.tokens) ?? id;
    expect((await world.ask(side, 'DELETE', `${TOKENS}/${revoked}`)).status).toBe(204);
    side.tokens.delete(revoked);
  },

  async listTokens(world, side) {
    const found = await readAll(world, side, `${TOKENS}?limit=4`);
    expect(new Set(found.map(({ id }) => id))).toEqual(side.tokens);
  },

  async readUsage(world, side) {
    expect((await world.ask(side, 'GET', '/api/v1/usage')).status).toBe(200);
  },
};

function projectBody(side: Side, name: string) {
  return {
    name,
    description: `of ${side.word}`,
    repository_url: `https://git.example.com/${side.word}`,
    environment: { WORD: `secret of ${side.word}` },
  };
}

/** A whole list, page by page; keeps its cursors, for others to try. */
async function readAll(world: World, side: Side, target: string) {
  const found: { readonly id: string; readonly name?: string }[] = [];
  let cursor: string | null = null;
  do {
    const page: string = cursor === null ? target : `${target}&cursor=${cursor}`;
    const answer = await world.ask(side, 'GET', page);
    expect(answer.status, answer.text).toBe(200);
    const { data, next_cursor } = answer.json as { data: typeof found; next_cursor: string | null };
    found.push(...data);
    cursor = next_cursor;
    if (cursor !== null) side.cursors.push({ target, cursor });
    if (side.cursors.length > 50) side.cursors.shift();
  } while (cursor !== null);
  return found;
}
