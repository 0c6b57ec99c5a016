import { beforeEach, describe, expect, test } from 'vitest';
import { SCOPES } from '../../../src/domain/access/index.ts';
import { createTestApi, type TestAccount, type TestApi } from '../../support/api.ts';
import { createThings, expectProblem, idOf } from '../../support/samples.ts';

const PATH = '/api/v1/tokens';
const PROJECTS = '/api/v1/projects';
const DAY_MS = 24 * 3600 * 1000;

interface Made {
  readonly id: string;
  readonly token: string;
  readonly scopes: readonly string[];
  readonly expires_at: string;
}

let api: TestApi;
let ada: TestAccount;
beforeEach(async () => {
  api = await createTestApi();
  ada = await api.signUp('ada');
});

const now_ms = () => api.test_accounts.clock.now().getTime();
const at = (ms: number) => new Date(now_ms() + ms).toISOString();

async function make(body: object, token = ada.token): Promise<Made> {
  const answer = await api.call('POST', PATH, { token, body: { name: 'ci', ...body } });
  expect(answer.status, answer.text).toBe(201);
  return answer.json as Made;
}

const refusal = (body: object, token = ada.token) =>
  api.call('POST', PATH, { token, body: { name: 'ci', ...body } });
const list = async (token = ada.token) =>
  (await api.call('GET', PATH, { token })).json as { data: Record<string, unknown>[]; next_cursor: string };

describe('a new API token', () => {
  test('is shown once, and opens what its scopes name', async () => {
    const made = await make({ scopes: ['projects:read'] });

    expect(made.token).toMatch(/^blt_/);
    expect((await api.call('GET', PROJECTS, { token: made.token })).status).toBe(200);
    const shown = await list();
    expect(shown.data).toEqual([
      {
        id: made.id,
        name: 'ci',
        scopes: ['projects:read'],
        project_id: null,
        environment: null,
        created_at: at(0),
        expires_at: made.expires_at,
        last_used_at: at(0),
      },
    ]);
  });

  test('is stored nowhere, nor is its secret part', async () => {
    const { token } = await make({ scopes: ['projects:read'] });
    await api.call('GET', PROJECTS, { token });

    const stored = api.test_accounts.memory.rawText();
    expect(stored).not.toContain(token.slice(4));
    expect(stored).not.toContain(token.slice(-48, -6));
    expect(JSON.stringify(api.logger.lines)).not.toContain(token.slice(4));
  });

  test('is not kept for an Idempotency-Key: the same key makes another', async () => {
    const headers = { 'idempotency-key': 'one' };
    const send = () => api.call('POST', PATH, { token: ada.token, body: { name: 'ci' }, headers });
    const [first, second] = [await send(), await send()];

    expect((first.json as Made).token).not.toBe((second.json as Made).token);
    expect(api.test_accounts.memory.rawText()).not.toContain('blt_');
  });

  test('does all that its owner may but deleting, where nobody says what', async () => {
    const by_owner = await make({});
    const viewer = await api.signUp('vera', 'viewer');
    const by_viewer = await make({}, viewer.token);

    expect(by_owner.scopes).toEqual(SCOPES.filter((scope) => !scope.endsWith(':delete')));
    expect(by_viewer.scopes.every((scope) => scope.endsWith(':read'))).toBe(true);
    expect(by_viewer.scopes).not.toContain('audit:read');
  });

  test('tells of itself in an event, without its secret', async () => {
    const { id, token } = await make({});
    await api.call('DELETE', `${PATH}/${id}`, { token: ada.token });

    const told = api.test_accounts.memory.events.filter(({ type }) => type.startsWith('branchline.token.'));
    expect(told.map(({ type, entity }) => ({ type, ...entity }))).toEqual([
      { type: 'branchline.token.created', id, version: 1 },
      { type: 'branchline.token.revoked', id, version: 2 },
    ]);
    expect(JSON.stringify(told)).not.toContain(token);
  });

  test('ends after 90 days, or when it was told to', async () => {
    expect((await make({})).expires_at).toBe(at(90 * DAY_MS));
    expect((await make({ expires_at: at(DAY_MS) })).expires_at).toBe(at(DAY_MS));
    expect((await make({ expires_at: at(366 * DAY_MS).replace('Z', '+00:00') })).expires_at).toBe(
      at(366 * DAY_MS),
    );
  });

  test('can’t end in the past, later than in 366 days, or at no instant', async () => {
    for (const expires_at of [at(0), at(-1), at(366 * DAY_MS + 1), '', 'never', '2027-02-30T00:00:00Z']) {
      const problem = expectProblem(await refusal({ expires_at }), 'VALIDATION_FAILED');
      expect(problem.errors?.[0]?.pointer).toBe('/expires_at');
    }
    expect((await list()).data).toEqual([]);
  });

  test('has scopes that there are, at least one, and none beyond its owner’s role', async () => {
    for (const scopes of [[], ['projects'], ['projects:*'], ['*'], ['tokens:create'], ['users:read']]) {
      expectProblem(await refusal({ scopes }), 'VALIDATION_FAILED');
    }
    const { token } = await api.signUp('dora', 'developer');
    const problem = expectProblem(
      await refusal({ scopes: ['projects:read', 'team:read', 'usage:read'] }, token),
      'FORBIDDEN',
    );
    expect(problem.detail).toContain('team:read, usage:read');
  });

  test('is one of a hundred at most', async () => {
    for (let count = 0; count < 100; count += 1) await make({ scopes: ['projects:read'] });

    expectProblem(await refusal({}), 'TOO_MANY_TOKENS');
  });
});

