import { AppError } from '../shared/errors.ts';
import type { Action, Permission, Principal, Resource, Role } from './model.ts';

interface Grant {
  readonly resource: Resource | '*';
  readonly action: Action | '*';
  /** `own`: only things that the principal made; `team`: all of the tenant's. */
  readonly scope: 'own' | 'team';
}

/** The brief's table, row by row; usage follows the issue: owners and admins read it, viewers read everything. */
const GRANTS: Readonly<Record<Role, readonly Grant[]>> = {
  owner: [{ resource: '*', action: '*', scope: 'team' }],
  admin: [
    { resource: 'projects', action: '*', scope: 'team' },
    { resource: 'deployments', action: '*', scope: 'team' },
    { resource: 'databases', action: '*', scope: 'team' },
    { resource: 'team', action: 'read', scope: 'team' },
    { resource: 'usage', action: 'read', scope: 'team' },
  ],
  developer: [
    { resource: 'projects', action: 'read', scope: 'team' },
    { resource: 'projects', action: '*', scope: 'own' },
    { resource: 'deployments', action: '*', scope: 'own' },
    { resource: 'databases', action: 'read', scope: 'team' },
  ],
  viewer: [{ resource: '*', action: 'read', scope: 'team' }],
};

/** How far a principal's permission reaches: all of the team's things, only own ones, or none. */
export function reach(roles: readonly Role[], permission: Permission): 'team' | 'own' | 'none' {
  const scopes = roles
    .flatMap((role) => GRANTS[role])
    .filter((grant) => grant.resource === '*' || grant.resource === permission.resource)
    .filter((grant) => grant.action === '*' || grant.action === permission.action)
    .map((grant) => grant.scope);
  if (scopes.includes('team')) return 'team';
  return scopes.includes('own') ? 'own' : 'none';
}

/** Refuses a principal who may not do this to any thing at all. Called before the body is looked at.
 *  @throws AppError FORBIDDEN */
export function demandPermission(principal: Principal, permission: Permission): void {
  if (reach(principal.roles, permission) === 'none') throw new AppError('FORBIDDEN');
}

/** Refuses a principal who may do this to own things only, and does not own this one.
 *  @param owner_ids - users that count as the thing's owners
 *  @throws AppError FORBIDDEN */
export function demandAccess(
  principal: Principal,
  permission: Permission,
  owner_ids: readonly string[],
): void {
  const scope = reach(principal.roles, permission);
  if (scope === 'team') return;
  if (scope === 'own' && owner_ids.includes(principal.user_id)) return;
  throw new AppError('FORBIDDEN');
}
