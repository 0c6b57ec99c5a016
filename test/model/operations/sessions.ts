import { expect } from 'vitest';
import { NOWHERE } from '../../support/samples.ts';
import type { Choices } from '../random.ts';
import { type FurtherSession, newestFirst, noteEnded, readClaims, type Side } from '../side.ts';
import type { World } from '../world.ts';
import { expectAnswer, type Operation, PROJECTS, readAll } from './operation.ts';

const AUTH = '/api/v1/auth';
const MAX_SESSIONS = 5;

interface Pair {
  readonly access_token: string;
  readonly refresh_token: string;
}

/** The owner's further sessions, in whatever team of theirs. */
export const SESSION_OPERATIONS: Readonly<Record<string, Operation>> = {
  async logIn(world, side) {
    if (side.sessions.size >= MAX_SESSIONS) return;
    const body = { email: `${side.word}@example.com`, password: side.password };
    keep(side, await expectAnswer<Pair>(world, side, 200, ['POST', `${AUTH}/login`], { body }));
  },

  async listSessions(world, side, choices) {
    const found = await readAll(world, side, `${AUTH}/sessions?limit=${1 + choices.below(3)}`);
    const expected = newestFirst([side.session_id, ...side.sessions.keys()]);
    expect(newestFirst(found.map(({ id }) => id))).toEqual(expected);
  },

  async endSession(world, side, choices) {
    const [id, session] = choices.oneOf(side.sessions) ?? [];
    if (id === undefined || session === undefined) return;
    await expectAnswer(world, side, 204, ['DELETE', `${AUTH}/sessions/${id}`]);
    await end(world, side, id, session);
  },

  async logOut(world, side, choices) {
    const [id, session] = choices.oneOf(side.sessions) ?? [];
    if (id === undefined || session === undefined) return;
    await expectAnswer(world, side, 204, ['POST', `${AUTH}/logout`], { token: session.token });
    await end(world, side, id, session);
  },

  async refresh(world, side, choices) {
    const [id, session] = choices.oneOf(side.sessions) ?? [];
    if (id === undefined || session === undefined) return;
    const body = { refresh_token: session.refresh_token };
    const pair = await expectAnswer<Pair>(world, side, 200, ['POST', `${AUTH}/refresh`], { body });
    expect(keep(side, pair)).toBe(id);
    await expectAnswer(world, side, 200, ['GET', '/api/v1/users/me'], { token: pair.access_token });
  },

  async switchTeam(world, side, choices) {
    const [id, session] = choices.oneOf(side.sessions) ?? [];
    const tenant_id = choices.oneOf(side.teams.keys());
    if (id === undefined || session === undefined || tenant_id === undefined) return;
    const request = { token: session.token, body: { tenant_id } };
    const pair = await expectAnswer<Pair>(world, side, 200, ['POST', `${AUTH}/switch`], request);
    keep(side, pair);
    expect(readClaims(pair.access_token).tenant_id).toBe(tenant_id);
    await end(world, side, id, session);
    // Whether the team's cache may be believed is read once, and by no attack.
    const nowhere = `${PROJECTS}/${NOWHERE.project_id}`;
    await expectAnswer(world, side, 404, ['GET', nowhere], { token: pair.access_token });
    // All that there is lies in one of the teams.
    const found = await readAll(world, side, `${PROJECTS}?limit=5`, pair.access_token);
    const expected = tenant_id === side.account.tenant_id ? [...side.projects.keys()] : [];
    expect(found.map((project) => project.id)).toEqual(newestFirst(expected));
  },

  async changePassword(world, side, choices) {
    const new_password = newPassword(choices);
    const body = { current_password: side.password, new_password };
    await expectAnswer(world, side, 204, ['POST', `${AUTH}/password`], { body });
    side.password = new_password;
    for (const [id, session] of side.sessions) await end(world, side, id, session);
  },
};

function newPassword(choices: Choices): string {
  return `an unlikely password ${choices.below(1_000_000)}`;
}

function keep(side: Side, { access_token, refresh_token }: Pair): string {
  const { session_id, tenant_id } = readClaims(access_token);
  side.sessions.set(session_id, { tenant_id, token: access_token, refresh_token });
  for (const secret of [session_id, access_token, refresh_token]) side.own.add(secret);
  return session_id;
}

/** A session that has ended can't be gone on with. */
async function end(world: World, side: Side, id: string, session: FurtherSession): Promise<void> {
  side.sessions.delete(id);
  noteEnded(side, session.token);
  const body = { refresh_token: session.refresh_token };
  await expectAnswer(world, side, 401, ['POST', `${AUTH}/refresh`], { body });
}
