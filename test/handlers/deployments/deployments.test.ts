import { beforeEach, describe, expect, test } from 'vitest';
import { createTestApi, type TestAccount, type TestAnswer, type TestApi } from '../../support/api.ts';
import { runTasks } from '../../support/run-tasks.ts';
import {
  createThings,
  expectProblem,
  expectSuccess,
  idOf,
  type SampleThings,
} from '../../support/samples.ts';

const PATH = '/api/v1/deployments';
const LINE = {
  timestamp: '2026-11-15T12:00:00.000Z',
  step: 'build',
  stream: 'stdout',
  level: 'info',
  message: '<b>\u001b[1mtext\n</b>',
} as const;

let api: TestApi;
let account: TestAccount;
let things: SampleThings;
let queries: { after: number; limit: number; wait_ms: number | undefined; signal: AbortSignal | undefined }[];
beforeEach(async () => {
  queries = [];
  api = await createTestApi({
    logs: {
      async read(_key, { after, limit, wait_ms, signal }) {
        queries.push({ after, limit, wait_ms, signal });
        return { lines: [{ ...LINE, sequence: after + 1 }], next: after + 1 };
      },
    },
  });
  account = await api.signUp('ada');
  things = await createThings(api, account);
});

const send = (method: string, target: string, body?: unknown): Promise<TestAnswer> =>
  api.call(method, target, { token: account.token, ...(body === undefined ? {} : { body }) });
const create = (body = {}) => send('POST', PATH, { project_id: things.project_id, ...body });

describe('creating', () => {
  test('queues a deployment and says where it is', async () => {
    const answer = await create({ branch: 'main', commit: 'ABCDEF1' });

    expect(expectSuccess('createDeployment', answer)).toMatchObject({
      status: 'queued',
      branch: 'main',
      commit: 'abcdef1',
      url: null,
      failure: null,
    });
    expect(answer.headers['location']).toBe(`${PATH}/${idOf(answer)}`);
  });

  test('while one is under way is refused', async () => {
    await create();

    expectProblem(await create(), 'DEPLOYMENT_IN_PROGRESS');
  });

  test.each([
    { branch: '' },
    { branch: 'x'.repeat(256) },
    { commit: 'abcdef' },
    { commit: 'g'.repeat(40) },
    { commit: 'a'.repeat(65) },
    { project_id: 'prj_1' },
    { status: 'success' },
  ])('is refused for %j', async (wrong) => {
    expectProblem(await create(wrong), 'VALIDATION_FAILED');
  });
});

test('one deployment has its timeline, and nothing internal', async () => {
  const answer = await send('GET', `${PATH}/${things.deployment_id}`);

  expect(expectSuccess('getDeployment', answer)).toMatchObject({
    status: 'success',
    url: 'http://shop.test',
    steps: expect.arrayContaining([expect.objectContaining({ name: 'prepare', status: 'success' })]),
  });
  for (const name of ['version', 'is_switched', 'requested']) expect(answer.json).not.toHaveProperty(name);
});

test('a failed deployment says why', async () => {
  api.pipeline.script.source = Object.assign(new Error('internal detail'), { name: 'Error' });
  const deployment_id = idOf(await create());
  await runTasks(api.pipeline, { tenant_id: account.tenant_id, deployment_id });

  const answer = await send('GET', `${PATH}/${deployment_id}`);
  expect(expectSuccess('getDeployment', answer)).toMatchObject({
    status: 'failed',
    failure: { reason: 'internal', message: expect.any(String) },
  });
  expect(answer.text).not.toContain('internal detail');
});

describe('listing', () => {
  test('filters by project and status, in pages that join up', async () => {
    for (let count = 0; count < 3; count += 1) {
      const id = idOf(await create());
      await send('POST', `${PATH}/${id}/cancel`);
    }
    const filter = `project_id=${things.project_id}&status=cancelled`;
    const first = await send('GET', `${PATH}?${filter}&limit=2`);
    const page = expectSuccess('listDeployments', first) as { data: unknown[]; next_cursor: string };
    expect(page.data).toHaveLength(2);
    const link = String(/^<([^>]+)>/.exec(first.headers['link'] ?? '')?.[1]);
    expect(expectSuccess('listDeployments', await send('GET', link))).toMatchObject({
      data: [{}],
      next_cursor: null,
    });

    // The cursor belongs to this filter.
    expectProblem(await send('GET', `${PATH}?limit=2&cursor=${page.next_cursor}`), 'INVALID_CURSOR');
  });

  test.each(['status=done', 'project_id=1', 'status='])('is refused for %s', async (query) => {
    expectProblem(await send('GET', `${PATH}?${query}`), 'VALIDATION_FAILED');
  });
});

