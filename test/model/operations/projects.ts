import { expect } from 'vitest';
import type { Side } from '../side.ts';
import { newestFirst } from '../side.ts';
import { expectAnswer, idIn, type Operation, PROJECTS, readAll } from './operation.ts';

const MAX_PROJECTS = 6;

/** Projects, deleted ones and their metrics. */
export const PROJECT_OPERATIONS: Readonly<Record<string, Operation>> = {
  async createProject(world, side, choices) {
    if (side.projects.size >= MAX_PROJECTS) return;
    const name = nameOf(side, choices.below(2 * MAX_PROJECTS));
    const key = `key-${choices.below(1000)}`;
    const headers = choices.below(3) === 0 ? { 'idempotency-key': key } : {};
    if ('idempotency-key' in headers) side.idempotency_keys.push(key);
    const answer = await world.ask(side, 'POST', PROJECTS, { body: projectBody(side, name), headers });
    // A key that was used before answers what it did then.
    if (answer.headers['idempotency-replayed'] !== undefined || answer.status === 422) return;
    expect(answer.status, answer.text).toBe(isTaken(side, name) ? 409 : 201);
    if (answer.status === 201) side.projects.set(idIn(answer), name);
  },

  async updateProject(world, side, choices) {
    const project_id = choices.oneOf(side.projects.keys());
    if (project_id === undefined) return;
    const body = { description: `${side.word} ${choices.below(100)}`, environment: { WORD: side.word } };
    await expectAnswer(world, side, 200, ['PUT', `${PROJECTS}/${project_id}`], { body });
  },

  async deleteProject(world, side, choices) {
    const [project_id, name] = choices.oneOf(side.projects) ?? [];
    if (project_id === undefined || name === undefined) return;
    await expectAnswer(world, side, 204, ['DELETE', `${PROJECTS}/${project_id}`]);
    side.projects.delete(project_id);
    side.deleted.set(project_id, name);
  },

  async restoreProject(world, side, choices) {
    const [project_id, former] = choices.oneOf(side.deleted) ?? [];
    if (project_id === undefined || former === undefined || side.projects.size >= MAX_PROJECTS) return;
    const renamed = choices.below(2) === 0 ? { name: nameOf(side, choices.below(2 * MAX_PROJECTS)) } : {};
    const name = renamed.name ?? former;
    const body = Object.keys(renamed).length === 0 ? undefined : renamed;
    const request = ['POST', `${PROJECTS}/${project_id}/restore`] as const;
    const restored = await expectAnswer(world, side, isTaken(side, name) ? 409 : 200, request, { body });
    if (isTaken(side, name)) return;
    expect(restored).toMatchObject({ id: project_id, name });
    side.deleted.delete(project_id);
    side.projects.set(project_id, name);
  },

  async listProjects(world, side, choices) {
    const found = await readAll(world, side, `${PROJECTS}?limit=${1 + choices.below(3)}`);
    expect(found.map(({ id, name }) => [id, name])).toEqual(entriesNewestFirst(side.projects));
  },

  async listDeletedProjects(world, side, choices) {
    const found = await readAll(world, side, `${PROJECTS}?deleted=true&limit=${50 + choices.below(51)}`);
    expect(found.map(({ id, name }) => [id, name])).toEqual(entriesNewestFirst(side.deleted));
  },

  async getProject(world, side, choices) {
    const project_id = choices.oneOf(side.projects.keys());
    if (project_id === undefined) return;
    const answer = await world.ask(side, 'GET', `${PROJECTS}/${project_id}`);
    expect(answer.json).toMatchObject({ name: side.projects.get(project_id) });
    side.etags.add(answer.headers['etag'] ?? '');
  },

  async getDeletedProject(world, side, choices) {
    const project_id = choices.oneOf(side.deleted.keys());
    if (project_id === undefined) return;
    await expectAnswer(world, side, 404, ['GET', `${PROJECTS}/${project_id}`]);
  },

  async getMetrics(world, side, choices) {
    const project_id = choices.oneOf(side.projects.keys());
    if (project_id === undefined) return;
    await expectAnswer(world, side, 200, ['GET', `${PROJECTS}/${project_id}/metrics`]);
  },
};

function entriesNewestFirst(projects: ReadonlyMap<string, string>) {
  return newestFirst(projects.keys()).map((id) => [id, projects.get(id)]);
}

function nameOf({ word }: Side, number: number): string {
  return `${word}-${number}`;
}

function isTaken(side: Side, name: string): boolean {
  return [...side.projects.values()].includes(name);
}

function projectBody(side: Side, name: string) {
  return {
    name,
    description: `of ${side.word}`,
    repository_url: `https://git.example.com/${side.word}`,
    environment: { WORD: `secret of ${side.word}` },
  };
}
