import type { TestAccount, TestApi } from '../../../support/api.ts';
import { ALL_SCOPES, ROLES } from '../../../support/permission-table.ts';
import type { Standing } from './expected.ts';
import { LISTS, ROWS, type Row } from './rows.ts';
import {
  createProjectToken,
  createToken,
  deleteProjects,
  type Maker,
  type Place,
  type Team,
} from './team.ts';

/** Somebody who asks for something of a maker's. */
export interface Actor {
  readonly name: string;
  readonly maker: Maker;
  /** Undefined for whoever is nobody: their outcome is UNAUTHENTICATED. */
  readonly standing?: Standing;
  /** What they send; undefined for nothing.
   *  @param place - the project that the thing is, or lies in */
  readonly token: (row: 'public' | Row, place: Place) => string | undefined;
}

/** Everybody who tries every route. */
export async function createActors(api: TestApi, team: Team): Promise<Actor[]> {
  const actors = [
    ...membersAsMakers(team),
    ...membersAsOthers(team),
    ...(await limitedMembers(api, team)),
    ...(await apiTokens(api, team)),
    ...(await nobodies(api, team)),
  ];
  await deleteProjects(api, team);
  return actors;
}

const send = ({ token }: TestAccount) => ({ token: () => token });

function membersAsMakers({ makers }: Team): Actor[] {
  return ROLES.flatMap((role) => {
    const maker = makers[role];
    return [
      { name: `${role}, own thing`, maker, standing: { role, is: 'maker' }, ...send(maker.account) },
      {
        name: `${role}’s API token, own thing`,
        maker,
        standing: { role, is: 'maker', scopes: 'all' },
        token: () => maker.api_token,
      },
    ] satisfies Actor[];
  });
}

function membersAsOthers({ makers, mates, strangers }: Team): Actor[] {
  return ROLES.flatMap((role) =>
    [makers.owner, makers.developer].flatMap((maker, position) => {
      const thing = position === 0 ? 'an owner’s thing' : 'a developer’s thing';
      return [
        { name: `${role}, ${thing}`, maker, standing: { role, is: 'teammate' }, ...send(mates[role]) },
        {
          name: `${role} of another team, ${thing}`,
          maker,
          standing: { role, is: 'stranger' },
          ...send(strangers[role]),
        },
      ] satisfies Actor[];
    }),
  );
}

/** An owner can't be limited. */
async function limitedMembers(api: TestApi, { makers, another_id, moved }: Team): Promise<Actor[]> {
  const owner = makers.owner.account;
  const maker = makers.developer;
  const actors: Actor[] = [
    {
      name: 'developer limited to another project, own thing',
      maker: moved,
      standing: { role: 'developer', is: 'maker', limited_to: 'another project' },
      ...send(moved.account),
    },
  ];
  for (const role of ROLES.filter((each) => each !== 'owner')) {
    for (const limited_to of ['its project', 'another project'] as const) {
      const project_ids = limited_to === 'its project' ? Object.values(maker.project_ids) : [another_id];
      const name = `${role}-in-${limited_to.replace(' ', '-')}`;
      const account = await api.joinTeam(owner, name, role, project_ids);
      const standing = { role, is: 'teammate', limited_to } as const;
      actors.push({ name: `${role} limited to ${limited_to}`, maker, standing, ...send(account) });
    }
  }
  return actors;
}

/** The owner's, for a developer's things. */
async function apiTokens(api: TestApi, { makers, another_id }: Team): Promise<Actor[]> {
  const owner = makers.owner.account;
  const maker = makers.developer;
  const scoped = await createScopedTokens(api, owner);
  const another = await createProjectToken(api, owner, another_id);
  const project_tokens = {
    live: await createProjectToken(api, owner, maker.project_ids.live),
    busy: await createProjectToken(api, owner, maker.project_ids.busy),
    deleted: await createProjectToken(api, owner, maker.project_ids.deleted),
  };
  const elsewhere = await createToken(api, owner, ALL_SCOPES, { environment: 'staging' });
  const actor = (name: string, more: Omit<Standing, 'role' | 'is'>, token: Actor['token']): Actor => {
    return { name: `API token ${name}`, maker, standing: { role: 'owner', is: 'teammate', ...more }, token };
  };
  return [
    actor('with the one scope', { scopes: 'the needed one' }, (row) => scoped(row, 'one')),
    actor('with all other scopes', { scopes: 'all others' }, (row) => scoped(row, 'others')),
    actor(
      'of its project',
      { scopes: 'all of projects', limited_to: 'its project' },
      (_row, place) => project_tokens[place],
    ),
    actor('of another project', { scopes: 'all of projects', limited_to: 'another project' }, () => another),
    actor('of another environment', { scopes: 'all', is_of_another_environment: true }, () => elsewhere),
  ];
}

/** Two tokens for each right that a route takes: one that has its scope alone, and one that has all others. Where no token
 *  can have it, both have all there are. */
async function createScopedTokens(api: TestApi, owner: TestAccount) {
  const rows = [...Object.values(ROWS), ...Object.values(LISTS).map((list) => list.row)];
  const tokens = new Map<string, { readonly one: string; readonly others: string }>();
  for (const row of rows) {
    const scope = scopeOf(row);
    if (tokens.has(scope)) continue;
    const others = ALL_SCOPES.filter((other) => other !== scope);
    tokens.set(scope, {
      one: await createToken(api, owner, others.length < ALL_SCOPES.length ? [scope] : ALL_SCOPES),
      others: await createToken(api, owner, others),
    });
  }
  return (row: 'public' | Row, kind: 'one' | 'others') => tokens.get(scopeOf(row))?.[kind];
}

function scopeOf(row: 'public' | Row): string {
  return row === 'public' ? row : `${row.permission.resource}:${row.permission.action}`;
}

/** Whoever sends nothing, or what is good no more. */
async function nobodies(api: TestApi, { makers }: Team): Promise<Actor[]> {
  const maker = makers.developer;
  const { account: owner } = makers.owner;
  const revoked = await createToken(api, owner);
  const { json } = await api.call('GET', '/api/v1/tokens?limit=1', { token: owner.token });
  const [newest] = (json as { readonly data: readonly { readonly id: string }[] }).data;
  await api.call('DELETE', `/api/v1/tokens/${newest?.id}`, { token: owner.token });

  const removed = await api.joinTeam(owner, 'removed', 'owner');
  const removed_token = await createToken(api, removed);
  await api.call('DELETE', `/api/v1/team/members/${removed.user_id}`, { token: owner.token });
  return [
    { name: 'nobody', maker, token: () => undefined },
    { name: 'revoked API token', maker, token: () => revoked },
    { name: 'removed owner', maker, token: () => removed.token },
    { name: 'removed owner’s API token', maker, token: () => removed_token },
  ];
}
