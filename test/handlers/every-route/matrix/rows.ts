import type { Permission } from '../../../../src/domain/access/index.ts';
import type { ErrorCode } from '../../../../src/domain/shared/errors.ts';
import type { OperationId, SampleThings } from '../../../support/samples.ts';
import type { Place } from './team.ts';

/** What a request may name, and the code that says of another's that there is none. */
export const UNKNOWN = {
  project: 'PROJECT_NOT_FOUND',
  deployment: 'DEPLOYMENT_NOT_FOUND',
  token: 'TOKEN_NOT_FOUND',
  session: 'SESSION_NOT_FOUND',
  member: 'MEMBER_NOT_FOUND',
  invitation: 'INVITATION_NOT_FOUND',
  /** An invitation of the maker's own address to another team. */
  own_invitation: 'INVALID_INVITATION',
  team: 'TENANT_NOT_FOUND',
} as const satisfies Record<string, ErrorCode>;
export type Thing = keyof typeof UNKNOWN;

/** What a route demands of whoever asks. */
export interface Row {
  readonly permission: Permission;
  /** What its request names. */
  readonly thing?: Thing;
  /** What it takes where the member that it names is another one. */
  readonly for_others?: Permission;
  /** It answers a list, which leaves out what isn't reached. */
  readonly is_list?: true;
  /** It takes all of the team's projects. */
  readonly takes_all_projects?: true;
  /** It makes something in the default environment. */
  readonly makes_in_environment?: true;
}

type Right = `${Permission['resource']}:${Permission['action']}`;

function permission(right: Right): Permission {
  const [resource, action] = right.split(':') as [Permission['resource'], Permission['action']];
  return { resource, action };
}

function row(right: Right, thing?: Thing, more: Omit<Row, 'permission' | 'thing'> = {}): Row {
  return { permission: permission(right), ...(thing === undefined ? {} : { thing }), ...more };
}

/** Every route, with the right that the design gives it: written out, and not taken from the catalogue that is tested. */
export const ROWS: Readonly<Record<OperationId, 'public' | Row>> = {
  register: 'public',
  login: 'public',
  refresh: 'public',
  logout: row('sessions:delete'),
  listSessions: row('sessions:read'),
  endSession: row('sessions:delete', 'session'),
  changePassword: row('sessions:update'),
  requestPasswordReset: 'public',
  confirmPasswordReset: 'public',
  requestDeletion: row('users:delete'),
  switchTenant: row('sessions:create', 'team'),
  acceptInvitation: row('users:create', 'own_invitation'),
  getMe: row('users:read'),
  updateMe: row('users:update'),
  createTeam: row('users:create'),
  getTeam: row('team:read'),
  updateTeam: row('team:update'),
  listMembers: row('team:read'),
  updateMember: row('team:update', 'member'),
  removeMember: row('users:delete', 'member', { for_others: permission('team:delete') }),
  createInvitation: row('team:create'),
  listInvitations: row('team:read'),
  deleteInvitation: row('team:delete', 'invitation'),
  createProject: row('projects:create', undefined, { takes_all_projects: true }),
  listProjects: row('projects:read'),
  getProject: row('projects:read', 'project'),
  updateProject: row('projects:update', 'project'),
  deleteProject: row('projects:delete', 'project'),
  restoreProject: row('projects:update', 'project'),
  getProjectMetrics: row('projects:read', 'project'),
  createDeployment: row('deployments:create', 'project', { makes_in_environment: true }),
  listDeployments: row('deployments:read', 'project', { is_list: true }),
  getDeployment: row('deployments:read', 'deployment'),
  getDeploymentLogs: row('deployments:read', 'deployment'),
  cancelDeployment: row('deployments:update', 'deployment'),
  rollBackDeployment: row('deployments:create', 'deployment'),
  createToken: row('tokens:create'),
  listTokens: row('tokens:read'),
  revokeToken: row('tokens:delete', 'token'),
  getUsage: row('usage:read'),
  getHealth: 'public',
  getOpenApi: 'public',
  getKeys: 'public',
  getErrorPage: 'public',
};

/** A list, with the right to read one of the things that it holds. */
interface List {
  /** Its address, up to the page's size. */
  readonly target: string;
  readonly row: Row;
  readonly place: Place;
  /** The id that it holds of somebody's things. */
  readonly idOf: (things: SampleThings) => string;
}

function list(target: string, of: Row, idOf: List['idOf'], place: Place = 'live'): List {
  return { target: `/api/v1/${target}`, row: of, place, idOf };
}

const PROJECT = row('projects:read', 'project');

/** Every list, by what it lists. */
export const LISTS = {
  projects: list('projects?', PROJECT, (things) => things.project_id),
  'deleted projects': list('projects?deleted=true&', PROJECT, (things) => things.project_id, 'deleted'),
  deployments: list('deployments?', row('deployments:read', 'deployment'), (things) => things.deployment_id),
  tokens: list('tokens?', row('tokens:read', 'token'), (things) => things.token_id),
  sessions: list('auth/sessions?', row('sessions:read', 'session'), (things) => things.session_id),
  members: list('team/members?', row('team:read', 'member'), (things) => things.member_id),
  invitations: list('team/invitations?', row('team:read', 'invitation'), (things) => things.invitation_id),
};
