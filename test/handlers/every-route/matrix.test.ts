import { beforeAll, describe, expect, test } from 'vitest';
import { ROUTES } from '../../../src/contracts/http/catalog.ts';
import { problemSchema } from '../../../src/contracts/http/problem.ts';
import type { Route } from '../../../src/contracts/http/route.ts';
import { createTestApi, type TestAnswer, type TestApi } from '../../support/api.ts';
import {
  createSamples,
  expectProblem,
  expectSuccess,
  NOWHERE,
  OPERATION_IDS,
  type OperationId,
} from '../../support/samples.ts';
import { type Actor, createActors } from './matrix/actors.ts';
import { expectedOf, refusalAtTheDoor } from './matrix/expected.ts';
import { LISTS, ROWS } from './matrix/rows.ts';
import { type Snapshot, takeSnapshot } from './matrix/snapshot.ts';
import { createTeam, placeOf } from './matrix/team.ts';

let api: TestApi;
let actors: Actor[];
let snapshot: Snapshot;
beforeAll(async () => {
  api = await createTestApi();
  // Whom the samples log in.
  await api.signUp('ada');
  actors = await createActors(api, await createTeam(api));
  snapshot = takeSnapshot(api.test_accounts.memory.database);
});

const route = (operation_id: OperationId): Route => ROUTES[operation_id];

/** Everybody's outcome, by their names. */
async function outcomes(of: (actor: Actor) => unknown, among = actors): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const actor of among) found[actor.name] = await of(actor);
  return found;
}

async function outcomeOf(operation_id: OperationId, actor: Actor): Promise<string> {
  const { method } = route(operation_id);
  const place = placeOf(operation_id);
  const things = { ...actor.maker.things, project_id: actor.maker.project_ids[place] };
  const { target, body } = createSamples(things)[operation_id];
  const token = actor.token(ROWS[operation_id], place);
  const answer = await api.call(method, target, { token, body });
  const outcome = read(operation_id, answer);
  const is_changed = snapshot.restore();
  if (outcome !== 'reached' && is_changed) return `${outcome}, and yet something was written`;
  if (method !== 'GET') return outcome;
  const { status } = await api.call('HEAD', target, { token });
  return status === answer.status ? outcome : `${outcome}, but by HEAD ${status}`;
}

function read(operation_id: OperationId, answer: TestAnswer): string {
  if (answer.status < 400) {
    expectSuccess(operation_id, answer);
    return 'reached';
  }
  return expectProblem(answer, problemSchema.parse(answer.json).code).code;
}

test('every route has its row', () => {
  expect(Object.keys(ROWS).toSorted()).toEqual([...OPERATION_IDS].toSorted());
});

describe.each(OPERATION_IDS)('%s', (operation_id) => {
  const row = ROWS[operation_id];

  test('does its work for everybody whom the rules let have it, and for nobody else', async () => {
    const expected = await outcomes(({ standing }) => expectedOf(row, standing));

    expect(await outcomes((actor) => outcomeOf(operation_id, actor))).toEqual(expected);
  });

  test('refuses whoever may do it to nothing before it looks at what they send', async () => {
    const { method } = route(operation_id);
    const { target } = createSamples(NOWHERE)[operation_id];
    const ask = async (actor: Actor) => {
      const token = actor.token(row, placeOf(operation_id));
      return read(operation_id, await api.call(method, target, { token, raw_body: 'no JSON' }));
    };
    const at_the_door = ({ standing }: Actor) => row !== 'public' && refusalAtTheDoor(row, standing);
    const refused = actors.filter(at_the_door);

    expect(await outcomes(ask, refused)).toEqual(await outcomes(at_the_door, refused));
  });
});

test('every list that there is is read', () => {
  const paged = Object.values<Route>(ROUTES).filter(
    ({ query }) => query !== undefined && 'cursor' in query.shape,
  );
  // A deployment's log is one thing, which is all seen or not at all.
  const lists = paged.map(({ path }) => path).filter((path) => !path.endsWith('/logs'));

  expect(new Set(Object.values(LISTS).map(({ target }) => target.split('?')[0]))).toEqual(new Set(lists));
});

describe.each(Object.keys(LISTS) as (keyof typeof LISTS)[])('the list of %s', (name) => {
  const { target, row, place, idOf } = LISTS[name];

  test('holds what its reader could read one by one, and nothing else', async () => {
    const expected = await outcomes(({ standing }) => {
      return refusalAtTheDoor(row, standing) ?? expectedOf(row, standing) === 'reached';
    });
    const holds = async (actor: Actor) => {
      const answer = await api.call('GET', `${target}limit=100`, { token: actor.token(row, place) });
      if (answer.status !== 200) return expectProblem(answer, problemSchema.parse(answer.json).code).code;
      expect(answer.json).toMatchObject({ next_cursor: null });
      return answer.text.includes(
        idOf({ ...actor.maker.things, project_id: actor.maker.project_ids[place] }),
      );
    };

    expect(await outcomes(holds)).toEqual(expected);
  });
});
