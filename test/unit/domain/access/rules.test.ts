import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  demandAccess,
  demandPermission,
  isDefaultScope,
  isReached,
  type Principal,
  permissionOf,
  type Role,
  reach,
  roleSchema,
  SCOPES,
  scopeSchema,
  seesProject,
} from '../../../../src/domain/access/index.ts';
import {
  ACTIONS,
  isOfTheWholeTeam,
  isPersonal,
  RESOURCES,
  type Reach,
  ROLES,
  tableReach,
} from '../../../support/permission-table.ts';
import { testId } from '../../../support/test-ids.ts';
import { OTHER_USER, PROJECT, principal, USER } from '../../../support/things.ts';

const CASES = ROLES.flatMap((role) =>
  RESOURCES.flatMap((resource) =>
    ACTIONS.map((action) => ({ role, resource, action, expected: tableReach(role, { resource, action }) })),
  ),
);

function refusal(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
}

const allowed = (check: () => void): boolean => {
  const code = refusal(check);
  if (code !== undefined) expect(code).toBe('FORBIDDEN');
  return code === undefined;
};

describe.each(CASES)('$role, $action of $resource: $expected', ({ role, resource, action, expected }) => {
  const permission = { resource, action };
  const who = principal(role);

  test('the permission reaches as far as the table says', () => {
    expect(reach(who, permission)).toBe(expected);
  });

  test('the route lets in whoever may do it to something', () => {
    expect(allowed(() => demandPermission(who, permission))).toBe(expected !== 'none');
  });

  test('own things are reached unless nothing is', () => {
    const target = { owner_ids: [OTHER_USER, USER] };
    expect(allowed(() => demandAccess(who, permission, target))).toBe(expected !== 'none');
    expect(isReached(who, permission, target)).toBe(expected !== 'none');
  });

  test('other members’ things are reached by team scope alone', () => {
    for (const target of [{ owner_ids: [OTHER_USER] }, { owner_ids: [] }]) {
      expect(allowed(() => demandAccess(who, permission, target))).toBe(expected === 'team');
      expect(isReached(who, permission, target)).toBe(expected === 'team');
    }
  });
});

test('several roles reach as far as the strongest of them', () => {
  const permission = { resource: 'projects', action: 'update' } as const;
  const reachOf = (roles: readonly Role[]) => reach(principal('viewer', { roles }), permission);

  expect(reachOf(['viewer', 'developer'])).toBe('own');
  expect(reachOf(['viewer', 'developer', 'admin'])).toBe('team');
  expect(reachOf(['viewer', 'viewer'])).toBe('none');
});

test('without a role nothing is reached', () => {
  for (const { resource, action } of CASES) {
    expect(reach(principal('owner', { roles: [] }), { resource, action })).toBe('none');
  }
});

describe('an API token', () => {
  const token = (role: Role, changes: Partial<Principal> = {}) =>
    principal(role, { credential: { kind: 'token', id: testId('tok', 1) }, scopes: [], ...changes });

  test('without a scope may do nothing, and is told which one it lacks', () => {
    for (const scope of SCOPES) {
      const permission = permissionOf(scope);
      expect(reach(token('owner'), permission)).toBe('none');
      expect(() => demandPermission(token('owner'), permission)).toThrow(
        new RegExp(`MISSING_SCOPE.*${scope}`),
      );
    }
  });

  test('with every scope may do what its owner’s role may, and no more', () => {
    for (const { role, resource, action, expected } of CASES) {
      if (!scopeSchema.safeParse(`${resource}:${action}`).success) continue;
      expect(reach(token(role, { scopes: SCOPES }), { resource, action })).toBe(expected);
    }
  });

  test('never reaches accounts, sessions and tokens, and is told to log in', () => {
    for (const resource of RESOURCES.filter(isPersonal)) {
      for (const action of ACTIONS) {
        expect(scopeSchema.safeParse(`${resource}:${action}`).success).toBe(false);
        const check = () => demandPermission(token('owner', { scopes: SCOPES }), { resource, action });
        expect(check).toThrow(/MISSING_SCOPE.*log in/);
      }
    }
  });

  test('has a role’s refusal where it has the scope and its owner lacks the right', () => {
    const who = token('viewer', { scopes: ['projects:delete'] });

    expect(refusal(() => demandPermission(who, { resource: 'projects', action: 'delete' }))).toBe(
      'FORBIDDEN',
    );
  });

  test('of one environment reaches things of that one, and things of none', () => {
    const who = token('owner', { scopes: SCOPES, environment: 'staging' });
    const permission = { resource: 'deployments', action: 'create' } as const;
    const reached = (environment?: string) =>
      isReached(who, permission, { owner_ids: [], ...(environment === undefined ? {} : { environment }) });

    expect(reached('staging')).toBe(true);
    expect(reached()).toBe(true);
    expect(reached('production')).toBe(false);
    const target = { owner_ids: [], environment: 'production' };
    expect(refusal(() => demandAccess(who, permission, target))).toBe('FORBIDDEN');
  });

  test('deletes nothing unless it is told to', () => {
    expect(SCOPES.filter(isDefaultScope)).toEqual(SCOPES.filter((scope) => !scope.endsWith(':delete')));
    expect(SCOPES).toContain('projects:delete');
  });
});

