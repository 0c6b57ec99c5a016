import { beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../../src/domain/shared/errors.ts';
import { createTestApi, type TestAccount, type TestApi } from '../../support/api.ts';
import { expectProblem } from '../../support/samples.ts';

const PROJECT = { name: 'app', repository_url: 'https://example.com/app.git' };
const KEY = { 'idempotency-key': 'one-request' };

let api: TestApi;
let account: TestAccount;
beforeEach(async () => {
  api = await createTestApi();
  account = await api.signUp('ada');
});

const create = (body: object, headers: Readonly<Record<string, string>> = KEY, token = account.token) =>
  api.call('POST', '/api/v1/projects', { token, body, headers });

const countProjects = async () => {
  const answer = await api.call('GET', '/api/v1/projects', { token: account.token });
  return (answer.json as { data: unknown[] }).data.length;
};

describe('an Idempotency-Key', () => {
  test('makes a repeated request answer as the first did, and do nothing more', async () => {
    const first = await create(PROJECT);
    const second = await create(PROJECT);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.text).toBe(first.text);
    expect(second.headers).toMatchObject({
      'idempotency-replayed': 'true',
      location: first.headers['location'],
    });
    expect(await countProjects()).toBe(1);
  });

  test('repeats a refusal too, also when it would succeed by now', async () => {
    await create(PROJECT, {});
    expectProblem(await create(PROJECT), 'PROJECT_NAME_EXISTS');
    const list = await api.call('GET', '/api/v1/projects', { token: account.token });
    const { data } = list.json as { data: { id: string }[] };
    await api.call('DELETE', `/api/v1/projects/${data[0]?.id}`, { token: account.token });
    const repeated = await create(PROJECT);
    expect(repeated.status).toBe(409);
    expect(repeated.json).toMatchObject({ code: 'PROJECT_NAME_EXISTS' });
  });

  test('that comes with another request is refused', async () => {
    await create(PROJECT);
    expectProblem(await create({ ...PROJECT, name: 'other' }), 'IDEMPOTENCY_KEY_REUSED');
    expect(await countProjects()).toBe(1);
  });

  test('is its user’s own', async () => {
    const other = await api.signUp('bob');
    await create(PROJECT);
    const answer = await create(PROJECT, KEY, other.token);
    expect(answer.status).toBe(201);
    expect(answer.headers['idempotency-replayed']).toBeUndefined();
  });

  test('whose first request is under way says so, and when to try again', async () => {
    const { projects } = api.deps.projects;
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const slow: typeof projects.create = async (...input) => {
      begun.resolve();
      await gate.promise;
      return projects.create(...input);
    };
    Object.assign(api.deps.projects, { projects: { ...projects, create: slow } });
    const first = create(PROJECT);
    // Sent first isn't come first.
    await begun.promise;
    const second = await create(PROJECT);
    expectProblem(second, 'IDEMPOTENCY_KEY_IN_USE');
    expect(second.headers['retry-after']).toBe('1');
    gate.resolve();
    expect((await first).status).toBe(201);
    expect(await countProjects()).toBe(1);
  });

  test('is free again when its request was told to come back later', async () => {
    const { projects } = api.deps.projects;
    const busy = async () => {
      throw new AppError('RATE_LIMITED', { retry_after_s: 5 });
    };
    Object.assign(api.deps.projects, { projects: { ...projects, create: busy } });
    expectProblem(await create(PROJECT), 'RATE_LIMITED');
    Object.assign(api.deps.projects, { projects });
    expect((await create(PROJECT)).status).toBe(201);
  });

  test('is free again when its request failed on our side', async () => {
    const { projects } = api.deps.projects;
    const broken = { ...projects, create: () => Promise.reject(new Error('no')) };
    Object.assign(api.deps.projects, { projects: broken });
    expectProblem(await create(PROJECT), 'INTERNAL');
    Object.assign(api.deps.projects, { projects });
    expect((await create(PROJECT)).status).toBe(201);
  });

  test('whose answer can not be kept does not undo the answer, and is not done twice', async () => {
    const store = { ...api.deps.idempotency };
    Object.assign(api.deps.idempotency, { finish: () => Promise.reject(new Error('no')) });
    expect((await create(PROJECT)).status).toBe(201);
    Object.assign(api.deps.idempotency, store);
    expectProblem(await create(PROJECT), 'IDEMPOTENCY_KEY_IN_USE');
    expect(await countProjects()).toBe(1);
  });

  test('is forgotten after its day', async () => {
    const first = await create(PROJECT);
    api.test_accounts.clock.advance(25 * 3600 * 1000);
    const { json } = await api.call('POST', '/api/v1/auth/login', {
      body: { email: 'ada@example.com', password: 'correct horse battery' },
    });
    const { access_token } = json as { access_token: string };
    expect(first.status).toBe(201);
    expectProblem(await create(PROJECT, KEY, access_token), 'PROJECT_NAME_EXISTS');
  });

  test.each(['', ' ', 'two words', 'ü', 'x'.repeat(256)])('of odd text is refused: %j', async (text) => {
    expectProblem(await create(PROJECT, { 'idempotency-key': text }), 'VALIDATION_FAILED');
  });

  test('that can not be given back after a fault of ours hides nothing of that fault', async () => {
    const fail = (message: string) => async () => {
      throw new Error(message);
    };
    Object.assign(api.deps.projects.projects, { create: fail('the first fault') });
    Object.assign(api.deps.idempotency, { release: fail('the second fault') });
    expectProblem(await create(PROJECT), 'INTERNAL');
    expect(api.logger.text()).toContain('the first fault');
    expect(api.logger.text()).toContain('the second fault');
  });
});
