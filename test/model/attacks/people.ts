import { expect } from 'vitest';
import { invitationCodec } from '../../../src/adapters/identity/invitation-codec.ts';
import { NOWHERE } from '../../support/samples.ts';
import { expectAnswer, type Operation } from '../operations/operation.ts';
import { newestFirst } from '../side.ts';
import { expectSame } from './expect-same.ts';

const AUTH = '/api/v1/auth';
const INVITATIONS = '/api/v1/team/invitations';
const UNKNOWN_EMAIL = 'nobody@example.com';

/** What a tenant tries with another's people, teams and invitations. */
export const PEOPLE_ATTACKS: Readonly<Record<string, Operation>> = {
  /** It is for another address. */
  async useForeignInvitation(world, side, choices) {
    const foreign = choices.oneOf(world.other(side).invitations.values())?.token;
    if (foreign === undefined) return;
    const { text } = invitationCodec.create([NOWHERE.tenant_id, NOWHERE.invitation_id]);
    const code = 'INVALID_INVITATION';
    await expectSame(world, side, 'POST', code, [foreign, text], (token) => ({
      target: `${AUTH}/invitations/accept`,
      body: { token },
    }));
    await expectSame(world, side, 'POST', code, [foreign, text], (invitation_token) => ({
      target: `${AUTH}/register`,
      body: { email: UNKNOWN_EMAIL, password: 'a good password', name: 'Nobody', invitation_token },
    }));
  },

  async switchToForeignTeam(world, side, choices) {
    const foreign = choices.oneOf(world.other(side).tenant_ids);
    if (foreign === undefined) return;
    await expectSame(world, side, 'POST', 'TENANT_NOT_FOUND', [foreign, NOWHERE.tenant_id], (tenant_id) => ({
      target: `${AUTH}/switch`,
      body: { tenant_id },
    }));
  },

  /** Whether an address has an account, nobody learns by inviting it. */
  async inviteForeignOwner(world, side) {
    const seen: unknown[] = [];
    for (const email of [`${world.other(side).word}@example.com`, UNKNOWN_EMAIL]) {
      const body = { email, role: 'viewer' };
      const { answer, calls } = await world.callsOf(() => world.ask(side, 'POST', INVITATIONS, { body }));
      expect(answer.status, answer.text).toBe(201);
      const {
        id,
        token: _token,
        email: _email,
        ...rest
      } = answer.json as { id: string; token: string; email: string };
      seen.push({ rest, calls });
      await expectAnswer(world, side, 204, ['DELETE', `${INVITATIONS}/${id}`]);
    }
    expect(seen[0]).toEqual(seen[1]);
  },

  async guessForeignPassword(world, side) {
    const foreign = `${world.other(side).word}@example.com`;
    const code = 'INVALID_CREDENTIALS';
    await expectSame(world, side, 'POST', code, [foreign, UNKNOWN_EMAIL], (email) => ({
      target: `${AUTH}/login`,
      body: { email, password: 'a wrong password' },
    }));
  },

  /** Also of somebody who is a member again since. */
  async useEndedCredential(world, side, choices) {
    const token = choices.oneOf(side.ended);
    const target = choices.oneOf(['/api/v1/projects', '/api/v1/users/me', '/api/v1/team/members']);
    if (token === undefined || target === undefined) return;
    await expectAnswer(world, side, 401, ['GET', target], { token });
  },

  async limitMembersToForeignProject(world, side, choices) {
    const { projects, deleted } = world.other(side);
    const foreign = choices.oneOf([...projects.keys(), ...deleted.keys()]);
    const guest = choices.oneOf(side.guests.filter(({ membership }) => membership !== undefined));
    if (foreign === undefined) return;
    const own = newestFirst(side.projects.keys()).slice(0, 1);
    const code = 'PROJECT_NOT_FOUND';
    const named = [foreign, NOWHERE.project_id] as const;
    await expectSame(world, side, 'POST', code, named, (id) => ({
      target: INVITATIONS,
      body: { email: UNKNOWN_EMAIL, role: 'viewer', project_ids: [...own, id] },
    }));
    if (guest === undefined) return;
    await expectSame(world, side, 'PUT', code, named, (id) => ({
      target: `/api/v1/team/members/${guest.user_id}`,
      body: { roles: ['viewer'], project_ids: [...own, id] },
    }));
  },
};
