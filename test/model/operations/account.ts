import { expect } from 'vitest';
import { newestFirst, noteEnded } from '../side.ts';
import { expectAnswer, type Operation, PROJECTS, readAll } from './operation.ts';

const TOKENS = '/api/v1/tokens';
const ME = '/api/v1/users/me';
const TEAM = '/api/v1/team';
const MAX_TEAMS = 3;
const MAX_TOKENS = 20;

/** The owner's profile, teams and API tokens. */
export const ACCOUNT_OPERATIONS: Readonly<Record<string, Operation>> = {
  async useToken(world, side, choices) {
    const scopes = choices.below(2) === 0 ? { scopes: ['projects:read'] } : {};
    const body = { name: side.word, ...scopes };
    const made = await expectAnswer<{ id: string; token: string }>(world, side, 201, ['POST', TOKENS], {
      body,
    });
    const { id, token } = made;
    side.own.add(token);
    side.tokens.set(id, token);
    await expectAnswer(world, side, 200, ['GET', `${PROJECTS}?limit=3`], { token });
    if (choices.below(2) > 0 && side.tokens.size < MAX_TOKENS) return;
    const [revoked, text] = choices.oneOf(side.tokens) ?? [id, token];
    await expectAnswer(world, side, 204, ['DELETE', `${TOKENS}/${revoked}`]);
    side.tokens.delete(revoked);
    noteEnded(side, text);
  },

  async listTokens(world, side) {
    const found = await readAll(world, side, `${TOKENS}?limit=4`);
    expect(found.map(({ id }) => id)).toEqual(newestFirst(side.tokens.keys()));
  },

  async readUsage(world, side) {
    await expectAnswer(world, side, 200, ['GET', '/api/v1/usage']);
  },

  async readMe(world, side) {
    const me = await expectAnswer<{ tenants: { id: string; name: string }[] }>(world, side, 200, ['GET', ME]);
    const { user_id, tenant_id } = side.account;
    expect(me).toMatchObject({ id: user_id, name: side.name, tenant: { id: tenant_id }, roles: ['owner'] });
    expect(new Map(me.tenants.map(({ id, name }) => [id, name]))).toEqual(side.teams);
  },

  async renameMe(world, side, choices) {
    const name = `${side.word} ${choices.below(100)}`;
    await expectAnswer(world, side, 200, ['PUT', ME], { body: { name } });
    side.name = name;
  },

  async createTeam(world, side, choices) {
    if (side.teams.size >= MAX_TEAMS) return;
    const body = { name: `${side.word} lab ${choices.below(100)}` };
    const { id } = await expectAnswer<{ id: string }>(world, side, 201, ['POST', '/api/v1/teams'], { body });
    side.teams.set(id, body.name);
    side.tenant_ids.add(id);
  },

  async renameTeam(world, side, choices) {
    const { tenant_id } = side.account;
    const name = `${side.word} team ${choices.below(100)}`;
    await expectAnswer(world, side, 200, ['PUT', TEAM], { body: { name } });
    side.teams.set(tenant_id, name);
    expect(await expectAnswer(world, side, 200, ['GET', TEAM])).toMatchObject({ id: tenant_id, name });
  },
};
