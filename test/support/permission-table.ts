import type { Permission, Role } from '../../src/domain/access/index.ts';

/** How far a permission reaches: all of the team's things, those that one made, or none. */
export type Reach = 'team' | 'own' | 'none';
type Row = readonly [create: Reach, read: Reach, update: Reach, remove: Reach];
type Resource = Permission['resource'];

export const ACTIONS = ['create', 'read', 'update', 'delete'] as const;

const ALL: Row = ['team', 'team', 'team', 'team'];
const READ: Row = ['none', 'team', 'none', 'none'];
const OWN: Row = ['own', 'own', 'own', 'own'];
const NONE: Row = ['none', 'none', 'none', 'none'];
const OWN_PROJECTS: Row = ['own', 'team', 'own', 'own'];

/** What lies within a project is as the project. */
const likeProjects = (row: Row) => ({
  projects: row,
  environments: row,
  services: row,
  variables: row,
  domains: row,
});
/** Everyone's own. */
const PERSONAL = { users: OWN, sessions: OWN, tokens: OWN };

/** The brief's table, written out: what each role reaches of each resource, for create, read, update and delete. It is
 *  what the rules are tested by, so it takes nothing from them. */
const TABLE: Readonly<Record<Role, Readonly<Record<Resource, Row>>>> = {
  owner: {
    ...likeProjects(ALL),
    ...PERSONAL,
    deployments: ALL,
    databases: ALL,
    team: ALL,
    usage: ALL,
    billing: ALL,
    audit: ALL,
    webhooks: ALL,
  },
  admin: {
    ...likeProjects(ALL),
    ...PERSONAL,
    deployments: ALL,
    databases: ALL,
    team: READ,
    usage: READ,
    billing: READ,
    audit: READ,
    webhooks: ALL,
  },
  developer: {
    ...likeProjects(OWN_PROJECTS),
    ...PERSONAL,
    deployments: OWN,
    databases: READ,
    team: NONE,
    usage: NONE,
    billing: NONE,
    audit: NONE,
    webhooks: NONE,
  },
  viewer: {
    ...likeProjects(READ),
    ...PERSONAL,
    deployments: READ,
    databases: READ,
    team: READ,
    usage: READ,
    billing: READ,
    audit: NONE,
    webhooks: READ,
  },
};

/** The roles, strongest first. */
export const ROLES = Object.keys(TABLE) as Role[];

/** The resources there are. */
export const RESOURCES = Object.keys(TABLE.owner) as Resource[];

/** What each person has for themselves, whatever their role, and no API token reaches. */
export const isPersonal = (resource: Resource): boolean => resource in PERSONAL;

/** What whoever is limited to some projects has no part of. */
export const isOfTheWholeTeam = (resource: Resource): boolean =>
  ['databases', 'team', 'usage', 'billing', 'audit', 'webhooks'].includes(resource);

/** Every scope that an API token may have. */
export const ALL_SCOPES = RESOURCES.filter((resource) => !isPersonal(resource)).flatMap((resource) =>
  ACTIONS.map((action) => `${resource}:${action}`),
);

/** What the table says of a role and a permission. */
export function tableReach(role: Role, { resource, action }: Permission): Reach {
  return TABLE[role][resource][ACTIONS.indexOf(action)] ?? 'none';
}
