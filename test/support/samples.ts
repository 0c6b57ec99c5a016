import assert from 'node:assert/strict';
import { ROUTES } from '../../src/contracts/http/catalog.ts';
import { PROBLEM_MEDIA_TYPE, problemSchema, statusOf } from '../../src/contracts/http/problem.ts';
import type { Route } from '../../src/contracts/http/route.ts';
import { requestPasswordReset } from '../../src/domain/identity/index.ts';
import type { ErrorCode } from '../../src/domain/shared/errors.ts';
import type { TestAccount, TestAnswer, TestApi } from './api.ts';
import { PASSWORD } from './api.ts';
import { tokenIn } from './identity.ts';
import { runTasks } from './run-tasks.ts';
import { testId } from './test-ids.ts';

export type OperationId = keyof typeof ROUTES;
export const OPERATION_IDS = Object.keys(ROUTES) as OperationId[];

/** A valid request. */
export interface Sample {
  readonly target: string;
  readonly body?: unknown;
}

export interface SampleThings {
  readonly project_id: string;
  /** One that has served. */
  readonly deployment_id: string;
  /** One that is queued. */
  readonly queued_id: string;
  readonly refresh_token: string;
  /** The account's own team. */
  readonly tenant_id: string;
  readonly token_id: string;
  readonly session_id: string;
  readonly reset_token: string;
  /** A user who may be removed from the team. */
  readonly member_id: string;
  readonly invitation_id: string;
  /** Of an invitation of the account's address to another team. */
  readonly invitation_token: string;
}

const PROJECTS = '/api/v1/projects';
const TOKENS = '/api/v1/tokens';
const INVITATIONS = '/api/v1/team/invitations';
const MEMBERS = '/api/v1/team/members';
const DEPLOYMENTS = '/api/v1/deployments';

/** One valid request per route: a route without one does not compile. */
export function createSamples(things: SampleThings): Readonly<Record<OperationId, Sample>> {
  const { project_id, deployment_id, queued_id, refresh_token, session_id, reset_token } = things;
  const { token_id, member_id, invitation_id } = things;
  const repository_url = 'https://git.example.com/new';
  return {
    register: {
      target: '/api/v1/auth/register',
      body: { email: 'new@example.com', password: PASSWORD, name: 'New' },
    },
    login: { target: '/api/v1/auth/login', body: { email: 'ada@example.com', password: PASSWORD } },
    refresh: { target: '/api/v1/auth/refresh', body: { refresh_token } },
    logout: { target: '/api/v1/auth/logout' },
    listSessions: { target: '/api/v1/auth/sessions?limit=5' },
    endSession: { target: `/api/v1/auth/sessions/${session_id}` },
    changePassword: {
      target: '/api/v1/auth/password',
      body: { current_password: PASSWORD, new_password: 'staple incorrect donkey' },
    },
    requestPasswordReset: { target: '/api/v1/auth/password/reset', body: { email: 'ada@example.com' } },
    confirmPasswordReset: {
      target: '/api/v1/auth/password/reset/confirm',
      body: { token: reset_token, new_password: 'staple incorrect donkey' },
    },
    requestDeletion: { target: '/api/v1/users/me/deletion', body: { password: PASSWORD } },
    switchTenant: { target: '/api/v1/auth/switch', body: { tenant_id: things.tenant_id } },
    createToken: { target: TOKENS, body: { name: 'ci', scopes: ['projects:read'] } },
    listTokens: { target: `${TOKENS}?limit=5` },
    revokeToken: { target: `${TOKENS}/${token_id}` },
    getMe: { target: '/api/v1/users/me' },
    updateMe: { target: '/api/v1/users/me', body: { name: 'New' } },
    createTeam: { target: '/api/v1/teams', body: { name: 'new' } },
    getTeam: { target: '/api/v1/team' },
    listMembers: { target: `${MEMBERS}?limit=5` },
    updateMember: { target: `${MEMBERS}/${member_id}`, body: { roles: ['viewer'] } },
    removeMember: { target: `${MEMBERS}/${member_id}` },
    createInvitation: { target: INVITATIONS, body: { email: 'new@example.com', role: 'viewer' } },
    listInvitations: { target: `${INVITATIONS}?limit=5` },
    deleteInvitation: { target: `${INVITATIONS}/${invitation_id}` },
    acceptInvitation: {
      target: '/api/v1/auth/invitations/accept',
      body: { token: things.invitation_token },
    },
    updateTeam: { target: '/api/v1/team', body: { name: 'new' } },
    createProject: { target: PROJECTS, body: { name: 'new', repository_url } },
    listProjects: { target: `${PROJECTS}?limit=5` },
    getProject: { target: `${PROJECTS}/${project_id}` },
    updateProject: { target: `${PROJECTS}/${project_id}`, body: { description: 'new' } },
    restoreProject: { target: `${PROJECTS}/${project_id}/restore`, body: { name: 'shop' } },
    deleteProject: { target: `${PROJECTS}/${project_id}` },
    getProjectMetrics: { target: `${PROJECTS}/${project_id}/metrics?days=7` },
    createDeployment: { target: DEPLOYMENTS, body: { project_id } },
    listDeployments: { target: `${DEPLOYMENTS}?project_id=${project_id}&status=success` },
    getDeployment: { target: `${DEPLOYMENTS}/${deployment_id}` },
    getDeploymentLogs: { target: `${DEPLOYMENTS}/${deployment_id}/logs?limit=5` },
    cancelDeployment: { target: `${DEPLOYMENTS}/${queued_id}/cancel` },
    rollBackDeployment: { target: `${DEPLOYMENTS}/${deployment_id}/rollback` },
    getUsage: { target: '/api/v1/usage?month=2026-11' },
    getHealth: { target: '/healthz' },
    getOpenApi: { target: '/openapi.json' },
    getKeys: { target: '/.well-known/jwks.json' },
    getErrorPage: { target: '/errors/PROJECT_NOT_FOUND' },
  };
}

