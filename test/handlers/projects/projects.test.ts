import { beforeEach, describe, expect, test } from 'vitest';
import { createTestApi, type TestAccount, type TestAnswer, type TestApi } from '../../support/api.ts';
import { createThings, expectProblem, expectSuccess, idOf } from '../../support/samples.ts';

const PATH = '/api/v1/projects';
const BODY = { name: 'shop', repository_url: 'https://git.example.com/shop' };

let api: TestApi;
let account: TestAccount;
beforeEach(async () => {
  api = await createTestApi();
  account = await api.signUp('ada');
});

function send(method: string, target: string, body?: unknown, headers = {}): Promise<TestAnswer> {
  return api.call(method, target, { token: account.token, headers, ...(body === undefined ? {} : { body }) });
}

const field = (answer: TestAnswer, name: string): unknown => (answer.json as Record<string, unknown>)[name];

describe('creating', () => {
  test('answers with the project and where it is', async () => {
    const answer = await send('POST', PATH, {
      ...BODY,
      description: ' about ',
      environment: { KEY: 'hidden value' },
    });

    expect(expectSuccess('createProject', answer)).toMatchObject({
      ...BODY,
      description: 'about',
      tenant_id: account.tenant_id,
      owner_id: account.user_id,
      variable_names: ['KEY'],
      recent_deployments: [],
    });
    expect(answer.headers['location']).toBe(`${PATH}/${idOf(answer)}`);
    expect(answer.text).not.toContain('hidden value');
  });

  test('a second one of the same name is refused', async () => {
    await send('POST', PATH, BODY);

    expectProblem(await send('POST', PATH, BODY), 'PROJECT_NAME_EXISTS');
  });

  test.each(['a', '-ab', 'a b', 'ab-', `${'a'.repeat(65)}`, ''])(
    'the name %j has its own error',
    async (name) => {
      const problem = expectProblem(await send('POST', PATH, { ...BODY, name }), 'INVALID_PROJECT_NAME');

      expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(['/name']);
    },
  );

  test('a wrong name beside something else that is wrong is a list of both', async () => {
    const answer = await send('POST', PATH, { name: '-', repository_url: 'ftp://x/y' });

    expect(expectProblem(answer, 'VALIDATION_FAILED').errors).toHaveLength(2);
  });

  test.each(['git@github.com:a/b', 'http://example.com/a', 'https://u:p@example.com/a', 'relative', ''])(
    'the repository %j is refused',
    async (repository_url) => {
      const problem = expectProblem(
        await send('POST', PATH, { ...BODY, repository_url }),
        'VALIDATION_FAILED',
      );
      expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(['/repository_url']);
    },
  );

  test('an installation that reads no local repositories says so', async () => {
    api = await createTestApi({ allow_local_repositories: false });
    account = await api.signUp('ada');

    const answer = await send('POST', PATH, { ...BODY, repository_url: '/srv/app' });
    expect(expectProblem(answer, 'VALIDATION_FAILED').errors).toHaveLength(1);
  });

  test.each([{ lower: 'x' }, { PORT: '1' }, { A: 'x\0' }, { A: 5 }, { A: 'x'.repeat(32 * 1024 + 1) }])(
    'variables that break the rules are refused: %.30j',
    async (environment) => {
      expectProblem(await send('POST', PATH, { ...BODY, environment }), 'VALIDATION_FAILED');
    },
  );

  test.each([
    ['PORT', 'is set by the platform'],
    ['RAILWAY_X', 'is set by the platform'],
    ['lower', 'must be capital letters, digits and underscores, beginning with a letter'],
  ])('says what is wrong with the name of a variable: %s', async (name, reason) => {
    const answer = await send('POST', PATH, { ...BODY, environment: { [name]: '1' } });
    expect(expectProblem(answer, 'VALIDATION_FAILED').errors).toEqual([
      { pointer: `/environment/${name}`, detail: reason },
    ]);
  });
});

describe('listing', () => {
  test('gives pages that join up, newest first, each with a link to the next', async () => {
    for (const name of ['aa', 'bb', 'cc', 'dd', 'ee']) await send('POST', PATH, { ...BODY, name });
    const names: unknown[] = [];
    let target: string | undefined = `${PATH}?limit=2`;
    while (target !== undefined) {
      const answer: TestAnswer = await send('GET', target);
      const page = expectSuccess('listProjects', answer) as {
        data: { name: string }[];
        next_cursor: string | null;
      };
      names.push(page.data.map(({ name }) => name));
      const link: string | undefined = /^<([^>]+)>; rel="next"$/.exec(answer.headers['link'] ?? '')?.[1];
      expect(link === undefined).toBe(page.next_cursor === null);
      if (link !== undefined)
        expect(new URLSearchParams(link.split('?')[1]).get('cursor')).toBe(page.next_cursor);
      target = link;
    }

    expect(names).toEqual([['ee', 'dd'], ['cc', 'bb'], ['aa']]);
  });

  test('a cursor of another tenant’s list or of another list is refused', async () => {
    for (const name of ['aa', 'bb']) await send('POST', PATH, { ...BODY, name });
    const cursor = String(field(await send('GET', `${PATH}?limit=1`), 'next_cursor'));
    const { token } = await api.signUp('eve');

    expectProblem(await api.call('GET', `${PATH}?cursor=${cursor}`, { token }), 'INVALID_CURSOR');
    expectProblem(await send('GET', `/api/v1/deployments?cursor=${cursor}`), 'INVALID_CURSOR');
    expectSuccess('listProjects', await send('GET', `${PATH}?cursor=${cursor}`));
  });

  test('carries each project’s recent deployments', async () => {
    const { deployment_id } = await createThings(api, account);
    const { data } = expectSuccess('listProjects', await send('GET', PATH)) as {
      data: { recent_deployments: unknown[] }[];
    };

    expect(data[0]?.recent_deployments).toEqual([
      expect.objectContaining({ id: deployment_id, status: 'success' }),
    ]);
  });
});

