import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { expect, test } from 'vitest';
import { createMetaFunction } from '../../../../functions/api/meta/handler.ts';
import { createPublicRuntime } from '../../../../functions/runtime/aws/api.ts';
import { bindHttp } from '../../../../functions/runtime/aws/bind.ts';
import { AppError } from '../../../../src/domain/shared/errors.ts';
import { keepWrittenLines } from '../../../support/written-lines.ts';

const CONTEXT = { getRemainingTimeInMillis: () => 10_000 } as Context;

const event = (method: string) =>
  ({
    rawPath: '/api/v1/projects',
    rawQueryString: '',
    routeKey: `${method} /api/v1/projects`,
    headers: {},
    requestContext: {
      requestId: 'req-1',
      http: {
        method,
        path: '/api/v1/projects',
        sourceIp: '192.0.2.1',
        userAgent: 'test',
        protocol: 'HTTP/1.1',
      },
    },
  }) as unknown as APIGatewayProxyEventV2;

const written = keepWrittenLines();

test('a function that can’t be composed answers with a problem, and is composed again for the next request', async () => {
  let attempts = 0;
  const call = bindHttp(async () => {
    attempts += 1;
    if (attempts === 1) {
      const cause = new Error('no key today');
      throw new AppError('SERVICE_UNAVAILABLE', { retry_after_s: 2, cause });
    }
    return async () => ({ statusCode: 200, body: 'well' });
  });

  const refused = await call(event('GET'), CONTEXT);
  expect(refused).toMatchObject({
    statusCode: 503,
    headers: { 'content-type': 'application/problem+json', 'retry-after': '2', 'x-request-id': 'req-1' },
  });
  expect(JSON.parse(refused.body ?? '')).toMatchObject({ code: 'SERVICE_UNAVAILABLE', request_id: 'req-1' });
  expect(refused.body).not.toContain('no key today');
  expect(written().join()).toContain('no key today');
  expect(await call(event('GET'), CONTEXT)).toEqual({ statusCode: 200, body: 'well' });
});

test('a function that isn’t composed within its time says so before Lambda ends it', async () => {
  const call = bindHttp(() => new Promise(() => {}));
  const refused = await call(event('GET'), { ...CONTEXT, getRemainingTimeInMillis: () => 510 });
  expect(refused).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1' } });
});

test('a handler that doesn’t answer within its time is answered for, as a problem that the log explains', async () => {
  const call = bindHttp(async () =>
    createMetaFunction({ ...createPublicRuntime(), readKeySet: () => new Promise(() => {}) }),
  );
  const asked = { ...event('GET'), routeKey: 'GET /.well-known/jwks.json' };
  const refused = await call(asked, { ...CONTEXT, getRemainingTimeInMillis: () => 510 });
  expect(refused).toMatchObject({
    statusCode: 503,
    headers: { 'content-type': 'application/problem+json', 'retry-after': '1' },
  });
  expect(JSON.parse(refused.body ?? '')).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  expect(written().join()).toContain('time was nearly over');
});

test('HEAD is refused without a body', async () => {
  const call = bindHttp(async () => {
    throw new Error('The function’s environment lacks TENANTS_TABLE');
  });
  const refused = await call(event('HEAD'), CONTEXT);
  expect(refused.statusCode).toBe(500);
  expect(refused.body).toBeUndefined();
});
