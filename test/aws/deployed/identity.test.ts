import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { problemSchema } from '../../../src/contracts/http/problem.ts';
import { authRoutes } from '../../../src/contracts/http/routes/auth.ts';
import { metaRoutes } from '../../../src/contracts/http/routes/meta.ts';
import { teamRoutes } from '../../../src/contracts/http/routes/team.ts';
import { tokenRoutes } from '../../../src/contracts/http/routes/tokens.ts';
import { userRoutes } from '../../../src/contracts/http/routes/users.ts';
import { createTestDynamo } from '../../support/aws.ts';
import {
  callDeployed,
  DEPLOYED_PASSWORD,
  type DeployedAnswer,
  signUpDeployed,
} from '../../support/deployed-api.ts';
import { readFunctionEnvironment, runFunction } from '../../support/deployed-function.ts';
import { mailTo } from '../../support/deployed-mail.ts';

const OTHER_PASSWORD = 'another long enough one';
const DEAD = [401, 'UNAUTHENTICATED'];
const REPOSITORY_URL = 'https://example.com/app.git';

const refusal = ({ status, json }: DeployedAnswer) => [status, problemSchema.parse(json).code];
const path = (rest: string) => `/api/v1${rest}`;
const get = (token: string, rest: string) => callDeployed('GET', path(rest), { token });
const post = (token: string, rest: string, body: object = {}) =>
  callDeployed('POST', path(rest), { token, body });
const remove = (token: string, rest: string) => callDeployed('DELETE', path(rest), { token });

const askToRefresh = (refresh_token: string) =>
  callDeployed('POST', path('/auth/refresh'), { body: { refresh_token } });
const refresh = async (refresh_token: string) =>
  authRoutes.refresh.success.schema.parse((await askToRefresh(refresh_token)).json);
const logIn = (email: string, password = DEPLOYED_PASSWORD) =>
  callDeployed('POST', path('/auth/login'), { body: { email, password } });
const logInAs = async (email: string) => authRoutes.login.success.schema.parse((await logIn(email)).json);
const sessionsOf = async (token: string) =>
  authRoutes.listSessions.success.schema.parse((await get(token, '/auth/sessions')).json).data;

describe('a session of the deployed API', () => {
  it('is listed, and dead with its access token once it was logged out of', async () => {
    const { email, tenant_id, token } = await signUpDeployed('ada');
    const { access_token: other } = await logInAs(email);
    expect((await sessionsOf(token)).map((session) => [session.tenant_id, session.current])).toEqual([
      [tenant_id, false],
      [tenant_id, true],
    ]);

    expect((await post(token, '/auth/logout')).status).toBe(204);
    expect(refusal(await get(token, '/auth/sessions'))).toEqual(DEAD);
    expect(await sessionsOf(other)).toHaveLength(1);
  });

  it('is renewed; a lost answer can be had again, and a token that was used before ends it', async () => {
    const { refresh_token: first } = await signUpDeployed('ada');
    const renewed = await refresh(first);
    const repeated = await refresh(first);
    expect(repeated.refresh_token).toBe(renewed.refresh_token);
    const last = await refresh(renewed.refresh_token);

    expect(refusal(await askToRefresh(first))).toEqual([401, 'INVALID_REFRESH_TOKEN']);
    expect(refusal(await askToRefresh(last.refresh_token))).toEqual([401, 'INVALID_REFRESH_TOKEN']);
    expect(refusal(await get(last.access_token, '/projects'))).toEqual(DEAD);
  });

  it('is the only one left after a change of the password', async () => {
    const { email, token } = await signUpDeployed('ada');
    const { access_token: other } = await logInAs(email);
    const change = (current_password: string) =>
      post(token, '/auth/password', { current_password, new_password: OTHER_PASSWORD });
    expect(refusal(await change('a wrong one'))).toEqual([401, 'INVALID_CREDENTIALS']);
    expect((await change(DEPLOYED_PASSWORD)).status).toBe(204);

    expect(await sessionsOf(token)).toHaveLength(1);
    expect(refusal(await get(other, '/projects'))).toEqual(DEAD);
    expect(refusal(await logIn(email))).toEqual([401, 'INVALID_CREDENTIALS']);
    expect((await logIn(email, OTHER_PASSWORD)).status).toBe(200);
  });

  it('ends when the password is reset by a mailed token, which works once', async () => {
    const { email, token } = await signUpDeployed('ada');
    const ask = (address: string) =>
      callDeployed('POST', path('/auth/password/reset'), { body: { email: address } });
    expect((await ask(`nobody-${email}`)).status).toBe(202);
    expect((await ask(email)).status).toBe(202);
    const { subject, text } = await mailTo(email);
    expect(subject).toBe('Reset your Branchline password');
    const [mailed] = /^\S{40,}$/m.exec(text) ?? [];
    const body = { token: mailed, new_password: OTHER_PASSWORD };
    const reset = () => callDeployed('POST', path('/auth/password/reset/confirm'), { body });

    expect((await reset()).status).toBe(204);
    expect(refusal(await get(token, '/projects'))).toEqual(DEAD);
    expect((await logIn(email, OTHER_PASSWORD)).status).toBe(200);
    expect(refusal(await reset())).toEqual([400, 'INVALID_RESET_TOKEN']);
  });

  it('ends with the account that is to be deleted, which a sign-in keeps', async () => {
    const { email, token } = await signUpDeployed('ada');
    const asked = await post(token, '/users/me/deletion', { password: DEPLOYED_PASSWORD });
    expect(asked.status).toBe(202);
    expect(refusal(await get(token, '/users/me'))).toEqual(DEAD);
    const { access_token } = await logInAs(email);
    expect((await get(access_token, '/users/me')).json).toMatchObject({ email });
  });
});

