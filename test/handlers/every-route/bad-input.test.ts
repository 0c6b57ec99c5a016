import { beforeEach, describe, expect, test } from 'vitest';
import { ROUTES } from '../../../src/contracts/http/catalog.ts';
import type { Route } from '../../../src/contracts/http/route.ts';
import { createTestApi, type TestAccount, type TestApi } from '../../support/api.ts';
import {
  createSamples,
  createThings,
  expectProblem,
  OPERATION_IDS,
  type Sample,
} from '../../support/samples.ts';

const route = (operation_id: (typeof OPERATION_IDS)[number]): Route => ROUTES[operation_id];
const WITH_BODY = OPERATION_IDS.filter((id) => route(id).body !== undefined);
const WITH_QUERY = OPERATION_IDS.filter((id) => route(id).query !== undefined);
const MEBIBYTE = 1024 * 1024;

let api: TestApi;
let account: TestAccount;
let samples: ReturnType<typeof createSamples>;
beforeEach(async () => {
  api = await createTestApi();
  account = await api.signUp('ada');
  samples = createSamples(await createThings(api, account));
});

describe.each(WITH_BODY)('the body of %s', (operation_id) => {
  const { method } = route(operation_id);
  const sample = (): Sample => samples[operation_id];
  const send = (raw_body: string | Buffer, headers: Readonly<Record<string, string>> = {}) =>
    api.call(method, sample().target, { token: account.token, raw_body, headers });

  test('has to be JSON, in UTF-8', async () => {
    const valid = JSON.stringify(sample().body);
    for (const text of [
      ...(route(operation_id).is_body_optional === true ? [] : ['']),
      '{',
      '{"a":}',
      "{'a': 1}",
      valid.slice(0, -1),
      `${valid}x`,
      `\ufeff${valid}}`,
      'undefined',
      'NaN',
    ]) {
      expectProblem(await send(text), 'INVALID_JSON');
    }
    expectProblem(await send(Buffer.from([0x22, 0xff, 0xfe, 0x22])), 'INVALID_JSON');
  });

  test('has to be one object', async () => {
    for (const text of ['null', '[]', '1', 'true', '"text"', `[${JSON.stringify(sample().body)}]`]) {
      expectProblem(await send(text), 'VALIDATION_FAILED');
    }
  });

  test('may not have fields that aren’t known', async () => {
    const valid = JSON.stringify(sample().body).slice(0, -1);
    for (const name of [
      'unknown',
      'id',
      'tenant_id',
      'owner_id',
      'roles',
      'constructor',
      'toString',
      'ID',
      '',
    ]) {
      const problem = expectProblem(await send(`${valid},${JSON.stringify(name)}:1}`), 'VALIDATION_FAILED');
      expect(problem.errors).toContainEqual({ pointer: `/${name}`, detail: expect.any(String) });
    }
  });

  test('may not name a prototype, at whatever depth', async () => {
    const valid = JSON.stringify(sample().body).slice(0, -1);
    for (const text of [`${valid},"__proto__":{"isAdmin":true}}`, `${valid},"__proto__":1,"__proto__":2}`]) {
      expectProblem(await send(text), 'VALIDATION_FAILED');
    }
    const deep = expectProblem(
      await send(`${valid},"x":[{"y":{"__proto__":{"a":1}}}]}`),
      'VALIDATION_FAILED',
    );
    expect(deep.errors?.map(({ pointer }) => pointer)).toEqual(['/x/0/y/__proto__']);
    expect(Object.hasOwn(Object.prototype, 'isAdmin')).toBe(false);
  });

  test('may not have fields of another type', async () => {
    const valid = sample().body as Record<string, unknown>;
    for (const name of Object.keys(valid)) {
      for (const value of [null, 5, true, [], ['x'], {}, { $ne: '' }]) {
        const problem = expectProblem(
          await send(JSON.stringify({ ...valid, [name]: value })),
          'VALIDATION_FAILED',
        );
        // In a list, the element that is wrong is named.
        const pointers = problem.errors?.map((each) => each.pointer.replace(/\/0$/, ''));
        expect(pointers).toContain(`/${name}`);
      }
    }
  });

  test('is 1 MB at most', async () => {
    expectProblem(await send(`"${'x'.repeat(MEBIBYTE)}"`), 'PAYLOAD_TOO_LARGE');
    expectProblem(await send(`"${'x'.repeat(MEBIBYTE - 2)}"`), 'VALIDATION_FAILED');
  });

  test('that is wrong in very many ways gets an answer that is still small', async () => {
    const fields = Array.from({ length: 60_000 }, (_, position) => `"f${position}":1`).join(',');
    const answer = await send(`{${fields}}`);

    expectProblem(answer, 'VALIDATION_FAILED');
    expect(answer.text.length).toBeLessThan(50_000);
  });

  test('that is nested very deep is refused, not a crash', async () => {
    const depth = 200_000;

    expectProblem(await send(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`), 'VALIDATION_FAILED');
  });

  test('may be nested 32 levels, and says so when it is more', async () => {
    const valid = JSON.stringify(sample().body).slice(0, -1);
    const nested = (levels: number) => `${valid},"x":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    const allowed = expectProblem(await send(nested(31)), 'VALIDATION_FAILED');
    expect(allowed.errors).toEqual([{ pointer: '/x', detail: 'is not known' }]);
    const refused = expectProblem(await send(nested(32)), 'VALIDATION_FAILED');
    expect(refused.errors).toEqual([{ pointer: '/', detail: 'may be nested 32 levels deep at most' }]);
  });

  test('that is nested deep and wide at once is refused, too', async () => {
    const wide = `[${Array.from({ length: 3000 }, () => '{"a":1}').join(',')}]`;
    const text = `{"a":${'['.repeat(25)}${wide}${']'.repeat(25)}}`;
    expectProblem(await send(text), 'VALIDATION_FAILED');
  });

  test('has to say that it is JSON', async () => {
    const valid = JSON.stringify(sample().body);
    for (const type of [
      '',
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'application/jsonp',
      'text/json',
    ]) {
      expectProblem(await send(valid, { 'content-type': type }), 'UNSUPPORTED_MEDIA_TYPE');
    }
  });

  test.each(['application/json; charset=utf-8', 'Application/JSON', 'application/vnd.api+json'])(
    'may say so as %s',
    async (type) => {
      const answer = await send(JSON.stringify(sample().body), { 'content-type': type });

      expect(answer.status).toBe(route(operation_id).success.status);
    },
  );

  test('is never repeated in an answer', async () => {
    const secret = 'very-secret-text';
    const valid = sample().body as Record<string, unknown>;
    for (const name of Object.keys(valid)) {
      const answer = await send(JSON.stringify({ ...valid, [name]: { [`${name}x`]: secret } }));
      expect(answer.text).not.toContain(secret);
    }
    expect((await send(`{"x": ${secret}`)).text).not.toContain(secret);
  });
});

describe.each(WITH_QUERY)('the query of %s', (operation_id) => {
  const { method, query } = route(operation_id);
  const get = (text: string) =>
    api.call(method, `${samples[operation_id].target.split('?', 1)[0]}?${text}`, { token: account.token });

  test('may not have parameters that aren’t known', async () => {
    for (const text of ['unknown=1', 'LIMIT=1', '__proto__=1', 'constructor=1', '=1', 'a[b]=1']) {
      expectProblem(await get(text), 'VALIDATION_FAILED');
    }
  });

  test('may not have one twice', async () => {
    const names = Object.keys(query?.shape ?? {});
    for (const name of names) {
      const problem = expectProblem(await get(`${name}=1&${name}=1`), 'VALIDATION_FAILED');
      expect(problem.errors).toEqual([{ pointer: `query/${name}`, detail: 'may be given once' }]);
    }
  });

  const numbers = {
    limit: ['0', '-1', '1001', '1.5', 'x', '', 'NaN', 'Infinity'],
    days: ['0', '91', '', 'x'],
    wait: ['-1', '21', 'x', '0.5'],
  };
  const cases = Object.entries(numbers)
    .filter(([name]) => Object.hasOwn(query?.shape ?? {}, name))
    .flatMap(([name, values]) => values.map((value) => [name, value] as const));

  test.each(cases)('may not have %s=%j', async (name, value) => {
    const problem = expectProblem(await get(`${name}=${value}`), 'VALIDATION_FAILED');

    expect(problem.errors?.map((each) => each.pointer)).toEqual([`query/${name}`]);
  });

  test('may be left out', async () => {
    expect((await get('')).status).toBe(200);
  });
});

describe.each(OPERATION_IDS.filter((id) => route(id).query === undefined))(
  '%s, which has no query',
  (operation_id) => {
    test.each(['unknown=1', '=', '__proto__=1', 'a=1&a=2'])('takes no parameters: %s', async (text) => {
      const { target, body } = samples[operation_id];
      const answer = await api.call(route(operation_id).method, `${target}?${text}`, {
        token: account.token,
        body,
      });
      expectProblem(answer, 'VALIDATION_FAILED');
    });
  },
);

test('what is wrong with a field is said in words for people', async () => {
  const details = async (path: string, body: unknown) => {
    const answer = await api.call('POST', `/api/v1/${path}`, { token: account.token, body });
    return expectProblem(answer, 'VALIDATION_FAILED').errors;
  };
  expect(await details('auth/register', { email: 'x', password: 'short', name: 5 })).toEqual([
    { pointer: '/email', detail: 'must be an e-mail address' },
    { pointer: '/password', detail: 'must have at least 8 characters' },
    { pointer: '/name', detail: 'must be a text' },
  ]);
  expect(await details('auth/register', {})).toEqual(
    ['/email', '/password', '/name'].map((pointer) => ({ pointer, detail: 'is required' })),
  );
  expect(await details('deployments', { project_id: 'x', commit: 'x', branch: '' })).toEqual([
    { pointer: '/project_id', detail: 'must be an id that begins with prj_' },
    { pointer: '/branch', detail: 'must have at least 1 character' },
    { pointer: '/commit', detail: 'must be 7 to 64 hexadecimal digits' },
  ]);
  expect(await details('auth/login', [])).toEqual([{ pointer: '/', detail: 'must be an object' }]);
  const list = await api.call('GET', '/api/v1/deployments?status=odd&limit=0', { token: account.token });
  expect(expectProblem(list, 'VALIDATION_FAILED').errors).toEqual([
    { pointer: 'query/limit', detail: 'must be at least 1' },
    { pointer: 'query/status', detail: expect.stringMatching(/^must be one of queued, building, /) },
  ]);
});

describe('a cursor', () => {
  const lists = OPERATION_IDS.filter((id) => Object.hasOwn(route(id).query?.shape ?? {}, 'cursor'));

  test.each(lists)('of %s that is made up is refused', async (operation_id) => {
    const path = samples[operation_id].target.split('?', 1)[0];
    for (const cursor of ['x', 'eyJhIjoxfQ', 'A'.repeat(1024), '%00', '../..']) {
      expectProblem(
        await api.call('GET', `${path}?cursor=${cursor}`, { token: account.token }),
        'INVALID_CURSOR',
      );
    }
    expectProblem(
      await api.call('GET', `${path}?cursor=${'A'.repeat(1025)}`, { token: account.token }),
      'VALIDATION_FAILED',
    );
  });
});

test('a variable may not be named as a prototype is', async () => {
  const body =
    '{"name":"other","repository_url":"https://git.example.com/a","environment":{"__proto__":"x"}}';
  const answer = await api.call('POST', '/api/v1/projects', { token: account.token, raw_body: body });

  expect(expectProblem(answer, 'VALIDATION_FAILED').errors).toEqual([
    { pointer: '/environment/__proto__', detail: expect.any(String) },
  ]);
});

describe.each(['cancelDeployment', 'rollBackDeployment'] as const)(
  '%s, which has no body',
  (operation_id) => {
    const send = (raw_body: string) =>
      api.call('POST', samples[operation_id].target, {
        token: account.token,
        raw_body,
        headers: { 'content-type': 'application/json' },
      });

    test.each(['{"commit":"abc"}', '[1]', '"text"', '1'])('takes no fields: %s', async (raw_body) => {
      expectProblem(await send(raw_body), 'VALIDATION_FAILED');
    });

    test('takes JSON alone', async () => {
      expectProblem(await send('{'), 'INVALID_JSON');
    });

    test.each(['', '{}'])('takes nothing, as %j', async (raw_body) => {
      expect((await send(raw_body)).status).toBeLessThan(500);
      expect((await send(raw_body)).status).not.toBe(400);
    });
  },
);
