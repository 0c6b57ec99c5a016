import type { Role } from '../../../../src/domain/access/index.ts';
import type { TestAccount, TestApi } from '../../../support/api.ts';
import { ALL_SCOPES, isOfTheWholeTeam, RESOURCES, ROLES } from '../../../support/permission-table.ts';
import { runTasks } from '../../../support/run-tasks.ts';
import {
  createCredentials,
  expectSuccess,
  idOf,
  invite,
  type OperationId,
  type SampleThings,
} from '../../../support/samples.ts';

/** A maker's projects, so that whatever a route wants of its thing is there: one with a deployment that served, one with a
 *  queued deployment, and one that is deleted in the end. */
export type Place = 'live' | 'busy' | 'deleted';

/** A member, with what they made. */
export interface Maker {
  readonly account: TestAccount;
  /** The text of an API token of theirs that has every scope. */
  readonly api_token: string;
  readonly project_ids: Readonly<Record<Place, string>>;
  readonly things: Omit<SampleThings, 'project_id'>;
}

/** The project that an operation's thing is, or lies in. */
export function placeOf(operation_id: OperationId): Place {
  if (operation_id === 'restoreProject') return 'deleted';
  return operation_id === 'cancelDeployment' ? 'busy' : 'live';
}

/** A team that has two members of each role, of whom one has made things; and another team. */
export interface Team {
  readonly makers: Readonly<Record<Role, Maker>>;
  readonly mates: Readonly<Record<Role, TestAccount>>;
  readonly strangers: Readonly<Record<Role, TestAccount>>;
  /** A project in which none of the makers made anything. */
  readonly another_id: string;
  /** A developer who has been limited to that project since. */
  readonly moved: Maker;
}

/** Makes the team; projects that are to be deleted aren’t yet, see {@link deleteProjects}. */
export async function createTeam(api: TestApi): Promise<Team> {
  const host = await api.signUp('host');
  const strangers = await eachRole((role) =>
    role === 'owner' ? Promise.resolve(host) : api.joinTeam(host, `stranger-${role}`, role),
  );
  // So that its owner may go, as the other team's may.
  await api.joinTeam(host, 'second-host', 'owner');
  const owner = await api.signUp('owner');
  const mates = await eachRole((role) => api.joinTeam(owner, `mate-${role}`, role));
  const makers = await eachRole(async (role) => {
    if (role === 'owner') return make(api, { owner, host, account: owner, name: role });
    return makeAndBecome(api, { owner, host, name: role }, role);
  });
  const another_id = await createProject(api, owner, 'another');
  const moved = await makeAndBecome(api, { owner, host, name: 'moved' }, 'developer', [another_id]);
  return { makers, mates, strangers, another_id, moved };
}

/** Owners while they make things, since some roles may make none. */
async function makeAndBecome(
  api: TestApi,
  making: Omit<Making, 'account'>,
  role: Role,
  project_ids?: readonly string[],
): Promise<Maker> {
  const account = await api.joinTeam(making.owner, making.name, 'owner');
  const maker = await make(api, { ...making, account });
  await changeRole(api, making.owner, account, role, project_ids);
  return maker;
}

async function eachRole<T>(make: (role: Role) => Promise<T>): Promise<Record<Role, T>> {
  const made: [Role, T][] = [];
  for (const role of ROLES) made.push([role, await make(role)]);
  return Object.fromEntries(made) as Record<Role, T>;
}

/** Gives a member one role alone, and a limit where one is named, as an owner does. */
async function changeRole(
  api: TestApi,
  { token }: TestAccount,
  { user_id }: TestAccount,
  role: Role,
  project_ids: readonly string[] | null = null,
): Promise<void> {
  const body = { roles: [role], project_ids };
  expectSuccess('updateMember', await api.call('PUT', `/api/v1/team/members/${user_id}`, { token, body }));
}

interface Making {
  /** Of the team. */
  readonly owner: TestAccount;
  /** Who owns another team, and invites the maker to it. */
  readonly host: TestAccount;
  readonly account: TestAccount;
  readonly name: string;
}

async function make(api: TestApi, making: Making): Promise<Maker> {
  const { owner, host, account, name } = making;
  const live = await createProject(api, account, `${name}-live`);
  const busy = await createProject(api, account, `${name}-busy`);
  const deleted = await createProject(api, account, `${name}-deleted`);
  const { tenant_id, user_id } = account;
  const deployment_id = await deploy(api, account, live);
  await runTasks(api.pipeline, { tenant_id, deployment_id });
  const things = {
    deployment_id,
    queued_id: await deploy(api, account, busy),
    tenant_id,
    member_id: user_id,
    invitation_id: (await invite(api, owner, `guest-of-${name}@example.com`)).id,
    invitation_token: (await invite(api, host, `${name}@example.com`)).token,
    ...(await createCredentials(api, account)),
  };
  const api_token = await createToken(api, account);
  return { account, api_token, project_ids: { live, busy, deleted }, things };
}

/** Deletes each maker's project that is to be; whoever is to be limited to it has to be before. */
export async function deleteProjects(api: TestApi, { makers, moved }: Team): Promise<void> {
  const { token } = makers.owner.account;
  for (const { project_ids } of [...Object.values(makers), moved]) {
    const answer = await api.call('DELETE', `/api/v1/projects/${project_ids.deleted}`, { token });
    expectSuccess('deleteProject', answer);
  }
}

export async function createProject(api: TestApi, { token }: TestAccount, name: string): Promise<string> {
  const body = { name, repository_url: 'https://git.example.com/shop' };
  return idOf(await api.call('POST', '/api/v1/projects', { token, body }));
}

async function deploy(api: TestApi, { token }: TestAccount, project_id: string): Promise<string> {
  return idOf(await api.call('POST', '/api/v1/deployments', { token, body: { project_id } }));
}

/** An API token that has been used, so that using it again writes nothing. @returns its text */
export async function createToken(
  api: TestApi,
  { token }: TestAccount,
  scopes: readonly string[] = ALL_SCOPES,
  limits: { readonly project_id?: string; readonly environment?: string } = {},
): Promise<string> {
  const body = { name: 'ci', scopes, ...limits };
  const answer = await api.call('POST', '/api/v1/tokens', { token, body });
  const { token: text } = expectSuccess('createToken', answer) as { readonly token: string };
  await api.call('GET', '/api/v1/users/me', { token: text });
  return text;
}

/** An API token for one project, with every scope that such a one can have. */
export function createProjectToken(api: TestApi, account: TestAccount, project_id: string): Promise<string> {
  const of_team = RESOURCES.filter(isOfTheWholeTeam).map((resource) => `${resource}:`);
  const scopes = ALL_SCOPES.filter((scope) => !of_team.some((prefix) => scope.startsWith(prefix)));
  return createToken(api, account, scopes, { project_id });
}
