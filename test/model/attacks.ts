import { expect } from 'vitest';
import { ROUTES } from '../../src/contracts/http/catalog.ts';
import type { Route } from '../../src/contracts/http/route.ts';
import type { TestAnswer } from '../support/api.ts';
import { testId } from '../support/test-ids.ts';
import type { Operation } from './operations.ts';
import type { Choices } from './random.ts';
import type { Side, World } from './world.ts';

/** What each kind of id in a path stands for: one of the other tenant's things, and one that is nowhere. */
const FOREIGN: Readonly<Record<string, { find: (side: Side) => Iterable<string>; nowhere: string }>> = {
  project_id: { find: (side) => side.projects.keys(), nowhere: testId('prj', 0xffff) },
  deployment_id: { find: (side) => side.deployments, nowhere: testId('dpl', 0xffff) },
  token_id: { find: (side) => side.tokens, nowhere: testId('key', 0xffff) },
};

const WITH_ID = Object.values<Route>(ROUTES).filter((route) => parameterOf(route) in FOREIGN);

/** What a tenant tries with what it ought not to have. */
export const ATTACKS: Readonly<Record<string, Operation>> = {
  async useForeignId(world, side, choices) {
    const route = choices.oneOf(WITH_ID);
    const kind = route === undefined ? undefined : FOREIGN[parameterOf(route)];
    if (route === undefined || kind === undefined) return;
    const foreign = choices.oneOf(kind.find(world.other(side)));
    if (foreign === undefined) return;
    await expectSame(world, side, route.method, route.unknown_id, [foreign, kind.nowhere], (id) => ({
      target: route.path.replace(/\{\w+\}/, id),
      body: route.body === undefined ? undefined : { description: 'mine now' },
    }));
  },

  async nameForeignProject(world, side, choices) {
    const foreign = choices.oneOf(world.other(side).projects.keys());
    if (foreign === undefined) return;
    const ids = [foreign, testId('prj', 0xffff)];
    const code = 'PROJECT_NOT_FOUND';
    const target = '/api/v1/deployments';
    await expectSame(world, side, 'POST', code, ids, (project_id) => ({ target, body: { project_id } }));
    await expectSame(world, side, 'GET', code, ids, (id) => ({ target: `${target}?project_id=${id}` }));
    await expectSame(world, side, 'POST', code, ids, (project_id) => ({
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
    expect((await world.ask(side, 'GET', `/api/v1/projects/${project_id}`, { headers })).status).toBe(200);
  },

  async repeatForeignIdempotencyKey(world, side, choices) {
    const key = choices.oneOf(world.other(side).idempotency_keys);
    if (key === undefined || side.idempotency_keys.includes(key)) return;
    side.idempotency_keys.push(key);
    const headers = { 'idempotency-key': key };
    const answer = await world.ask(side, 'POST', '/api/v1/projects', { body: { name: '' }, headers });
    expect(answer.status).toBe(400);
    expect(answer.headers['idempotency-replayed']).toBeUndefined();
  },

  async takeForeignTexts(world, side, choices) {
    const name = choices.oneOf(world.other(side).projects.values());
    if (name === undefined || side.projects.size >= 6) return;
    // A name that another tenant has is free here.
    const body = { name, repository_url: 'https://git.example.com/taken' };
    const answer = await world.ask(side, 'POST', '/api/v1/projects', { body });
    expect(answer.status, answer.text).toBe(201);
    const { id } = answer.json as { readonly id: string };
    expect((await world.ask(side, 'DELETE', `/api/v1/projects/${id}`)).status).toBe(204);
  },
};

/** Expects one refusal for what is another tenant's and for what is nowhere, with nothing to tell the two apart: not the
 *  text, not the headers, and not the work that is done for it. */
async function expectSame(
  world: World,
  side: Side,
  method: string,
  code: string | undefined,
  ids: readonly string[],
  requestFor: (id: string) => { readonly target: string; readonly body?: unknown },
): Promise<void> {
  const seen: unknown[] = [];
  for (const id of ids) {
    const { target, body } = requestFor(id);
    const { answer, calls } = await world.callsOf(() => world.ask(side, method, target, { body }));
    expect(answer.json, `${method} ${target}`).toMatchObject({ code });
    seen.push({ answer: anonymous(answer), calls });
  }
  expect(seen[0]).toEqual(seen[1]);
}

function anonymous({ status, headers, json }: TestAnswer): object {
  const { 'x-request-id': _id, ...rest } = headers;
  const { instance: _instance, request_id: _request_id, ...problem } = json as Record<string, unknown>;
  return { status, headers: rest, problem };
}

function parameterOf({ path }: Route): string {
  return /\{(\w+)\}/.exec(path)?.[1] ?? '';
}

/** Everything that may happen next, those that make things more often. */
export function chooseOperation<T>(own: readonly T[], attacks: readonly T[], choices: Choices): T {
  const group = choices.below(3) === 0 ? attacks : own;
  const chosen = choices.oneOf(group);
  if (chosen === undefined) throw new Error('There is nothing to do');
  return chosen;
}
