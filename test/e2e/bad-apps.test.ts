import { afterAll, beforeAll, expect, test } from 'vitest';
import { railwayJson, serverSource } from '../support/platform-apps.ts';
import { type Refusals, startRefusals } from '../support/platform-refusals.ts';

let refusals: Refusals;

beforeAll(async () => {
  refusals = await startRefusals();
});
afterAll(() => refusals?.remove());

const app = (source: string, deploy = {}) => ({
  'server.js': source,
  'railway.json': railwayJson({ healthcheckTimeout: 1, ...deploy }),
});

test('an app that ends at once is started three times, then fails with its exit code', async () => {
  const files = app("console.log('going'); process.exit(7);", { healthcheckTimeout: 60 });
  const { id, failure, steps } = await refusals.refuse(files, 'app_exited');
  expect(failure?.message).toContain('exit code 7');
  expect(failure?.message).toMatch(/log/);
  expect(steps.at(-1)?.name).toBe('health_check');
  const messages = (await refusals.client.log(id)).map((line) => line.message);
  expect(messages.filter((message) => message === 'going')).toHaveLength(3);
  expect(messages.filter((message) => message.includes('starting it again'))).toHaveLength(2);
});

test('an app that a signal ends', async () => {
  const files = app("process.kill(process.pid, 'SIGABRT');", { healthcheckTimeout: 60 });
  expect((await refusals.refuse(files, 'app_exited')).failure?.message).toContain('SIGABRT');
});

test('an app that never listens', async () => {
  const { failure } = await refusals.refuse(app('setInterval(() => {}, 1000);'), 'healthcheck_failed');
  expect(failure?.message).toContain('nothing listens there');
  expect(failure?.message).toContain('PORT');
});

test('an app that takes requests and never answers', async () => {
  const files = app(serverSource(''), { healthcheckPath: '/ready' });
  const { failure } = await refusals.refuse(files, 'healthcheck_failed');
  expect(failure?.message).toContain('/ready');
});

test('an app whose health check answers 500', async () => {
  const files = app(serverSource('response.statusCode = 500; response.end();'), {
    healthcheckPath: '/ready',
  });
  const { failure } = await refusals.refuse(files, 'healthcheck_failed');
  expect(failure?.message).toContain('/ready');
  expect(failure?.message).toContain('500');
});

test('an app on another port than PORT: which, and what to change', async () => {
  const source = `require('node:http').createServer((request, response) => response.end('here'))
    .listen(0, '127.0.0.1', function () { console.log('on ' + this.address().port); });`;
  const { id, failure } = await refusals.refuse(app(source), 'wrong_port');
  const { message } = await refusals.client.logged(id, 'on ');
  expect(failure?.message).toContain(message.replace('on ', ''));
  expect(failure?.message).toContain('process.env.PORT');
});