it('the rotation of signing keys leaves young ones as they are, and nothing private is published', async () => {
  const keySet = async () =>
    metaRoutes.getKeys.success.schema.parse((await callDeployed('GET', '/.well-known/jwks.json')).json);
  const { token } = await signUpDeployed('ada');
  const before = await keySet();
  expect(before.keys).toHaveLength(1);

  await runFunction('rotate-signing-key');
  expect(await keySet()).toEqual(before);
  expect((await get(token, '/users/me')).status).toBe(200);
});

it('limits are told, and those of an address are kept where all instances see them', async () => {
  const { token } = await signUpDeployed('ada');
  const [session] = await sessionsOf(token);
  const { DIRECTORY_TABLE } = await readFunctionEnvironment('auth');
  const key = { pk: { S: `RATE#${session?.ip}` }, sk: { S: 'RATE' } };
  const bucket = await createTestDynamo().send(new GetItemCommand({ TableName: DIRECTORY_TABLE, Key: key }));
  expect(Number(bucket.Item?.['tokens']?.N)).toBeLessThan(120);

  for (const [answer, limit] of [
    [await askToRefresh('none'), 120],
    [await get(token, '/projects'), 1000],
  ] as const) {
    expect(answer.headers['ratelimit-policy']).toBe(`"default";q=${limit};w=60`);
    expect(answer.headers['ratelimit']).toMatch(/^"default";r=\d+;t=\d+$/);
  }
});

it('an API token of the deployed API does what it may, and nothing once it is revoked', async () => {
  const { token } = await signUpDeployed('ada');
  const made = await post(token, '/tokens', { name: 'reader', scopes: ['projects:read'] });
  const { token: text, ...view } = tokenRoutes.createToken.success.schema.parse(made.json);

  expect((await get(text, '/projects')).status).toBe(200);
  const body = { name: 'app', repository_url: REPOSITORY_URL };
  expect(refusal(await post(text, '/projects', body))).toEqual([403, 'MISSING_SCOPE']);
  expect(refusal(await get(text, '/auth/sessions'))).toEqual([403, 'MISSING_SCOPE']);
  const listed = tokenRoutes.listTokens.success.schema.parse((await get(token, '/tokens')).json);
  expect(listed.data).toMatchObject([{ id: view.id, name: 'reader', scopes: ['projects:read'] }]);

  expect((await remove(token, `/tokens/${view.id}`)).status).toBe(204);
  expect(refusal(await get(text, '/projects'))).toEqual(DEAD);
});

