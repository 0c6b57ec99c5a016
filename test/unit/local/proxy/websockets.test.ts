import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { AppTarget } from '../../../../local/proxy/types.ts';
import { answerOf, createProxyHarness, type ProxyHarness, signal } from './harness.ts';

let harness: ProxyHarness;

beforeEach(async () => {
  harness = await createProxyHarness();
});

afterEach(() => harness.close());

/** An app that sends every message back. */
async function echoApp(
  onConnection?: (socket: WebSocket, request: IncomingMessage) => void,
): Promise<AppTarget> {
  const setUp = (server: Server): void => {
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket, request) => {
      socket.on('message', (data, is_binary) => socket.send(data, { binary: is_binary }));
      onConnection?.(socket, request);
    });
  };
  return await harness.app((_request, response) => response.writeHead(426).end('upgrade'), setUp);
}

function connect(headers: Record<string, string> = {}): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${harness.port}/chat?x=1`, {
    headers: { host: 'app.localhost', ...headers },
  });
}

describe('a WebSocket', () => {
  it('is joined to the app, in both directions', async () => {
    let seen: IncomingMessage | undefined;
    const target = await echoApp((socket, request) => {
      seen = request;
      socket.send('welcome');
    });
    harness.proxy.route('app', target, 'shop');
    const socket = connect({ 'x-forwarded-for': '1.2.3.4', forwarded: 'for=1.2.3.4' });
    const [welcome] = (await once(socket, 'message')) as [Buffer];
    expect(welcome.toString()).toBe('welcome');
    const big = Buffer.alloc(500_000, 7);
    socket.send(big);
    const [echoed] = (await once(socket, 'message')) as [Buffer];
    expect(echoed.equals(big)).toBe(true);
    expect(seen?.url).toBe('/chat?x=1');
    expect(seen?.headers).toMatchObject({
      host: 'app.localhost',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'app.localhost',
    });
    expect(seen?.headers['forwarded']).toBeUndefined();
    socket.close(4000, 'bye');
    expect(await once(socket, 'close')).toMatchObject([4000, Buffer.from('bye')]);
    await harness.proxy.drained(target.instance_id, 20_000);
  });

  it('counts as in flight, and is closed when the time to drain is over', async () => {
    const app_closed = signal();
    const target = await echoApp((socket) => socket.once('close', () => app_closed.resolve()));
    harness.proxy.route('app', target, 'shop');
    const socket = connect();
    await once(socket, 'open');
    harness.proxy.route('app', null, 'shop');
    const closed = once(socket, 'close');
    await harness.proxy.drained(target.instance_id, 1);
    await app_closed.promise;
    expect((await closed)[0]).toBe(1006);
  });

  it('lets drained() go as soon as its client leaves, however it leaves', async () => {
    const target = await echoApp();
    harness.proxy.route('app', target, 'shop');
    const socket = connect();
    await once(socket, 'open');
    const drained = harness.proxy.drained(target.instance_id, 20_000);
    socket.terminate();
    await expect(drained).resolves.toBeUndefined();
  });

  it('ends when the app drops it', async () => {
    const target = await echoApp((socket) => socket.once('message', () => socket.terminate()));
    harness.proxy.route('app', target, 'shop');
    const socket = connect();
    await once(socket, 'open');
    socket.send('go');
    expect((await once(socket, 'close'))[0]).toBe(1006);
    await harness.proxy.drained(target.instance_id, 20_000);
  });

  it('is given up on both sides when the app has not agreed in the time to drain', async () => {
    const arrived = signal();
    const left = signal();
    const target = await harness.rawApp((app) => {
      app.once('data', () => arrived.resolve());
      app.once('close', () => left.resolve());
    });
    harness.proxy.route('app', target, 'shop');
    const socket = connect();
    const refused = new Promise((resolve) => socket.once('error', resolve));
    await arrived.promise;
    await harness.proxy.drained(target.instance_id, 1);
    await left.promise;
    expect(await refused).toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('an upgrade that is not possible', () => {
  const statusOf = async (socket: WebSocket): Promise<number | undefined> => {
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    response.resume();
    return response.statusCode;
  };

  it('is answered with the app’s own refusal', async () => {
    const target = await harness.app(
      () => {},
      (server) =>
        server.on('upgrade', (_request, socket) =>
          socket.end('HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n'),
        ),
    );
    harness.proxy.route('app', target, 'shop');
    expect(await statusOf(connect())).toBe(401);
  });

  it('is answered 404 for an unknown host and 502 for an app that is down', async () => {
    expect(await statusOf(connect())).toBe(404);
    harness.proxy.route('app', null, 'shop');
    expect(await statusOf(connect())).toBe(502);
  });

  it('is answered 502 when the app breaks off', async () => {
    const target = await harness.rawApp((socket) => socket.once('data', () => socket.resetAndDestroy()));
    harness.proxy.route('app', target, 'shop');
    expect(await statusOf(connect())).toBe(502);
    expect(harness.failures).toHaveLength(1);
    await harness.proxy.drained(target.instance_id, 20_000);
  });

  it('is answered 400 for anything but a WebSocket', async () => {
    const target = await echoApp();
    harness.proxy.route('app', target, 'shop');
    const request = harness.open({ headers: { connection: 'Upgrade', upgrade: 'h2c' } });
    expect(await answerOf(request)).toMatchObject({ status: 400 });
  });
});
