import { describe, expect, test } from 'vitest';
import type { RateLimiter } from '../../../functions/runtime/dependencies.ts';
import {
  createTestApi,
  PASSWORD,
  type TestAnswer,
  type TestApi,
  type TestRequest,
} from '../../support/api.ts';
import { expectProblem } from '../../support/samples.ts';

const ORIGIN = 'https://dashboard.example.com';

/** Answers of several kinds: a success, a refusal, an unknown address, and a fault of ours. */
async function answersOf(
  api: TestApi,
  headers: Readonly<Record<string, string>> = {},
): Promise<TestAnswer[]> {
  const { token } = await api.signUp('ada');
  const answers = [
    await api.call('GET', '/api/v1/projects', { token, headers }),
    await api.call('GET', '/api/v1/projects', { headers }),
    await api.call('GET', '/nothing', { headers }),
    await api.call('POST', '/api/v1/auth/login', { headers, body: {} }),
  ];
  breakProjects(api);
  return [...answers, await api.call('GET', '/api/v1/projects', { token, headers })];
}

function breakProjects(api: TestApi): void {
  const fail = async () => {
    throw new Error('secret detail of the database', { cause: new Error('deeper secret') });
  };
  Object.assign(api.deps.projects.projects, { list: fail, find: fail });
}

const GUARDS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': expect.stringMatching(/max-age=\d{8,}; includeSubDomains/),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