describe('a team of the deployed API', () => {
  const invite = async (owner: string, email: string, role: string) => {
    const made = await post(owner, '/team/invitations', { email, role });
    return teamRoutes.createInvitation.success.schema.parse(made.json).token;
  };
  const switchTo = async (token: string, tenant_id: string) => {
    const switched = await post(token, '/auth/switch', { tenant_id });
    return authRoutes.switchTenant.success.schema.parse(switched.json).access_token;
  };
  const me = async (token: string) =>
    userRoutes.getMe.success.schema.parse((await get(token, '/users/me')).json);

  it('is joined by invitation: with a new account, and with one that was there', async () => {
    const owner = await signUpDeployed('owner');
    const eve = await signUpDeployed('eve');
    const email = `bob-${crypto.randomUUID()}@example.com`;
    const invitation_token = await invite(owner.token, email, 'viewer');
    const bob = await signUpDeployed('bob', { email, invitation_token });
    expect(bob.tenant_id).toBe(owner.tenant_id);
    expect((await mailTo(email)).text).toContain(invitation_token);
    const again = await signUpDeployed('bob', { invitation_token }).catch(String);
    expect(again).toContain('INVALID_INVITATION');

    const token = await invite(owner.token, eve.email, 'admin');
    const accepted = await post(eve.token, '/auth/invitations/accept', { token });
    expect(accepted.json).toMatchObject({ tenant: { id: owner.tenant_id }, roles: ['admin'] });

    const { json } = await get(owner.token, '/team/members');
    const { data } = teamRoutes.listMembers.success.schema.parse(json);
    expect(data.map(({ user_id, name, roles }) => [user_id, name, roles])).toEqual([
      [bob.user_id, 'bob', ['viewer']],
      [eve.user_id, 'eve', ['admin']],
      [owner.user_id, 'owner', ['owner']],
    ]);
    expect((await get(owner.token, '/team/invitations')).json).toMatchObject({ data: [] });
  });

  it('has members whose roles count at once, who work in other teams too, and are out once removed', async () => {
    const owner = await signUpDeployed('owner');
    const email = `bob-${crypto.randomUUID()}@example.com`;
    const invitation_token = await invite(owner.token, email, 'viewer');
    const { token, user_id } = await signUpDeployed('bob', { email, invitation_token });
    const member = `/team/members/${user_id}`;
    const create = () => post(token, '/projects', { name: 'app', repository_url: REPOSITORY_URL });

    expect(refusal(await create())).toEqual([403, 'FORBIDDEN']);
    const promoted = await callDeployed('PUT', path(member), {
      token: owner.token,
      body: { roles: ['developer'] },
    });
    expect(promoted.json).toMatchObject({ user_id, roles: ['developer'] });
    expect((await create()).status).toBe(201);
    const api_token = tokenRoutes.createToken.success.schema.parse(
      (await post(token, '/tokens', { name: 'ci' })).json,
    ).token;

    const made = await post(token, '/teams', { name: 'Bob’s own' });
    const { id: own_id } = teamRoutes.createTeam.success.schema.parse(made.json);
    const own = await switchTo(token, own_id);
    expect(await me(own)).toMatchObject({ tenant: { id: own_id }, roles: ['owner'] });
    expect((await get(own, '/projects')).json).toMatchObject({ data: [] });
    expect(refusal(await get(token, '/projects'))).toEqual(DEAD);
    const back = await switchTo(own, owner.tenant_id);
    expect((await me(back)).tenants.map(({ id }) => id).toSorted()).toEqual(
      [own_id, owner.tenant_id].toSorted(),
    );
    expect((await get(api_token, '/projects')).status).toBe(200);

    expect((await remove(owner.token, member)).status).toBe(204);
    for (const each of [back, api_token]) expect(refusal(await get(each, '/projects'))).toEqual(DEAD);
    expect(await me((await logInAs(email)).access_token)).toMatchObject({ tenant: { id: own_id } });
  });
});
