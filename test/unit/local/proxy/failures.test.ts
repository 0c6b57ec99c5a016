import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerOf, createProxyHarness, type ProxyHarness, textOf } from './harness.ts';

let harness: ProxyHarness;

beforeEach(async () => {
  harness = await createProxyHarness();
});

afterEach(() => harness.close());

describe('a host without an app', () => {
  it('gets a page that says so, with status 404', async () => {
    const answer = await harness.send({ headers: { host: 'nope.localhost:8787' } });
    expect(answer.status).toBe(404);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    expect(answer.body).toContain('<code>nope.localhost</code>');
    harness.proxy.route('app', null, 'shop');
    harness.proxy.unroute('app');
    expect(await harness.send()).toMatchObject({ status: 404 });
  });
});

describe('an app that is down', () => {
  it('is named, escaped, with status 502', async () => {
    harness.proxy.route('app', null, '<script>"shop"</script>');
    const answer = await harness.send();
    expect(answer.status).toBe(502);
    expect(answer.body).toContain('&lt;script&gt;&quot;shop&quot;&lt;/script&gt;');
    expect(answer.body).not.toContain('<script>');
    expect(await harness.send({ method: 'HEAD' })).toMatchObject({ status: 502, body: '' });
  });

  it('refuses the connection', async () => {
    const target = await harness.rawApp(() => {});
    await harness.close();
    harness = await createProxyHarness();
    harness.proxy.route('app', target, 'shop');
    expect(await harness.send()).toMatchObject({ status: 502, body: expect.stringContaining('shop') });
    expect(harness.failures).toMatchObject([{ host_label: 'app', error: { code: 'ECONNREFUSED' } }]);
  });

  it.each([
    ['closes without an answer', (socket: { end(): void }) => socket.end()],
    ['resets', (socket: { resetAndDestroy(): void }) => socket.resetAndDestroy()],
    ['speaks something else', (socket: { end(text: string): void }) => socket.end('SSH-2.0-x\r\n')],
    [
      'has a status that is none',
      (socket: { end(text: string): void }) => socket.end('HTTP/1.1 099 No\r\n\r\n'),
    ],
  ])('%s', async (_name, behave) => {
    const target = await harness.rawApp((socket) => socket.once('data', () => behave(socket)));
    harness.proxy.route('app', target, 'shop');
    expect(await harness.send()).toMatchObject({ status: 502, body: expect.stringContaining('shop') });
    expect(harness.failures).toHaveLength(1);
    await harness.proxy.drained(target.instance_id, 20_000);
  });

  it('leaves the client’s connection usable, also when a large body was on its way', async () => {
    const target = await harness.rawApp((socket) => socket.once('data', () => socket.destroy()));
    harness.proxy.route('app', target, 'shop');
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const first = harness.open({ method: 'POST', agent });
    expect(await answerOf(first, Buffer.alloc(3_000_000))).toMatchObject({ status: 502 });
    const second = harness.open({ agent });
    expect(await answerOf(second)).toMatchObject({ status: 502 });
    expect(second.socket).toBe(first.socket);
    agent.destroy();
  });
});

describe('an app that breaks', () => {
  it.each([
    ['within a body of known length', 'content-length: 100\r\n\r\nhello', 'reset'],
    ['within a chunked body', 'transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n', 'reset'],
    ['within a body, by a clean close', 'content-length: 100\r\n\r\nhello', 'end'],
  ] as const)('%s breaks the client’s connection', async (_name, rest, how) => {
    const target = await harness.rawApp((socket) => {
      socket.once('data', () => socket.write(`HTTP/1.1 200 OK\r\n${rest}`));
      socket.on('data', () => {});
      breaks.push(() => (how === 'reset' ? socket.resetAndDestroy() : socket.end()));
    });
    const breaks: (() => unknown)[] = [];
    harness.proxy.route('app', target, 'shop');
    const request = harness.open();
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    await once(response, 'data');
    for (const act of breaks) act();
    await expect(textOf(response)).rejects.toMatchObject({ code: 'ECONNRESET' });
    await harness.proxy.drained(target.instance_id, 20_000);
    expect(harness.failures).toHaveLength(1);
  });

  it.each([
    ['a trailer field without chunks', 'Trailer: x\r\nContent-Length: 2\r\n\r\nok'],
    ['odd bytes in its status text', 'Content-Length: 2\r\n\r\nok'],
    [
      'hop-by-hop fields',
      'Connection: close, x-secret\r\nX-Secret: 1\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nok',
    ],
  ])('with %s can not harm the proxy', async (name, rest) => {
    const text = name.startsWith('odd') ? 'caf\xe9 \x01' : 'OK';
    const target = await harness.rawApp((socket) =>
      socket.once('data', () => socket.end(Buffer.from(`HTTP/1.1 200 ${text}\r\n${rest}`, 'latin1'))),
    );
    harness.proxy.route('app', target, 'shop');
    const answer = await harness.send();
    expect([200, 502]).toContain(answer.status);
    expect(answer.headers['x-secret']).toBeUndefined();
    expect(answer.headers['keep-alive']).not.toBe('timeout=1');
  });

  it('with a client’s odd Trailer field neither', async () => {
    const target = await harness.app((_request, response) => response.end('ok'));
    harness.proxy.route('app', target, 'shop');
    const text = await harness.raw(
      'POST / HTTP/1.1\r\nHost: app.localhost\r\nTrailer: x\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx',
    );
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
  });
});