describe('the list of API tokens', () => {
  test('has one’s own alone, newest first, page by page', async () => {
    const mine = [await make({ name: 'one' }), await make({ name: 'two' }), await make({ name: 'three' })];
    const eve = await api.signUp('eve');
    await make({ name: 'hers' }, eve.token);

    const first = await api.call('GET', `${PATH}?limit=2`, { token: ada.token });
    const { data, next_cursor } = first.json as { data: Made[]; next_cursor: string };
    const rest = await api.call('GET', `${PATH}?limit=2&cursor=${next_cursor}`, { token: ada.token });

    expect(first.headers['link']).toContain(encodeURIComponent(next_cursor));
    const ids = [...data, ...(rest.json as { data: Made[] }).data].map(({ id }) => id);
    expect(ids).toEqual(mine.map(({ id }) => id).reverse());
    expectProblem(
      await api.call('GET', `${PATH}?cursor=${next_cursor}`, { token: eve.token }),
      'INVALID_CURSOR',
    );
  });
});

describe('a revoked API token', () => {
  test('is refused at once, and gone from the list', async () => {
    const { id, token } = await make({ scopes: ['projects:read'] });
    expect((await api.call('GET', PROJECTS, { token })).status).toBe(200);

    expect((await api.call('DELETE', `${PATH}/${id}`, { token: ada.token })).status).toBe(204);

    expectProblem(await api.call('GET', PROJECTS, { token }), 'UNAUTHENTICATED');
    expect((await list()).data).toEqual([]);
    expectProblem(await api.call('DELETE', `${PATH}/${id}`, { token: ada.token }), 'TOKEN_NOT_FOUND');
  });

  test('stays gone when it is used at the same moment', async () => {
    const { id } = await make({});
    const found = await api.test_accounts.api_tokens.load(ada.tenant_id, ada.user_id, id);
    await api.call('DELETE', `${PATH}/${id}`, { token: ada.token });
    if (found === undefined) throw new Error('It was there');
    await api.test_accounts.api_tokens.touch(found.token, at(0));

    expect((await list()).data).toEqual([]);
  });

  test('can be nobody else’s', async () => {
    const { id, token } = await make({ scopes: ['projects:read'] });
    const eve = await api.signUp('eve');

    expectProblem(await api.call('DELETE', `${PATH}/${id}`, { token: eve.token }), 'TOKEN_NOT_FOUND');
    expect((await api.call('GET', PROJECTS, { token })).status).toBe(200);
  });
});