describe('logs', () => {
  const target = () => `${PATH}/${things.deployment_id}/logs`;

  test('give lines as text, and a cursor that continues', async () => {
    const first = expectSuccess('getDeploymentLogs', await send('GET', `${target()}?limit=7`));
    expect(first).toEqual({ data: [LINE], next_cursor: expect.any(String) });
    const { next_cursor } = first as { next_cursor: string };
    await send('GET', `${target()}?limit=7&wait=20&cursor=${next_cursor}`);

    expect(queries.map(({ after, limit, wait_ms }) => ({ after, limit, wait_ms }))).toEqual([
      { after: 0, limit: 7, wait_ms: 0 },
      { after: 1, limit: 7, wait_ms: 20_000 },
    ]);
  });

  test('stop waiting when the client goes away', async () => {
    const client = new AbortController();
    await api.call('GET', target(), { token: account.token, signal: client.signal });
    client.abort();

    expect(queries[0]?.signal?.aborted).toBe(true);
  });

  test('of one deployment do not continue another’s', async () => {
    const { next_cursor } = (await send('GET', target())).json as { next_cursor: string };
    const other = idOf(await create());

    expectProblem(await send('GET', `${PATH}/${other}/logs?cursor=${next_cursor}`), 'INVALID_CURSOR');
  });
});

describe('cancelling and rolling back', () => {
  test('a queued deployment can be cancelled once', async () => {
    const id = idOf(await create());
    expect(expectSuccess('cancelDeployment', await send('POST', `${PATH}/${id}/cancel`))).toMatchObject({
      status: 'cancelled',
    });

    expectProblem(await send('POST', `${PATH}/${id}/cancel`), 'DEPLOYMENT_NOT_CANCELLABLE');
    expectProblem(await send('POST', `${PATH}/${id}/rollback`), 'RELEASE_NOT_AVAILABLE');
  });

  test('a rollback is a new deployment of that release', async () => {
    const answer = await send('POST', `${PATH}/${things.deployment_id}/rollback`);

    expect(expectSuccess('rollBackDeployment', answer)).toMatchObject({
      status: 'queued',
      rollback_of: things.deployment_id,
    });
    expect(idOf(answer)).not.toBe(things.deployment_id);
    expectProblem(await send('POST', `${PATH}/${things.deployment_id}/rollback`), 'DEPLOYMENT_IN_PROGRESS');
  });
});

describe('an Idempotency-Key', () => {
  const keyed = (key: string, body: unknown, token = account.token) =>
    api.call('POST', PATH, { token, body, headers: { 'idempotency-key': key } });
  const body = () => ({ project_id: things.project_id });

  test('makes a repeated request answer as the first did, and do nothing again', async () => {
    const first = await keyed('k-1', body());
    const second = await keyed('k-1', body());

    expect(expectSuccess('createDeployment', second)).toEqual(first.json);
    expect(second.headers['location']).toBe(first.headers['location']);
    expect(second.headers['idempotency-replayed']).toBe('true');
  });

  test('repeats a refusal too', async () => {
    await create();
    expectProblem(await keyed('k-1', body()), 'DEPLOYMENT_IN_PROGRESS');

    const again = await keyed('k-1', body());
    expect(again).toMatchObject({ status: 409, json: { code: 'DEPLOYMENT_IN_PROGRESS' } });
    expect(again.headers['idempotency-replayed']).toBe('true');
  });

  test('with another body is refused, and another member’s same key is no clash', async () => {
    await keyed('k-1', body());
    expectProblem(await keyed('k-1', { ...body(), branch: 'other' }), 'IDEMPOTENCY_KEY_REUSED');

    const { token } = await api.signUp('eve');
    expectProblem(await keyed('k-1', body(), token), 'PROJECT_NOT_FOUND');
  });

  test('used twice at the same moment does the work once', async () => {
    const answers = await Promise.all([keyed('k-1', body()), keyed('k-1', body())]);

    expect(answers.map(({ status }) => String(status)).sort()).toEqual(['202', '409']);
    expect(answers.find(({ status }) => status === 409)?.json).toMatchObject({
      code: 'IDEMPOTENCY_KEY_IN_USE',
    });
  });

  test.each(['', 'with space', 'ü', 'x'.repeat(256)])(
    'that breaks the rules is refused: %.20j',
    async (key) => {
      expectProblem(await keyed(key, body()), 'VALIDATION_FAILED');
    },
  );
});
