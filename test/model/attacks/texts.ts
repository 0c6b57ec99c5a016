import { expect } from 'vitest';
import { NOWHERE } from '../../support/samples.ts';
import { idIn, type Operation, PROJECTS } from '../operations/operation.ts';
import { expectSame } from './expect-same.ts';

/** What a tenant tries with another's projects, names, cursors, entity tags and keys. */
export const TEXT_ATTACKS: Readonly<Record<string, Operation>> = {
  async nameForeignProject(world, side, choices) {
    const { projects, deleted } = world.other(side);
    const foreign = choices.oneOf([...projects.keys(), ...deleted.keys()]);
    if (foreign === undefined) return;
    const named = [foreign, NOWHERE.project_id] as const;
    const code = 'PROJECT_NOT_FOUND';
    const target = '/api/v1/deployments';
    await expectSame(world, side, 'POST', code, named, (project_id) => ({ target, body: { project_id } }));
    await expectSame(world, side, 'GET', code, named, (id) => ({ target: `${target}?project_id=${id}` }));
    await expectSame(world, side, 'POST', code, named, (project_id) => ({
      target: '/api/v1/tokens',
      body: { name: 'mine', project_id },
    }));
  },

  async useForeignCursor(world, side, choices) {
    const foreign = choices.oneOf(world.other(side).cursors);
    if (foreign === undefined) return;
    const answer = await world.ask(side, 'GET', `${foreign.target}&cursor=${foreign.cursor}`);
    // A list of one project's is refused for the project before its cursor is looked at.
    expect([400, 404]).toContain(answer.status);
  },

  async useForeignEtag(world, side, choices) {
    const foreign = choices.oneOf(world.other(side).etags);
    const project_id = choices.oneOf(side.projects.keys());
    if (foreign === undefined || project_id === undefined) return;
    const headers = { 'if-none-match': foreign };
    expect((await world.ask(side, 'GET', `${PROJECTS}/${project_id}`, { headers })).status).toBe(200);
  },

  async repeatForeignIdempotencyKey(world, side, choices) {
    const key = choices.oneOf(world.other(side).idempotency_keys);
    if (key === undefined || side.idempotency_keys.includes(key)) return;
    side.idempotency_keys.push(key);
    const headers = { 'idempotency-key': key };
    const answer = await world.ask(side, 'POST', PROJECTS, { body: { name: '' }, headers });
    expect(answer.status).toBe(400);
    expect(answer.headers['idempotency-replayed']).toBeUndefined();
  },

  async takeForeignTexts(world, side, choices) {
    const name = choices.oneOf(world.other(side).projects.values());
    if (name === undefined || side.projects.size >= 6) return;
    // A name that another tenant has is free here.
    const body = { name, repository_url: 'https://git.example.com/taken' };
    const answer = await world.ask(side, 'POST', PROJECTS, { body });
    expect(answer.status, answer.text).toBe(201);
    const id = idIn(answer);
    // It has the other's word in it, so nothing of it may stay.
    const target = `${PROJECTS}/${id}`;
    const renamed = `${side.word}-${id.slice(-12)}`;
    expect((await world.ask(side, 'PUT', target, { body: { name: renamed } })).status).toBe(200);
    expect((await world.ask(side, 'DELETE', target)).status).toBe(204);
    side.deleted.set(id, renamed);
  },
};