describe('whoever is limited to some projects', () => {
  const OTHER_PROJECT = testId('prj', 9);
  const limited = (role: Role) => principal(role, { project_ids: [PROJECT] });

  test('sees these alone', () => {
    expect(seesProject(limited('viewer'), PROJECT)).toBe(true);
    expect(seesProject(limited('viewer'), OTHER_PROJECT)).toBe(false);
    expect(seesProject(principal('viewer', { project_ids: [] }), PROJECT)).toBe(false);
    expect(seesProject(principal('viewer'), OTHER_PROJECT)).toBe(true);
  });

  test('reaches what lies in them as the role says, and nothing of others, own or not', () => {
    const permission = { resource: 'deployments', action: 'update' } as const;
    const within = { owner_ids: [OTHER_USER], project_id: PROJECT };
    const outside = { owner_ids: [USER], project_id: OTHER_PROJECT };

    expect(isReached(limited('admin'), permission, within)).toBe(true);
    expect(isReached(limited('developer'), permission, within)).toBe(false);
    expect(isReached(limited('admin'), permission, outside)).toBe(false);
    expect(refusal(() => demandAccess(limited('admin'), permission, outside))).toBe('FORBIDDEN');
  });

  test.each(RESOURCES.filter(isOfTheWholeTeam))('reaches no %s, which are the whole team’s', (resource) => {
    for (const action of ACTIONS) {
      expect(reach(limited('admin'), { resource, action })).toBe('none');
    }
  });

  test('keeps what is everyone’s own', () => {
    expect(reach(limited('developer'), { resource: 'sessions', action: 'delete' })).toBe('own');
  });
});

test('no limit of a principal ever widens what it reaches', () => {
  const RANK: Readonly<Record<Reach, number>> = { none: 0, own: 1, team: 2 };
  const anyPermission = fc.constantFrom(...SCOPES).map(permissionOf);
  const anyRoles = fc.uniqueArray(fc.constantFrom(...roleSchema.options));
  const anyLimits = fc.record({
    scopes: fc.option(fc.subarray([...SCOPES])),
    project_ids: fc.option(fc.subarray([PROJECT, testId('prj', 9)])),
    environment: fc.option(fc.constantFrom('production', 'staging')),
  });
  const anyTarget = fc.record(
    {
      owner_ids: fc.subarray([USER, OTHER_USER]),
      project_id: fc.constantFrom(PROJECT, testId('prj', 9)),
      environment: fc.constantFrom('production', 'staging'),
    },
    { requiredKeys: ['owner_ids'] },
  );

  fc.assert(
    fc.property(anyPermission, anyRoles, anyLimits, anyTarget, (permission, roles, limits, target) => {
      const free = principal('viewer', { roles });
      const limited = { ...free, ...limits };
      expect(RANK[reach(limited, permission)]).toBeLessThanOrEqual(RANK[reach(free, permission)]);
      const reached = isReached(limited, permission, target);
      expect(reached && !isReached(free, permission, target)).toBe(false);
      // What is answered one by one and what lists show are the same rule.
      expect(refusal(() => demandAccess(limited, permission, target)) === undefined).toBe(reached);
    }),
  );
});