/** Ids that no thing has. */
export const NOWHERE: SampleThings = {
  project_id: testId('prj', 0xffff),
  deployment_id: testId('dpl', 0xffff),
  queued_id: testId('dpl', 0xffff),
  refresh_token: 'none',
  tenant_id: testId('ten', 0xffff),
  token_id: testId('key', 0xffff),
  session_id: testId('ses', 0xffff),
  reset_token: 'none',
  member_id: testId('usr', 0xffff),
  invitation_id: testId('inv', 0xffff),
  invitation_token: 'none',
};

/** Makes a project of an account's with a deployment that served; `queue` queues another behind it. */
export async function createThings(api: TestApi, account: TestAccount, queue = false): Promise<SampleThings> {
  const { token, tenant_id } = account;
  const body = {
    name: 'shop',
    repository_url: 'https://git.example.com/shop',
    environment: { A: 'secret value' },
  };
  const project_id = idOf(await api.call('POST', PROJECTS, { token, body }));
  const deploy = async () => idOf(await api.call('POST', DEPLOYMENTS, { token, body: { project_id } }));
  const deployment_id = await deploy();
  await runTasks(api.pipeline, { tenant_id, deployment_id });
  const queued_id = queue ? await deploy() : NOWHERE.queued_id;
  const credentials = await createCredentials(api, account);
  const team = await createTeamThings(api, account);
  return { project_id, deployment_id, queued_id, tenant_id, ...credentials, ...team };
}

/** What an account can sign in, out and on with. */
export async function createCredentials(
  api: TestApi,
  { token, refresh_token }: TestAccount,
): Promise<Pick<SampleThings, 'refresh_token' | 'session_id' | 'reset_token' | 'token_id'>> {
  const claims = await api.deps.accounts.tokens.verifyAccess(token);
  const { email, sid } = claims ?? assert.fail('the token is not good');
  await requestPasswordReset(api.deps.accounts, email);
  const token_id = idOf(await api.call('POST', TOKENS, { token, body: { name: 'ci' } }));
  return { refresh_token, token_id, session_id: sid, reset_token: tokenIn(api.test_accounts.mails.at(-1)) };
}

/** Makes another owner beside an owner, so that each may go; an invitation of theirs, and one that they got. */
export async function createTeamThings(
  api: TestApi,
  account: TestAccount,
): Promise<Pick<SampleThings, 'member_id' | 'invitation_id' | 'invitation_token'>> {
  const suffix = account.user_id.slice(-4);
  const { user_id: member_id } = await api.joinTeam(account, `mate-${suffix}`, 'owner');
  const invitation = await invite(api, account, `guest-${suffix}@example.com`);
  const { json } = await api.call('GET', '/api/v1/users/me', { token: account.token });
  const host = await api.signUp(`host-${suffix}`);
  const own = await invite(api, host, (json as { email: string }).email);
  return { member_id, invitation_id: invitation.id, invitation_token: own.token };
}

/** Invites an address as a viewer. */
export async function invite(api: TestApi, { token }: TestAccount, email: string) {
  const answer = await api.call('POST', INVITATIONS, { token, body: { email, role: 'viewer' } });
  return expectSuccess('createInvitation', answer) as { readonly id: string; readonly token: string };
}

/** The id of the thing in an answer. */
export function idOf(answer: TestAnswer): string {
  const { json } = answer;
  if (typeof json === 'object' && json !== null && 'id' in json) return String(json.id);
  return assert.fail(`no id in ${answer.status} ${answer.text}`);
}

/** Expects a success of exactly the shape that the catalogue promises. @returns the parsed body */
export function expectSuccess(operation_id: OperationId, answer: TestAnswer): unknown {
  const route: Route = ROUTES[operation_id];
  assert.equal(answer.status, route.success.status, `${answer.status} ${answer.text}`);
  const { schema, media_type } = route.success;
  if (schema === undefined) {
    assert.equal(answer.text, '');
    return undefined;
  }
  assert.equal(answer.headers['content-type'], media_type ?? 'application/json');
  return schema.parse(media_type === undefined ? answer.json : answer.text);
}

/** Expects a problem with a code, of exactly the shape that the catalogue promises. @returns the problem */
export function expectProblem(answer: TestAnswer, code: ErrorCode) {
  assert.equal(answer.headers['content-type'], PROBLEM_MEDIA_TYPE, answer.text);
  const problem = problemSchema.parse(answer.json);
  const { status, type } = problem;
  assert.deepEqual(
    { code: problem.code, status, type },
    { code, status: statusOf(code), type: `/errors/${code}` },
  );
  assert.equal(answer.status, status);
  assert.equal(answer.headers['x-request-id'], problem.request_id);
  return problem;
}