describe('a request with an API token', () => {
  test('is refused without the scope, and told which', async () => {
    const { token } = await make({ scopes: ['projects:read'] });
    const body = { name: 'new', repository_url: 'https://git.example.com/new' };

    const problem = expectProblem(await api.call('POST', PROJECTS, { token, body }), 'MISSING_SCOPE');
    expect(problem.status).toBe(403);
    expect(problem.detail).toContain('projects:create');
  });

  test('makes no tokens, and sees none', async () => {
    const { id, token } = await make({ scopes: [...SCOPES] });

    expectProblem(await refusal({}, token), 'MISSING_SCOPE');
    expectProblem(await api.call('GET', PATH, { token }), 'MISSING_SCOPE');
    expectProblem(await api.call('DELETE', `${PATH}/${id}`, { token }), 'MISSING_SCOPE');
  });

  test('is refused after its end', async () => {
    const { token } = await make({ scopes: ['projects:read'], expires_at: at(DAY_MS) });
    api.test_accounts.clock.advance(DAY_MS - 1);
    expect((await api.call('GET', PROJECTS, { token })).status).toBe(200);
    api.test_accounts.clock.advance(1);

    expectProblem(await api.call('GET', PROJECTS, { token }), 'UNAUTHENTICATED');
  });

  test('is refused with another secret, or with another’s ids', async () => {
    const { token } = await make({ scopes: ['projects:read'] });
    const { token: other } = await make({ scopes: ['projects:read'] });
    const forged = token.slice(0, 70) + other.slice(70);

    expectProblem(await api.call('GET', PROJECTS, { token: forged }), 'UNAUTHENTICATED');
    expectProblem(await api.call('GET', PROJECTS, { token: `${token}x` }), 'UNAUTHENTICATED');
  });

  test('does no more than its owner’s role now allows', async () => {
    const { project_id } = await createThings(api, ada);
    const { token } = await make({ scopes: ['projects:read', 'projects:update'] });
    await api.setRole(ada, 'viewer');

    expect((await api.call('GET', `${PROJECTS}/${project_id}`, { token })).status).toBe(200);
    expectProblem(
      await api.call('PUT', `${PROJECTS}/${project_id}`, { token, body: { description: 'x' } }),
      'FORBIDDEN',
    );
  });

  test('notes its use every quarter of an hour', async () => {
    const { token } = await make({ scopes: ['projects:read'] });
    const lastUse = async () => (await list()).data[0]?.['last_used_at'];
    await api.call('GET', PROJECTS, { token });
    const first = await lastUse();
    api.test_accounts.clock.advance(15 * 60_000 - 1);
    await api.call('GET', PROJECTS, { token });
    expect(await lastUse()).toBe(first);
    api.test_accounts.clock.advance(1);
    await api.call('GET', PROJECTS, { token });

    expect(api.test_accounts.memory.rawText()).toContain(`last_used_at\\":\\"${at(0)}`);
  });

  test('is answered nothing that a wider credential was, by the same Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'one' };
    const body = { name: 'new', repository_url: 'https://git.example.com/new' };
    await api.call('POST', PROJECTS, { token: ada.token, body, headers });
    const { token } = await make({ scopes: ['projects:create'] });

    expectProblem(await api.call('POST', PROJECTS, { token, body, headers }), 'PROJECT_NAME_EXISTS');
  });
});

describe('an API token of one project', () => {
  test('reaches that project, and no other exists for it', async () => {
    const { project_id, deployment_id } = await createThings(api, ada);
    const body = { name: 'other', repository_url: 'https://git.example.com/other' };
    const other = idOf(await api.call('POST', PROJECTS, { token: ada.token, body }));
    const { token } = await make({ project_id, scopes: ['projects:read', 'deployments:read'] });
    const { token: wrong } = await make({ project_id: other, scopes: ['deployments:read'] });

    expect((await api.call('GET', `${PROJECTS}/${project_id}`, { token })).status).toBe(200);
    expectProblem(await api.call('GET', `${PROJECTS}/${other}`, { token }), 'PROJECT_NOT_FOUND');
    const deployment = `/api/v1/deployments/${deployment_id}`;
    expect((await api.call('GET', deployment, { token })).status).toBe(200);
    expectProblem(await api.call('GET', deployment, { token: wrong }), 'DEPLOYMENT_NOT_FOUND');
  });

  test('makes no project, even with the scope', async () => {
    const { project_id } = await createThings(api, ada);
    const { token } = await make({ project_id, scopes: ['projects:create'] });
    const body = { name: 'new', repository_url: 'https://git.example.com/new' };

    expectProblem(await api.call('POST', PROJECTS, { token, body }), 'FORBIDDEN');
  });

  test('has no scope over what is the whole team’s', async () => {
    const { project_id } = await createThings(api, ada);

    expectProblem(await refusal({ project_id, scopes: ['usage:read'] }), 'FORBIDDEN');
    expect((await make({ project_id })).scopes).not.toContain('team:read');
  });

  test('is of a project that there is, in one’s own team', async () => {
    const eve = await api.signUp('eve');
    const { project_id } = await createThings(api, eve);

    expectProblem(await refusal({ project_id }), 'PROJECT_NOT_FOUND');
  });
});

test('an API token of one environment deploys to no other', async () => {
  const { project_id } = await createThings(api, ada);
  const scopes = ['projects:read', 'deployments:create'];
  const deploy = (token: string) => api.call('POST', '/api/v1/deployments', { token, body: { project_id } });
  const { token: wrong } = await make({ environment: 'staging', scopes });
  const { token: right } = await make({ environment: 'production', scopes });

  expectProblem(await deploy(wrong), 'FORBIDDEN');
  expect((await deploy(right)).status).toBe(202);
});