describe('versions', () => {
  const tag = (answer: TestAnswer) => String(answer.headers['etag']);

  test('a read has an ETag, and asking with it answers 304 without a body until something changes', async () => {
    const id = idOf(await send('POST', PATH, BODY));
    const first = await send('GET', `${PATH}/${id}`);
    for (const header of [tag(first), `W/${tag(first)}`, `"x", ${tag(first)}`, '*']) {
      const again = await send('GET', `${PATH}/${id}`, undefined, { 'if-none-match': header });
      expect(again).toMatchObject({ status: 304, text: '' });
      expect(tag(again)).toBe(tag(first));
    }
    await send('PUT', `${PATH}/${id}`, { description: 'new' });

    const changed = await send('GET', `${PATH}/${id}`, undefined, { 'if-none-match': tag(first) });
    expect(changed.status).toBe(200);
    expect(tag(changed)).not.toBe(tag(first));
  });

  test.each([200, 304, 404])(
    'HEAD answers as GET does, with its length and without its body: %i',
    async (status) => {
      const id = idOf(await send('POST', PATH, BODY));
      const known = tag(await send('GET', `${PATH}/${id}`));
      const target = status === 404 ? `${PATH}/prj_none` : `${PATH}/${id}`;
      const ask = (method: string) =>
        send(method, target, undefined, status === 304 ? { 'if-none-match': known } : {});

      const [get, head] = [await ask('GET'), await ask('HEAD')];
      expect(get.status).toBe(status);
      const length = status === 304 ? {} : { 'content-length': String(Buffer.byteLength(get.text)) };
      const headers = { ...get.headers, ...length, 'x-request-id': head.headers['x-request-id'] };
      expect(head).toEqual({ status, headers, text: '', json: undefined });
    },
  );

  test('a change or removal with a stale If-Match is refused and does nothing', async () => {
    const created = await send('POST', PATH, BODY);
    const target = `${PATH}/${idOf(created)}`;
    const changed = await send('PUT', target, { name: 'store' }, { 'if-match': tag(created) });
    expectSuccess('updateProject', changed);

    for (const header of [tag(created), `W/${tag(changed)}`, '"x"', 'x', '']) {
      expectProblem(await send('PUT', target, { name: 'third' }, { 'if-match': header }), 'STALE_VERSION');
      expectProblem(await send('DELETE', target, undefined, { 'if-match': header }), 'STALE_VERSION');
    }
    expect(field(await send('GET', target), 'name')).toBe('store');
    const current = { 'if-match': `"0-x", ${tag(changed)}` };
    expectSuccess('updateProject', await send('PUT', target, { name: 'third' }, current));
    expectSuccess('deleteProject', await send('DELETE', target, undefined, { 'if-match': '*' }));
  });

  test('of two changes that both read the same version, one is refused', async () => {
    const created = await send('POST', PATH, BODY);
    const target = `${PATH}/${idOf(created)}`;
    const answers = await Promise.all(
      ['one', 'two'].map((name) => send('PUT', target, { name }, { 'if-match': tag(created) })),
    );

    expect(answers.map(({ status }) => String(status)).sort()).toEqual(['200', '409']);
  });
});

describe('changing', () => {
  test('touches only what is given', async () => {
    const target = `${PATH}/${idOf(await send('POST', PATH, { ...BODY, description: 'old', environment: { A: '1' } }))}`;

    const answer = await send('PUT', target, { description: 'new' });
    expect(expectSuccess('updateProject', answer)).toMatchObject({
      ...BODY,
      description: 'new',
      variable_names: ['A'],
    });
  });

  test('to a taken name or a wrong one is refused', async () => {
    await send('POST', PATH, { ...BODY, name: 'taken' });
    const target = `${PATH}/${idOf(await send('POST', PATH, BODY))}`;

    expectProblem(await send('PUT', target, { name: 'taken' }), 'PROJECT_NAME_EXISTS');
    expectProblem(await send('PUT', target, { name: '-' }), 'INVALID_PROJECT_NAME');
  });
});

