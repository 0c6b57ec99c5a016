import { describe, expect, test } from 'vitest';
import {
  demandAccess,
  demandPermission,
  type Permission,
  type Role,
  reach,
  roleSchema,
} from '../../../../src/domain/access/index.ts';
import { OTHER_USER, principal, USER } from '../../../support/things.ts';

type Reach = ReturnType<typeof reach>;
type Row = readonly [create: Reach, read: Reach, update: Reach, remove: Reach];

const ALL: Row = ['team', 'team', 'team', 'team'];
const READ: Row = ['none', 'team', 'none', 'none'];
const OWN: Row = ['own', 'own', 'own', 'own'];
const NONE: Row = ['none', 'none', 'none', 'none'];

/** The brief's table, written out: what each role reaches of each resource, for create, read, update and delete. */
const TABLE: Readonly<Record<Role, Readonly<Record<Permission['resource'], Row>>>> = {
  owner: { projects: ALL, deployments: ALL, databases: ALL, team: ALL, usage: ALL, sessions: ALL },
  admin: { projects: ALL, deployments: ALL, databases: ALL, team: READ, usage: READ, sessions: NONE },
  developer: {
    projects: ['own', 'team', 'own', 'own'],
    deployments: OWN,
    databases: READ,
    team: NONE,
    usage: NONE,
    sessions: NONE,
  },
  viewer: { projects: READ, deployments: READ, databases: READ, team: READ, usage: READ, sessions: READ },
};

const ACTIONS = ['create', 'read', 'update', 'delete'] as const;

const CASES = roleSchema.options.flatMap((role) =>
  (Object.keys(TABLE[role]) as Permission['resource'][]).flatMap((resource) =>
    ACTIONS.map((action, position) => ({
      role,
      resource,
      action,
      expected: TABLE[role][resource][position] ?? 'none',
    })),
  ),
);

function allowed(check: () => void): boolean {
  try {
    check();
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'FORBIDDEN' });
    return false;
  }
}

describe.each(CASES)('$role, $action of $resource: $expected', ({ role, resource, action, expected }) => {
  const permission = { resource, action };
  const who = principal(role);

  test('the permission reaches as far as the table says', () => {
    expect(reach([role], permission)).toBe(expected);
  });

  test('the route lets in whoever may do it to something', () => {
    expect(allowed(() => demandPermission(who, permission))).toBe(expected !== 'none');
  });

  test('own things are reached unless nothing is', () => {
    expect(allowed(() => demandAccess(who, permission, [OTHER_USER, USER]))).toBe(expected !== 'none');
  });

  test('other members’ things are reached by team scope alone', () => {
    expect(allowed(() => demandAccess(who, permission, [OTHER_USER]))).toBe(expected === 'team');
    expect(allowed(() => demandAccess(who, permission, []))).toBe(expected === 'team');
  });
});

test('several roles reach as far as the strongest of them', () => {
  const permission = { resource: 'projects', action: 'update' } as const;

  expect(reach(['viewer', 'developer'], permission)).toBe('own');
  expect(reach(['viewer', 'developer', 'admin'], permission)).toBe('team');
  expect(reach(['viewer', 'viewer'], permission)).toBe('none');
});

test('without a role nothing is reached', () => {
  expect(reach([], { resource: 'projects', action: 'read' })).toBe('none');
});
