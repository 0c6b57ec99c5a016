import { beforeEach, describe, expect, test } from 'vitest';
import { ERRORS, type ErrorCode } from '../../../src/domain/shared/errors.ts';
import { createTestApi, type TestApi } from '../../support/api.ts';
import { expectProblem, expectSuccess } from '../../support/samples.ts';

let api: TestApi;
beforeEach(async () => {
  api = await createTestApi();
});

describe('an address that nothing is at', () => {
  test.each([
    '/',
    '/api/v1',
    '/api/v1/nothing',
    '/api/v1/projects/',
    '//api/v1/projects',
    '/API/v1/projects',
    '/healthz/',
    '/api/v1/projects/../users',
    '/openapi.json%00',
    '/metrics',
  ])('%s answers 404 to every method', async (path) => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND']) {
      expectProblem(await api.call(method, path), 'ROUTE_NOT_FOUND');
    }
    expect(await api.call('HEAD', path)).toMatchObject({ status: 404, text: '' });
  });
});

describe('a method that an address does not take', () => {
  test.each([
    ['PATCH', '/api/v1/projects', 'GET, HEAD, OPTIONS, POST'],
    ['PUT', '/api/v1/projects', 'GET, HEAD, OPTIONS, POST'],
    ['POST', '/api/v1/projects/x', 'DELETE, GET, HEAD, OPTIONS, PUT'],
    ['GET', '/api/v1/auth/login', 'OPTIONS, POST'],
    ['DELETE', '/healthz', 'GET, HEAD, OPTIONS'],
    ['get', '/healthz', 'GET, HEAD, OPTIONS'],
  ])('%s %s answers 405 with what it takes', async (method, path, allow) => {
    const answer = await api.call(method, path);

    expectProblem(answer, 'METHOD_NOT_ALLOWED');
    expect(answer.headers['allow']).toBe(allow);
  });

  test('HEAD is told so where there is no GET, without a body', async () => {
    const answer = await api.call('HEAD', '/api/v1/auth/login');

    expect(answer).toMatchObject({ status: 405, text: '', headers: { allow: 'OPTIONS, POST' } });
  });
});

test('the health check and the keys can be read by anybody', async () => {
  expect(expectSuccess('getHealth', await api.call('GET', '/healthz'))).toEqual({ status: 'ok' });
  const keys = await api.call('GET', '/.well-known/jwks.json');

  expect(expectSuccess('getKeys', keys)).toEqual({ keys: [expect.objectContaining({ kid: 'one' })] });
  expect(keys.headers['cache-control']).toBe('public, max-age=300');
});

test.each(Object.keys(ERRORS) as ErrorCode[])('the error %s has its page', async (code) => {
  const answer = await api.call('GET', `/errors/${code}`);

  expect(expectSuccess('getErrorPage', answer)).toContain(ERRORS[code].remedy);
});

test.each(['NOTHING', 'toString', '__proto__', 'forbidden'])(
  'an error %s that isn’t one has no page',
  async (code) => {
    expectProblem(await api.call('GET', `/errors/${code}`), 'ROUTE_NOT_FOUND');
  },
);
