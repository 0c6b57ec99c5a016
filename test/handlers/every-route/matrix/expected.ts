import type { Permission, Role } from '../../../../src/domain/access/index.ts';
import type { ErrorCode } from '../../../../src/domain/shared/errors.ts';
import { isOfTheWholeTeam, isPersonal, tableReach } from '../../../support/permission-table.ts';
import { type Row, type Thing, UNKNOWN } from './rows.ts';

/** Who asks for somebody's thing. */
export interface Standing {
  readonly role: Role;
  /** What they are to the thing: who made it, another member of its team, or nobody of that team. */
  readonly is: 'maker' | 'teammate' | 'stranger';
  /** Of whom is limited to projects: whether the thing's is among them. */
  readonly limited_to?: 'its project' | 'another project';
  /** Of an API token: the scopes that it has. */
  readonly scopes?: 'all' | 'the needed one' | 'all others' | 'all of projects';
  /** Of an API token: one environment, which isn't the thing's. */
  readonly is_of_another_environment?: true;
}

/** What becomes of a request: the route does what it is for, or refuses. */
export type Outcome = 'reached' | ErrorCode;

const IN_PROJECT: readonly Thing[] = ['project', 'deployment'];
const PERSONAL: readonly Thing[] = ['token', 'session', 'own_invitation'];

/** What the rules of access say of somebody and a route.
 *  @param standing - undefined for whoever sends no good token */
export function expectedOf(row: 'public' | Row, standing: Standing | undefined): Outcome {
  if (row === 'public') return 'reached';
  const refused = refusalAtTheDoor(row, standing);
  if (refused !== undefined || standing === undefined) return refused ?? 'UNAUTHENTICATED';
  return refusalOfTheThing(row, standing) ?? 'reached';
}

/** Refusals that don't depend on the thing, before anything of the request is looked at. */
export function refusalAtTheDoor({ permission }: Row, standing: Standing | undefined): Outcome | undefined {
  if (standing === undefined) return 'UNAUTHENTICATED';
  if (!hasScope(permission, standing)) return 'MISSING_SCOPE';
  return reachOf(permission, standing) === 'none' ? 'FORBIDDEN' : undefined;
}

function refusalOfTheThing(row: Row, standing: Standing): Outcome | undefined {
  const { thing, for_others } = row;
  if (row.takes_all_projects === true && standing.limited_to !== undefined) return 'FORBIDDEN';
  const is_others = standing.is !== 'maker';
  if (is_others && for_others !== undefined && reachOf(for_others, standing) === 'none') return 'FORBIDDEN';
  if (thing === undefined) return undefined;
  if (!isSeen(thing, standing)) return UNKNOWN[thing];
  if (row.makes_in_environment === true && standing.is_of_another_environment === true) return 'FORBIDDEN';
  if (row.is_list === true || !IN_PROJECT.includes(thing)) return undefined;
  return is_others && reachOf(row.permission, standing) === 'own' ? 'FORBIDDEN' : undefined;
}

/** False for a thing that to whoever asks isn't there. */
function isSeen(thing: Thing, standing: Standing): boolean {
  if (standing.is === 'stranger') return false;
  if (PERSONAL.includes(thing)) return standing.is === 'maker';
  if (IN_PROJECT.includes(thing) && standing.limited_to === 'another project') return false;
  return thing !== 'deployment' || standing.is_of_another_environment !== true;
}

function hasScope({ resource }: Permission, { scopes }: Standing): boolean {
  if (scopes === undefined) return true;
  if (isPersonal(resource) || scopes === 'all others') return false;
  return scopes !== 'all of projects' || !isOfTheWholeTeam(resource);
}

function reachOf(permission: Permission, { role, limited_to }: Standing) {
  if (limited_to !== undefined && isOfTheWholeTeam(permission.resource)) return 'none';
  return tableReach(role, permission);
}
