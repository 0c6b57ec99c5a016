import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerOf, createProxyHarness, type ProxyHarness, signal, textOf } from './harness.ts';

let harness: ProxyHarness;

beforeEach(async () => {
  harness = await createProxyHarness();
});

afterEach(() => harness.close());

describe('a request to an app', () => {
  it('arrives as it was sent, and so does the answer', async () => {
    const target = await harness.app((request, response) => {
      response.setHeader('set-cookie', ['a=1', 'b=2']);
      response.writeHead(201, 'Made', { 'x-from': 'app', date: 'Thu, 01 Jan 1970 00:00:00 GMT' });
      void textOf(request).then((body) => response.end(`${request.method} ${request.url} ${body}`));
    });
    harness.proxy.route('app', target, 'shop');
    const answer = await harness.send({ method: 'PUT', path: '//a/..//b?x=%20&y' }, 'hello');
    expect(answer).toMatchObject({ status: 201, body: 'PUT //a/..//b?x=%20&y hello' });
    expect(answer.headers).toMatchObject({ 'x-from': 'app', 'set-cookie': ['a=1', 'b=2'] });
  });

  it('tells the app who the client is, whatever the client says', async () => {
    const target = await harness.app((request, response) => response.end(JSON.stringify(request.headers)));
    harness.proxy.route('app', target, 'shop');
    const headers = {
      host: 'App.localhost:8787',
      forwarded: 'for=1.2.3.4',
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-port': '1',
      'x-forwarded-user': 'root',
      x_forwarded_for: '1.2.3.4',
      'x-real-ip': '1.2.3.4',
      te: 'trailers',
      trailer: 'x-sum',
      'keep-alive': 'timeout=1',
      connection: 'keep-alive, x-private, host, transfer-encoding',
      'x-private': 'yes',
      'x-kept': 'yes',
    };
    const { body } = await harness.send({ method: 'POST', headers }, 'hello');
    expect(JSON.parse(body)).toEqual({
      host: 'App.localhost:8787',
      connection: 'close',
      'transfer-encoding': 'chunked',
      'x-kept': 'yes',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'App.localhost:8787',
      'x-forwarded-port': '8787',
    });
  });

  it('answers HEAD, 204 and 304 without a body', async () => {
    const target = await harness.app((request, response) => {
      if (request.url === '/') response.writeHead(200, { 'content-length': '5' }).end('hello');
      else response.writeHead(Number(request.url?.slice(1))).end();
    });
    harness.proxy.route('app', target, 'shop');
    const head = await harness.send({ method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, body: '', headers: { 'content-length': '5' } });
    expect(await harness.send({ path: '/204' })).toMatchObject({ status: 204, body: '' });
    expect(await harness.send({ path: '/304' })).toMatchObject({ status: 304, body: '' });
  });

  it('streams both bodies at the same time, chunk by chunk', async () => {
    const target = await harness.app((request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      request.pipe(response);
    });
    harness.proxy.route('app', target, 'shop');
    const request = harness.open({ method: 'POST' });
    request.write('one');
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    for (const text of ['one', 'two', 'three']) {
      if (text !== 'one') request.write(text);
      const [chunk] = (await once(response, 'data')) as [Buffer];
      expect(chunk.toString()).toBe(text);
    }
    request.end();
    await once(response, 'end');
  });

  it('takes a large body without holding it, and 100-continue', async () => {
    const target = await harness.app((request, response) => {
      let size_bytes = 0;
      request.on('data', (chunk: Buffer) => {
        size_bytes += chunk.length;
      });
      request.once('end', () => response.end(String(size_bytes)));
    });
    harness.proxy.route('app', target, 'shop');
    const request = harness.open({ method: 'POST', headers: { expect: '100-continue' } });
    request.flushHeaders();
    await once(request, 'continue');
    const part = Buffer.alloc(1_000_000);
    for (let index = 0; index < 32; index += 1) if (!request.write(part)) await once(request, 'drain');
    expect(await answerOf(request)).toMatchObject({ status: 200, body: '32000000' });
  });

  it('can be answered before its body has come', async () => {
    const target = await harness.app((_request, response) => {
      response.writeHead(413, { connection: 'close' }).end('too large');
    });
    harness.proxy.route('app', target, 'shop');
    const request = harness.open({ method: 'POST', headers: { 'content-length': 5_000_000 } });
    request.write('begin');
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(413);
    expect(await textOf(response)).toBe('too large');
    request.destroy();
  });

  it('is broken off at the app when the client leaves', async () => {
    const arrived = signal();
    const left = signal();
    const target = await harness.app((request, response) => {
      request.resume();
      response.once('close', () => left.resolve());
      arrived.resolve();
    });
    harness.proxy.route('app', target, 'shop');
    const request = harness.open({ method: 'POST' });
    request.on('error', () => {}); // the reset is our own
    request.flushHeaders();
    await arrived.promise;
    request.destroy();
    await left.promise;
    await harness.proxy.drained(target.instance_id, 20_000);
    expect(harness.failures).toEqual([]);
  });

  it('keeps the client’s connection for the next one, and closes it when the client says so', async () => {
    const target = await harness.app((_request, response) => response.end('x'));
    harness.proxy.route('app', target, 'shop');
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const ports = [];
    for (let index = 0; index < 3; index += 1) {
      const request = harness.open({ agent });
      const answer = await answerOf(request);
      expect(answer.headers.connection).toBe('keep-alive');
      ports.push(request.socket?.localPort);
    }
    agent.destroy();
    expect(new Set(ports).size).toBe(1);
    // Resolves only because the gateway closes.
    const text = await harness.raw('GET / HTTP/1.1\r\nHost: app.localhost\r\nConnection: close\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n.*connection: close/is);
    expect(await harness.raw('GET / HTTP/1.0\r\nHost: app.localhost\r\n\r\n')).toMatch(/\r\n\r\nx$/);
  });
});

describe('request smuggling', () => {
  it.each([
    ['two framings', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['two lengths', 'Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde'],
    ['a hidden coding', 'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
    ['a folded header', 'X-A: b\r\n Transfer-Encoding: chunked\r\n\r\n'],
    ['a space before the colon', 'Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n'],
  ])('with %s never reaches the app', async (_name, rest) => {
    let requests = 0;
    const target = await harness.app((_request, response) => {
      requests += 1;
      response.end();
    });
    harness.proxy.route('app', target, 'shop');
    const text = await harness.raw(`POST / HTTP/1.1\r\nHost: app.localhost\r\n${rest}`);
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(requests).toBe(0);
  });

  it('by a body reaches the app as one request', async () => {
    const seen: string[] = [];
    const target = await harness.app((request, response) => {
      void textOf(request).then((body) => {
        seen.push(body);
        response.end();
      });
    });
    harness.proxy.route('app', target, 'shop');
    const inner = 'GET /admin HTTP/1.1\r\nHost: app.localhost\r\n\r\n';
    await harness.send({ method: 'GET', headers: { 'transfer-encoding': 'chunked' } }, inner);
    await harness.send({ method: 'DELETE', headers: { 'content-length': inner.length } }, inner);
    expect(seen).toEqual([inner, inner]);
  });
});
