import { expect } from 'vitest';
import { type Role, roleSchema } from '../../../src/domain/access/index.ts';
import type { Choices } from '../random.ts';
import { type Guest, type Invited, newestFirst, noteEnded, readClaims, type Side } from '../side.ts';
import type { World } from '../world.ts';
import { expectAnswer, type Operation, PROJECTS, readAll } from './operation.ts';

const INVITATIONS = '/api/v1/team/invitations';
const MEMBERS = '/api/v1/team/members';
const AUTH = '/api/v1/auth';
const PASSWORD = 'a password of guests';

interface Pair {
  readonly access_token: string;
}

/** The guests: invited, joined, changed and removed. */
export const TEAM_OPERATIONS: Readonly<Record<string, Operation>> = {
  async invite(world, side, choices) {
    const guest = choices.oneOf(side.guests);
    if (guest === undefined) return;
    const { email } = guest;
    const body = { email, ...chooseMembership(side, choices) };
    const status = guest.membership === undefined ? 201 : 409;
    const request = ['POST', INVITATIONS] as const;
    const made = await expectAnswer<{ id: string; token: string }>(world, side, status, request, { body });
    if (status === 409) return;
    // In place of an earlier one.
    for (const [id, earlier] of side.invitations) if (earlier.email === email) side.invitations.delete(id);
    side.own.add(made.token);
    side.invitations.set(made.id, { ...body, token: made.token });
  },

  async listInvitations(world, side, choices) {
    const found = await readAll(world, side, `${INVITATIONS}?limit=${1 + choices.below(2)}`);
    expect(found.map(({ id }) => id)).toEqual(newestFirst(side.invitations.keys()));
  },

  async withdrawInvitation(world, side, choices) {
    const id = choices.below(3) === 0 ? choices.oneOf(side.invitations.keys()) : undefined;
    if (id === undefined) return;
    await expectAnswer(world, side, 204, ['DELETE', `${INVITATIONS}/${id}`]);
    side.invitations.delete(id);
  },

  async join(world, side, choices) {
    const [id, invited] = choices.oneOf(side.invitations) ?? [];
    const guest = side.guests.find(({ email }) => email === invited?.email);
    if (id === undefined || invited === undefined || guest === undefined) return;
    const token =
      guest.user_id === undefined
        ? await register(world, side, guest, invited)
        : await accept(world, side, guest, invited);
    expect(readClaims(token).tenant_id).toBe(side.account.tenant_id);
    side.own.add(token);
    side.invitations.delete(id);
    guest.membership = { token, roles: [invited.role], project_ids: invited.project_ids };
  },

  async listMembers(world, side, choices) {
    const found = await readAll(world, side, `${MEMBERS}?limit=${1 + choices.below(3)}`);
    const guests = side.guests.flatMap(({ user_id = '', name, membership }) => {
      if (membership === undefined) return [];
      const { roles, project_ids } = membership;
      return [{ user_id, name, roles, project_ids }];
    });
    const { user_id } = side.account;
    const expected = [...guests, { user_id, name: side.name, roles: ['owner'], project_ids: null }];
    const order = newestFirst(expected.map((member) => member.user_id));
    expect(found).toMatchObject(order.map((id) => expected.find((member) => member.user_id === id)));
  },

  async changeMember(world, side, choices) {
    const guest = chooseMember(side, choices);
    if (guest?.membership === undefined) return;
    const { role, project_ids } = chooseMembership(side, choices);
    const body = { roles: [role], project_ids };
    await expectAnswer(world, side, 200, ['PUT', `${MEMBERS}/${guest.user_id}`], { body });
    guest.membership = { ...guest.membership, ...body };
  },

  async removeMember(world, side, choices) {
    const guest = chooseMember(side, choices);
    if (guest?.membership === undefined) return;
    const { token } = guest.membership;
    const by_themselves = choices.below(2) === 0 ? { token } : {};
    await expectAnswer(world, side, 204, ['DELETE', `${MEMBERS}/${guest.user_id}`], by_themselves);
    delete guest.membership;
    noteEnded(side, token);
  },

  async readAsMember(world, side, choices) {
    const membership = chooseMember(side, choices)?.membership;
    if (membership === undefined) return;
    const { token, roles, project_ids } = membership;
    const seen = (ids: Iterable<string>) =>
      newestFirst([...ids].filter((id) => project_ids === null || project_ids.includes(id)));
    const read = async (target: string) => (await readAll(world, side, target, token)).map(({ id }) => id);
    expect(await read(`${PROJECTS}?limit=4`)).toEqual(seen(side.projects.keys()));
    expect(await read(`${PROJECTS}?limit=100&deleted=true`)).toEqual(seen(side.deleted.keys()));
    const deployments = await read('/api/v1/deployments?limit=50');
    // Developers see their own alone, and guests make none.
    if (roles.includes('developer')) expect(deployments).toEqual([]);
    for (const id of deployments) expect(side.deployments).toContain(id);
  },
};

/** A role, and some of the projects for whoever can be limited to them. */
function chooseMembership(side: Side, choices: Choices): Pick<Invited, 'role' | 'project_ids'> {
  const role: Role = choices.oneOf(roleSchema.options) ?? 'viewer';
  if (role === 'owner' || choices.below(2) === 0) return { role, project_ids: null };
  return { role, project_ids: [...side.projects.keys()].filter(() => choices.below(2) === 0) };
}

function chooseMember(side: Side, choices: Choices): Guest | undefined {
  return choices.oneOf(side.guests.filter(({ membership }) => membership !== undefined));
}

async function register(world: World, side: Side, guest: Guest, { token }: Invited): Promise<string> {
  const { email, name } = guest;
  const body = { email, name, password: PASSWORD, invitation_token: token };
  const request = ['POST', `${AUTH}/register`] as const;
  const made = await expectAnswer<Pair & { user: { id: string } }>(world, side, 201, request, { body });
  guest.user_id = made.user.id;
  return made.access_token;
}

/** Whoever was removed logs in to a team of their own, and goes on from there. */
async function accept(world: World, side: Side, { email }: Guest, { token }: Invited): Promise<string> {
  const login = { email, password: PASSWORD };
  const own = await expectAnswer<Pair>(world, side, 200, ['POST', `${AUTH}/login`], { body: login });
  side.tenant_ids.add(readClaims(own.access_token).tenant_id);
  const accepting = { token: own.access_token, body: { token } };
  await expectAnswer(world, side, 200, ['POST', `${AUTH}/invitations/accept`], accepting);
  const switching = { token: own.access_token, body: { tenant_id: side.account.tenant_id } };
  const pair = await expectAnswer<Pair>(world, side, 200, ['POST', `${AUTH}/switch`], switching);
  return pair.access_token;
}
