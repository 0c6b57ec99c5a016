import { decodeJwt, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { problemSchema } from '../../../src/contracts/http/problem.ts';
import { authRoutes } from '../../../src/contracts/http/routes/auth.ts';
import { projectRoutes, projectView } from '../../../src/contracts/http/routes/projects.ts';
import { callDeployed, signUpDeployed } from '../../support/deployed-api.ts';

interface Project {
  readonly id: string;
  readonly name: string;
}

const REPOSITORY = 'https://example.com/app.git';

const codeOf = (json: unknown) => problemSchema.parse(json).code;

describe('the deployed API', () => {
  it('is alive and describes itself', async () => {
    expect(await callDeployed('GET', '/healthz')).toMatchObject({ status: 200, json: { status: 'ok' } });
    const { json, headers } = await callDeployed('GET', '/openapi.json');
    expect(json).toMatchObject({ openapi: '3.1.0' });
    const head = await callDeployed('HEAD', '/openapi.json');
    expect([head.status, head.json, head.headers['etag']]).toEqual([200, undefined, headers['etag']]);
  });

  it('answers what no route takes with 404 and 405 of its own', async () => {
    const nowhere = await callDeployed('GET', '/nowhere');
    expect([nowhere.status, codeOf(nowhere.json)]).toEqual([404, 'ROUTE_NOT_FOUND']);
    const patched = await callDeployed('PATCH', '/api/v1/projects');
    expect([patched.status, codeOf(patched.json)]).toEqual([405, 'METHOD_NOT_ALLOWED']);
    expect(patched.headers['allow']).toBe('GET, HEAD, OPTIONS, POST');
  });

  it('registers once, and signs in by the right password alone', async () => {
    const email = `ada-${crypto.randomUUID()}@example.com`;
    const account = { email, password: 'a long enough one' };
    const registered = await callDeployed('POST', '/api/v1/auth/register', {
      body: { ...account, name: 'Ada' },
    });
    expect(registered.status).toBe(201);
    authRoutes.register.success.schema.parse(registered.json);

    const again = await callDeployed('POST', '/api/v1/auth/register', { body: { ...account, name: 'Ada' } });
    expect([again.status, codeOf(again.json)]).toEqual([409, 'EMAIL_TAKEN']);
    const wrong = await callDeployed('POST', '/api/v1/auth/login', {
      body: { email, password: 'a wrong one' },
    });
    expect([wrong.status, codeOf(wrong.json)]).toEqual([401, 'INVALID_CREDENTIALS']);

    const signed_in = await callDeployed('POST', '/api/v1/auth/login', { body: account });
    expect(authRoutes.login.success.schema.parse(signed_in.json).user.email).toBe(email);
  });

  it('publishes the keys that verify its tokens', async () => {
    const { token } = await signUpDeployed('keys');
    const { json } = await callDeployed('GET', '/.well-known/jwks.json');
    const { keys } = json as { keys: { kid: string; kty: string; crv: string; x: string; y: string }[] };
    const key = keys.find(({ kid }) => kid === decodeProtectedHeader(token).kid);
    const verified = await jwtVerify(token, await importJWK(key ?? {}, 'EdDSA'), { audience: 'railway-api' });
    expect(verified.payload).toEqual(decodeJwt(token));
  });
});

describe('projects of the deployed API', () => {
  let token = '';
  let other = '';
  beforeAll(async () => {
    [{ token }, { token: other }] = await Promise.all([signUpDeployed('bob'), signUpDeployed('eve')]);
  });

  const create = (name: string, more: object = {}, as = token) =>
    callDeployed('POST', '/api/v1/projects', {
      token: as,
      body: { name, repository_url: REPOSITORY, ...more },
    });

  it('are created, read, changed, listed in pages and deleted', async () => {
    const created = await create('first', { environment: { SECRET: 'never shown' } });
    expect(created.status).toBe(201);
    const project = projectView.parse(created.json);
    expect(project).toMatchObject({ name: 'first', variable_names: ['SECRET'], recent_deployments: [] });
    expect(JSON.stringify(created.json)).not.toContain('never shown');

    const path = `/api/v1/projects/${project.id}`;
    const read = await callDeployed('GET', path, { token });
    expect(read.json).toEqual(created.json);
    const etag = String(read.headers['etag']);
    expect((await callDeployed('GET', path, { token, headers: { 'if-none-match': etag } })).status).toBe(304);

    const changed = await callDeployed('PUT', path, { token, body: { name: 'renamed' } });
    expect(projectView.parse(changed.json).name).toBe('renamed');
    const stale = await callDeployed('DELETE', path, { token, headers: { 'if-match': etag } });
    expect([stale.status, codeOf(stale.json)]).toEqual([412, 'STALE_VERSION']);

    await create('second');
    await create('third');
    const names: string[] = [];
    let cursor = '';
    do {
      const page = await callDeployed('GET', `/api/v1/projects?limit=1${cursor}`, { token });
      const { data, next_cursor } = projectRoutes.listProjects.success.schema.parse(page.json);
      names.push(...data.map(({ name }) => name));
      cursor = next_cursor === null ? '' : `&cursor=${next_cursor}`;
    } while (cursor !== '');
    expect(names).toEqual(['third', 'second', 'renamed']);

    expect((await callDeployed('DELETE', path, { token })).status).toBe(204);
    expect(codeOf((await callDeployed('GET', path, { token })).json)).toBe('PROJECT_NOT_FOUND');
  });

  it('of one name are one', async () => {
    await create('unique');
    const again = await create('unique');
    expect([again.status, codeOf(again.json)]).toEqual([409, 'PROJECT_NAME_EXISTS']);
  });

  it('of another tenant are not there', async () => {
    const { id } = (await create('private')).json as Project;
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const options = method === 'PUT' ? { token: other, body: {} } : { token: other };
      const answer = await callDeployed(method, `/api/v1/projects/${id}`, options);
      expect([method, answer.status, codeOf(answer.json)]).toEqual([method, 404, 'PROJECT_NOT_FOUND']);
    }
    expect((await create('private', {}, other)).status).toBe(201);
  });

  it('on the disk of the installation are refused', async () => {
    const answer = await create('local', { repository_url: 'file:///etc' });
    expect([answer.status, codeOf(answer.json)]).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('are made once per Idempotency-Key', async () => {
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const body = { name: 'once', repository_url: REPOSITORY };
    const first = await callDeployed('POST', '/api/v1/projects', { token, body, headers });
    const second = await callDeployed('POST', '/api/v1/projects', { token, body, headers });
    expect([second.status, second.json]).toEqual([201, first.json]);
  });

  it('need a token', async () => {
    const answer = await callDeployed('GET', '/api/v1/projects');
    expect([answer.status, codeOf(answer.json)]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('and usage of a fresh team are nothing', async () => {
    const { token: fresh } = await signUpDeployed('fresh');
    const { json } = await callDeployed('GET', '/api/v1/usage', { token: fresh });
    expect(json).toEqual({
      data: [
        { meter: 'deployments', quantity: 0, unit: 'deployment' },
        { meter: 'build_minutes', quantity: 0, unit: 'minute' },
      ],
    });
  });
});
