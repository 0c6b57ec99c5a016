import { once } from 'node:events';
import net from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HttpFunction } from '../../../../functions/runtime/http-context.ts';
import { createGateway, type Gateway } from '../../../../local/gateway/gateway.ts';
import { createAppProxy } from '../../../../local/proxy/app-proxy.ts';
import { createRecordedLogger, type RecordedLogger } from '../../../support/recorded-logger.ts';
import { createTestClock } from '../../../support/test-clock.ts';
import { createTestIds } from '../../../support/test-ids.ts';

let gateway: Gateway;
let logger: RecordedLogger;
let port: number;
beforeEach(async () => {
  const ok: HttpFunction = async () => ({ statusCode: 200, body: 'ok' });
  logger = createRecordedLogger();
  gateway = createGateway({
    functions: {
      auth: ok,
      tokens: ok,
      users: ok,
      team: ok,
      projects: ok,
      deployments: ok,
      usage: ok,
      meta: ok,
    },
    proxy: createAppProxy(),
    metrics: { content_type: 'text/plain', render: async () => '' },
    own_hosts: [],
    body_timeout_ms: 20,
    clock: createTestClock(),
    ids: createTestIds(),
    logger,
  });
  port = await gateway.listen(0, '127.0.0.1');
});
afterEach(() => gateway.close(100));

/** Sends a text and keeps its half of the connection open. @returns all that comes until the gateway closes it */
async function exchange(text: string): Promise<string> {
  const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'connect');
  socket.write(text);
  await once(socket, 'end');
  socket.destroy();
  return Buffer.concat(chunks).toString();
}

const head = (line: string, ...headers: string[]) =>
  [line, 'Host: localhost', ...headers, '', ''].join('\r\n');

test('the metrics have the headers of every other answer', async () => {
  const answer = await exchange(head('GET /metrics HTTP/1.1', 'Connection: close'));
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  for (const header of [
    'cache-control: no-store',
    "content-security-policy: default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options: nosniff',
    'content-type: text/plain',
  ]) {
    expect(answer).toContain(header);
  }
});

describe('a request to the API', () => {
  test('whose body doesn’t arrive in time is refused, its connection closed, and no fault of ours', async () => {
    const answer = await exchange(head('POST /api/v1/projects HTTP/1.1', 'Content-Length: 10').concat('{'));
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toMatch(/connection: close/i);
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({
      code: 'REQUEST_TIMEOUT',
      status: 408,
    });
    expect(logger.lines).toEqual([]);
  });

  test.each([
    ['address', head(`GET /${'x'.repeat(20_000)} HTTP/1.1`)],
    ['header', head('GET /healthz HTTP/1.1', `X: ${'x'.repeat(20_000)}`)],
    [
      'headers together',
      head(
        'GET /healthz HTTP/1.1',
        ...Array.from({ length: 40 }, (_, each) => `X${each}: ${'x'.repeat(500)}`),
      ),
    ],
  ])('with too large an %s is refused', async (_name, text) => {
    expect(await exchange(text)).toMatch(/^HTTP\/1\.1 431 /);
  });

  test('that is no HTTP is refused', async () => {
    expect(await exchange('GARBAGE\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  });
});
