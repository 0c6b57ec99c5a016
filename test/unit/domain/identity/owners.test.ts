import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Principal, Role } from '../../../../src/domain/access/index.ts';
import {
  acceptInvitation,
  invite,
  removeMember,
  updateMember,
} from '../../../../src/domain/identity/index.ts';
import { isAppError } from '../../../../src/domain/shared/errors.ts';
import { expectCode } from '../../../support/errors.ts';
import { createTestTeams, type TestTeams } from '../../../support/teams.ts';

let teams: TestTeams;
let ada: Principal;
beforeEach(async () => {
  teams = await createTestTeams();
  ada = await teams.signUp('ada');
});

/** Signs somebody up and lets them join Ada's team. @returns them, in that team */
async function join(name: string, role: Role): Promise<Principal> {
  const { email, ...who } = await teams.signUp(name);
  const { token } = await invite(teams.deps, ada, { email, role });
  await acceptInvitation(teams.deps, { ...who, email }, token);
  const joined = await teams.principalIn(ada.tenant_id, who);
  return joined ?? expect.fail('has not joined');
}

const owners = async (tenant_id = ada.tenant_id) => {
  const { tenant, members } = await teams.read(tenant_id);
  const owning = members.filter(({ roles }) => roles.includes('owner')).map(({ user_id }) => user_id);
  expect(owning.toSorted()).toEqual(tenant?.owner_ids.toSorted());
  return owning;
};

describe('the last owner', () => {
  test('can neither leave nor lose the role', async () => {
    await join('bob', 'admin');

    await expectCode(removeMember(teams.deps, ada, ada.user_id), 'LAST_OWNER');
    await expectCode(updateMember(teams.deps, ada, ada.user_id, { roles: ['admin'] }), 'LAST_OWNER');
    expect(await owners()).toEqual([ada.user_id]);
  });

  test('may go once there is another', async () => {
    const bob = await join('bob', 'admin');
    await updateMember(teams.deps, ada, bob.user_id, { roles: ['owner'] });

    await removeMember(teams.deps, ada, ada.user_id);

    expect(await owners()).toEqual([bob.user_id]);
    const now = await teams.principalIn(ada.tenant_id, bob);
    await expectCode(removeMember(teams.deps, now ?? bob, bob.user_id), 'LAST_OWNER');
  });

  test('is still one of two who go at the same moment', async () => {
    const bob = await join('bob', 'owner');

    const outcomes = await Promise.allSettled([
      removeMember(teams.deps, ada, ada.user_id),
      updateMember(teams.deps, bob, bob.user_id, { roles: ['viewer'] }),
    ]);

    const refused = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(refused).toEqual([expect.objectContaining({ code: 'LAST_OWNER' })]);
    expect(await owners()).toHaveLength(1);
  });

  test('is still one of five who remove each other at the same moment', async () => {
    const all = [ada];
    for (const name of ['bob', 'cy', 'dan', 'eve']) all.push(await join(name, 'owner'));

    const removals = all.map((who, position) =>
      removeMember(teams.deps, who, all[(position + 1) % all.length]?.user_id ?? ''),
    );
    const outcomes = await Promise.allSettled(removals);

    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    expect((await owners()).length).toBeGreaterThan(0);
  });
});

test('what was read of a team and of a member at two moments is decided anew', async () => {
  const bob = await join('bob', 'viewer');
  const before = (await teams.read(ada.tenant_id)).tenant;
  await updateMember(teams.deps, ada, bob.user_id, { roles: ['owner'] });
  const whole = { ...teams.deps.teams };
  const readOnceStale = async (tenant_id: string, user_id: string) => {
    Object.assign(teams.deps.teams, whole);
    const found = await whole.loadMembership(tenant_id, user_id);
    return found === undefined || before === undefined ? undefined : { ...found, tenant: before };
  };
  Object.assign(teams.deps.teams, { loadMembership: readOnceStale });

  await updateMember(teams.deps, ada, bob.user_id, { roles: ['viewer'] });

  expect(await owners()).toEqual([ada.user_id]);
});

const NAMES = ['ada', 'bob', 'cy', 'dan'] as const;
const anyName = fc.constantFrom(...NAMES);
const anyRole = fc.constantFrom<Role>('owner', 'owner', 'admin', 'developer', 'viewer');
const anyStep = fc.oneof(
  fc.record({ do: fc.constant('invite'), by: anyName, who: anyName, roles: fc.tuple(anyRole) }),
  fc.record({
    do: fc.constant('update'),
    by: anyName,
    who: anyName,
    roles: fc.uniqueArray(anyRole, { minLength: 1 }),
  }),
  fc.record({ do: fc.constant('remove'), by: anyName, who: anyName, roles: fc.constant([]) }),
);
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

test('whatever members do to each other, one after the other or at once, a team has owners, and knows them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(anyStep, anyStep), { maxLength: 12 }), async (pairs) => {
      teams = await createTestTeams();
      const people = new Map<string, Principal>();
      for (const name of NAMES) people.set(name, await teams.signUp(name));
      ada = people.get('ada') ?? ada;
      for (const who of ['bob', 'cy']) {
        await act({ do: 'invite', by: 'ada', who: 'bob', roles: ['owner'] }, ada, people.get(who) ?? ada);
      }
      for (const pair of pairs) {
        await Promise.all(pair.map((step) => take(step, people)));
        expect((await owners()).length).toBeGreaterThan(0);
      }
    }),
    { numRuns: 60 },
  );
});

async function take(step: Step, people: ReadonlyMap<string, Principal>): Promise<void> {
  const who = people.get(step.who) ?? ada;
  const by = await teams.principalIn(ada.tenant_id, people.get(step.by) ?? ada);
  if (by === undefined) return;
  try {
    await act(step, by, who);
  } catch (error) {
    // Refusals are half of what this is about; nothing else may happen.
    if (!isAppError(error)) throw error;
  }
}

async function act(step: Step, by: Principal, who: Principal): Promise<void> {
  if (step.do === 'remove') return removeMember(teams.deps, by, who.user_id);
  if (step.do === 'update') {
    await updateMember(teams.deps, by, who.user_id, { roles: step.roles });
    return;
  }
  const [role] = step.roles;
  const { token } = await invite(teams.deps, by, { email: who.email, role });
  await acceptInvitation(teams.deps, who, token);
}