describe('every answer', () => {
  test('forbids caching, framing, sniffing and loading anything, and demands https', async () => {
    for (const { headers } of await answersOf(await createTestApi())) expect(headers).toMatchObject(GUARDS);
  });

  test('does so whatever its status', async () => {
    const api = await createTestApi({ allowed_origins: [ORIGIN] });
    const { token } = await api.signUp('ada');
    const known = await api.call('GET', '/api/v1/team', { token });
    const post = (request: TestRequest) => api.call('POST', '/api/v1/projects', { token, ...request });
    const body = { name: 'shop', repository_url: 'https://git.example.com/shop' };
    const answers = {
      200: await api.call('HEAD', '/healthz'),
      201: await post({ body }),
      204: await api.call('OPTIONS', '/api/v1/projects', { headers: { origin: ORIGIN } }),
      304: await api.call('GET', '/api/v1/team', {
        token,
        headers: { 'if-none-match': String(known.headers['etag']) },
      }),
      400: await post({ raw_body: '{' }),
      405: await api.call('PATCH', '/api/v1/projects', { token }),
      406: await api.call('GET', '/api/v1/projects', { token, headers: { accept: 'text/html' } }),
      409: await post({ body }),
      413: await post({ raw_body: 'x'.repeat(1024 * 1024 + 1) }),
      415: await post({ raw_body: '{}', headers: { 'content-type': 'text/plain' } }),
    };
    for (const [status, answer] of Object.entries(answers)) {
      expect([String(answer.status), answer.headers]).toMatchObject([status, GUARDS]);
    }
  });

  test('names its request, which the log has with everything else but the query', async () => {
    const api = await createTestApi();
    const { token } = await api.signUp('ada');
    const answer = await api.call('GET', '/api/v1/projects?limit=5', {
      token,
      headers: { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
    });

    const line = api.logger.lines.find(
      ({ fields }) => fields['request_id'] === answer.headers['x-request-id'],
    );
    expect(line).toMatchObject({
      level: 'info',
      fields: {
        method: 'GET',
        path: '/api/v1/projects',
        route: 'GET /api/v1/projects',
        status: 200,
        duration_ms: expect.any(Number),
        user_agent: 'test',
        ip: expect.any(String),
        tenant: expect.stringMatching(/^ten_/),
        trace_id: 'a'.repeat(32),
        span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
      },
    });
    expect(JSON.stringify(line)).not.toContain('limit=5');
  });

  test.each([
    '',
    'x',
    `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`,
    `ff-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  ])('begins a trace of its own where the caller’s is no trace: %j', async (traceparent) => {
    const api = await createTestApi();
    await api.call('GET', '/healthz', { headers: { traceparent } });

    const id = String(api.logger.lines.at(-1)?.fields['trace_id']);
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(id).not.toMatch(/^(a|0){32}$/);
  });

  test('is counted by its route’s pattern, never by an id or an unknown address', async () => {
    const api = await createTestApi();
    const { token } = await api.signUp('ada');
    await api.call('GET', '/api/v1/projects/prj_1', { token });
    await api.call('GET', '/nothing/at/all');

    expect(api.observed.slice(-2)).toEqual([
      { method: 'GET', endpoint: '/api/v1/projects/{project_id}', status: 404 },
      { method: 'GET', endpoint: '$default', status: 404 },
    ]);
  });
});

test('a fault of ours answers 500, hides its cause from people and keeps it for the operator', async () => {
  const api = await createTestApi();
  const { token } = await api.signUp('ada');
  breakProjects(api);
  const answer = await api.call('GET', '/api/v1/projects', { token });

  expectProblem(answer, 'INTERNAL');
  expect(answer.text).not.toContain('secret');
  expect(api.logger.text()).toContain('secret detail of the database');
  expect(api.logger.text()).toContain('deeper secret');
  expect(api.logger.lines.at(-1)).toMatchObject({ level: 'error', fields: { status: 500 } });
});

describe('the rate limit', () => {
  const limited = (rate_limit: number) => createTestApi({ rate_limit });

  test('of an address guards signing in, and says when to come back', async () => {
    const api = await limited(2);
    const login = () =>
      api.call('POST', '/api/v1/auth/login', { body: { email: 'eve@example.com', password: PASSWORD } });
    const first = await login();
    await login();
    const third = await login();

    expectProblem(first, 'INVALID_CREDENTIALS');
    expect(first.headers).toMatchObject({
      ratelimit: '"default";r=1;t=30',
      'ratelimit-policy': '"default";q=2;w=60',
    });
    expectProblem(third, 'RATE_LIMITED');
    expect(third.headers).toMatchObject({ 'retry-after': '30', ratelimit: '"default";r=0;t=30' });
    expect(api.test_accounts.passwords.calls).toHaveLength(2);
  });

  test('of a principal guards the rest, also what it may not do', async () => {
    const api = await limited(3);
    const { token } = await api.signUp('ada', 'developer');
    const read = (target: string) => api.call('GET', target, { token });
    expect((await read('/api/v1/projects')).headers['ratelimit']).toBe('"default";r=2;t=20');
    expectProblem(await read('/api/v1/usage'), 'FORBIDDEN');
    await read('/api/v1/projects');

    expectProblem(await read('/api/v1/projects'), 'RATE_LIMITED');
    expectProblem(await read('/api/v1/usage'), 'RATE_LIMITED');
  });

  test('counts each principal and address for itself', async () => {
    const taken: string[] = [];
    const limiter: RateLimiter = {
      async take(subject) {
        taken.push(subject.kind === 'address' ? subject.address : subject.user_id);
        return { allowed: true, limit: 0, remaining: 0, reset_s: 0 };
      },
    };
    const api = await createTestApi({ limiter });
    const { token, user_id } = await api.signUp('ada');
    taken.length = 0;
    const answer = await api.call('GET', '/api/v1/projects', { token });
    await api.call('GET', '/healthz');

    expect(taken).toEqual([user_id]);
    // No limit, no headers.
    expect(answer.headers).not.toHaveProperty('ratelimit');
  });
});

describe('browsers', () => {
  test('may read answers from an allowed origin, of whatever kind', async () => {
    for (const { headers } of await answersOf(await createTestApi({ allowed_origins: [ORIGIN] }), {
      origin: ORIGIN,
    })) {
      expect(headers).toMatchObject({ 'access-control-allow-origin': ORIGIN, vary: 'origin' });
      expect(headers['access-control-expose-headers']).toContain('x-request-id');
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
    }
  });

  test.each([
    'https://evil.example.com',
    `${ORIGIN}.evil.example.com`,
    'null',
    '*',
    ORIGIN.toUpperCase(),
    '',
  ])('may read nothing from %j', async (origin) => {
    for (const { headers } of await answersOf(await createTestApi({ allowed_origins: [ORIGIN] }), {
      origin,
    })) {
      expect(headers).not.toHaveProperty('access-control-allow-origin');
      expect(headers['vary']).toBe('origin');
    }
  });

  test('ask first, and are told what is allowed', async () => {
    const api = await createTestApi({ allowed_origins: [ORIGIN] });
    const answer = await api.call('OPTIONS', '/api/v1/projects', {
      headers: { origin: ORIGIN, 'access-control-request-method': 'PUT' },
    });

    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': expect.stringContaining('PUT'),
      'access-control-allow-headers': expect.stringContaining('authorization'),
    });
  });
});