test('a deleted project is gone, and its name is free', async () => {
  const target = `${PATH}/${idOf(await send('POST', PATH, BODY))}`;
  expectSuccess('deleteProject', await send('DELETE', target));

  expectProblem(await send('GET', target), 'PROJECT_NOT_FOUND');
  expectProblem(await send('DELETE', target), 'PROJECT_NOT_FOUND');
  expectSuccess('createProject', await send('POST', PATH, BODY));
});

test('a developer may not change or delete another member’s project', async () => {
  const { project_id } = await createThings(api, account);
  const { token } = await api.joinTeam(account, 'bob', 'developer');
  const target = `${PATH}/${project_id}`;

  expect((await api.call('GET', target, { token })).status).toBe(200);
  expectProblem(await api.call('PUT', target, { token, body: { name: 'mine' } }), 'FORBIDDEN');
  expectProblem(await api.call('DELETE', target, { token }), 'FORBIDDEN');
});

describe('deleting and restoring', () => {
  const list = (query = '') => send('GET', `${PATH}?${query}`);
  let id: string;
  beforeEach(async () => {
    ({ project_id: id } = await createThings(api, account));
    await send('DELETE', `${PATH}/${id}`);
  });

  test('a deleted project is listed apart, with its dates, and nothing of what lies in it', async () => {
    expect(expectSuccess('listProjects', await list())).toEqual({ data: [], next_cursor: null });
    expect(expectSuccess('listProjects', await list('deleted=false'))).toEqual({
      data: [],
      next_cursor: null,
    });
    expect(expectSuccess('listProjects', await list('deleted=true'))).toMatchObject({
      data: [
        {
          id,
          deleted_at: '2026-11-15T12:00:00.000Z',
          purge_at: '2026-11-17T12:00:00.000Z',
          recent_deployments: [],
        },
      ],
      next_cursor: null,
    });
    const deployments = await api.call('GET', '/api/v1/deployments', { token: account.token });
    expect(deployments.json).toEqual({ data: [], next_cursor: null });
  });

  test('nothing in a deleted project is found, until it is restored', async () => {
    const [kept] = await api.pipeline.deps.deployments
      .list(account.tenant_id, { project_id: id }, { limit: 1 })
      .then(({ items }) => items);
    const deployment = `/api/v1/deployments/${kept?.id}`;
    for (const [method, target, body] of [
      ['GET', `${PATH}/${id}`],
      ['PUT', `${PATH}/${id}`, { description: 'new' }],
      ['DELETE', `${PATH}/${id}`],
      ['GET', `${PATH}/${id}/metrics`],
      ['GET', `/api/v1/deployments?project_id=${id}`],
      ['POST', '/api/v1/deployments', { project_id: id }],
    ] as const) {
      expectProblem(await send(method, target, body), 'PROJECT_NOT_FOUND');
    }
    for (const [method, target] of [
      ['GET', deployment],
      ['GET', `${deployment}/logs`],
      ['POST', `${deployment}/cancel`],
      ['POST', `${deployment}/rollback`],
    ] as const) {
      expectProblem(await send(method, target), 'DEPLOYMENT_NOT_FOUND');
    }

    await send('POST', `${PATH}/${id}/restore`);
    for (const target of [`${PATH}/${id}`, deployment, `${deployment}/logs`]) {
      expect((await send('GET', target)).status).toBe(200);
    }
  });

  test('pages of deleted projects join up, and their cursors fit no other list', async () => {
    const other = idOf(await send('POST', PATH, { ...BODY, name: 'other' }));
    await send('DELETE', `${PATH}/${other}`);
    const first = await list('deleted=true&limit=1');
    const page = expectSuccess('listProjects', first) as { data: unknown[]; next_cursor: string };
    expect(page.data).toMatchObject([{ id: other }]);
    const link = String(/^<([^>]+)>/.exec(first.headers['link'] ?? '')?.[1]);
    expect(expectSuccess('listProjects', await send('GET', link))).toMatchObject({
      data: [{ id }],
      next_cursor: null,
    });
    expectProblem(await list(`cursor=${page.next_cursor}`), 'INVALID_CURSOR');
  });

  test('it is restored without a body, with its latest deployments, and again without a change', async () => {
    const answer = await send('POST', `${PATH}/${id}/restore`);
    expect(expectSuccess('restoreProject', answer)).toMatchObject({
      id,
      name: 'shop',
      recent_deployments: [{ status: 'success' }],
    });

    expect((await send('POST', `${PATH}/${id}/restore`, {})).json).toEqual(answer.json);
    expect((await send('GET', `${PATH}/${id}`)).json).toEqual(answer.json);
  });

  test('into a taken name is refused, and another name helps', async () => {
    await send('POST', PATH, BODY);

    const problem = expectProblem(await send('POST', `${PATH}/${id}/restore`), 'PROJECT_NAME_EXISTS');
    expect(problem.detail).toContain('`name`');
    expectProblem(await send('POST', `${PATH}/${id}/restore`, { name: '-' }), 'INVALID_PROJECT_NAME');
    expect(
      expectSuccess('restoreProject', await send('POST', `${PATH}/${id}/restore`, { name: 'store' })),
    ).toMatchObject({ id, name: 'store' });
  });
});
