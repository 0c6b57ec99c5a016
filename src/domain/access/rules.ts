import { AppError } from '../shared/errors.ts';
import {
  type Action,
  PERSONAL_RESOURCES,
  type Permission,
  PROJECT_RESOURCES,
  type Principal,
  type Resource,
  type Role,
  type Scope,
  type Target,
} from './model.ts';

/** How far a permission reaches: all of the team's things, only own ones, or none. */
export type Reach = 'team' | 'own' | 'none';

interface Grant {
  readonly resource: Resource | '*';
  readonly action: Action | '*';
  /** `own`: only things that the principal made; `team`: all of the tenant's. */
  readonly scope: 'own' | 'team';
}

/** The brief's table, row by row; usage, billing, audit and webhooks, which it doesn't name, are admins' to read, and
 *  webhooks theirs to manage. */
const GRANTS: Readonly<Record<Role, readonly Grant[]>> = {
  owner: [{ resource: '*', action: '*', scope: 'team' }],
  admin: [
    { resource: 'projects', action: '*', scope: 'team' },
    { resource: 'deployments', action: '*', scope: 'team' },
    { resource: 'databases', action: '*', scope: 'team' },
    { resource: 'team', action: 'read', scope: 'team' },
    { resource: 'usage', action: 'read', scope: 'team' },
    { resource: 'billing', action: 'read', scope: 'team' },
    { resource: 'audit', action: 'read', scope: 'team' },
    { resource: 'webhooks', action: '*', scope: 'team' },
  ],
  developer: [
    { resource: 'projects', action: 'read', scope: 'team' },
    { resource: 'projects', action: '*', scope: 'own' },
    { resource: 'deployments', action: '*', scope: 'own' },
    { resource: 'databases', action: 'read', scope: 'team' },
  ],
  viewer: [{ resource: '*', action: 'read', scope: 'team' }],
};

/** What the brief's table doesn't name is as the project that it lies in. */
const FOLLOWS_PROJECTS: readonly Resource[] = ['environments', 'services', 'variables', 'domains'];

/** How far a principal's permission reaches, by role, by the API token's scopes, and by the projects that it is
 *  limited to: whoever is limited reaches nothing that is the whole team's. */
export function reach(
  principal: Pick<Principal, 'roles' | 'scopes' | 'project_ids'>,
  permission: Permission,
): Reach {
  if (!hasScope(principal, permission)) return 'none';
  if (isPersonal(permission.resource)) return principal.roles.length === 0 ? 'none' : 'own';
  if (principal.project_ids !== null && !isOfProjects(permission.resource)) return 'none';
  return reachOfRoles(principal.roles, permission);
}

function reachOfRoles(roles: readonly Role[], { resource, action }: Permission): Reach {
  const followed = FOLLOWS_PROJECTS.includes(resource) ? 'projects' : resource;
  const scopes = roles
    .flatMap((role) => (role === 'viewer' && resource === 'audit' ? [] : GRANTS[role]))
    .filter((grant) => grant.resource === '*' || grant.resource === followed)
    .filter((grant) => grant.action === '*' || grant.action === action)
    .map((grant) => grant.scope);
  if (scopes.includes('team')) return 'team';
  return scopes.includes('own') ? 'own' : 'none';
}

/** Refuses a principal who may not do this to any thing at all. Called before the body is looked at.
 *  @throws AppError MISSING_SCOPE, FORBIDDEN */
export function demandPermission(principal: Principal, permission: Permission): void {
  if (!hasScope(principal, permission)) throw missingScope(permission);
  if (reach(principal, permission) === 'none') throw new AppError('FORBIDDEN');
}

/** Refuses a principal who may not do this to this thing. Whether it can be seen at all is to be asked before: see
 *  {@link seesProject}.
 *  @throws AppError MISSING_SCOPE, FORBIDDEN */
export function demandAccess(principal: Principal, permission: Permission, target: Target): void {
  demandPermission(principal, permission);
  if (!isWithin(principal, target)) throw new AppError('FORBIDDEN');
  if (reach(principal, permission) === 'team' || isOwner(principal, target)) return;
  throw new AppError('FORBIDDEN');
}

/** Whether a thing is among those that the principal's permission reaches: for lists, which leave the others out. */
export function isReached(principal: Principal, permission: Permission, target: Target): boolean {
  if (!isWithin(principal, target)) return false;
  const how_far = reach(principal, permission);
  return how_far === 'team' || (how_far === 'own' && isOwner(principal, target));
}

/** False for a project that the member or the token isn't let into: to them it doesn't exist. */
export function seesProject(principal: Pick<Principal, 'project_ids'>, project_id: string): boolean {
  return principal.project_ids === null || principal.project_ids.includes(project_id);
}

/** The scopes that a new API token has where nobody says which: all that its owner's roles allow, but nothing that
 *  deletes. */
export function isDefaultScope(scope: Scope): boolean {
  return !scope.endsWith(':delete');
}

/** A scope as the permission that it stands for. */
export function permissionOf(scope: Scope): Permission {
  const [resource, action] = scope.split(':') as [Resource, Action];
  return { resource, action };
}

function hasScope({ scopes }: Pick<Principal, 'scopes'>, { resource, action }: Permission): boolean {
  return scopes === null || (scopes as readonly string[]).includes(`${resource}:${action}`);
}

function isWithin(principal: Principal, { project_id, environment }: Target): boolean {
  if (project_id !== undefined && !seesProject(principal, project_id)) return false;
  return environment === undefined || principal.environment === null || principal.environment === environment;
}

function isOwner({ user_id }: Principal, { owner_ids }: Target): boolean {
  return owner_ids.includes(user_id);
}

function isPersonal(resource: Resource): boolean {
  return (PERSONAL_RESOURCES as readonly Resource[]).includes(resource);
}

function isOfProjects(resource: Resource): boolean {
  return (PROJECT_RESOURCES as readonly Resource[]).includes(resource);
}

function missingScope({ resource, action }: Permission): AppError {
  if (isPersonal(resource)) {
    const detail = 'An API token can’t do this: log in, and send the access token of your session.';
    return new AppError('MISSING_SCOPE', { detail });
  }
  const detail = `The API token lacks the scope ${resource}:${action}: make one that has it.`;
  return new AppError('MISSING_SCOPE', { detail });
}
