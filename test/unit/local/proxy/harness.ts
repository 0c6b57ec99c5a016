import http, {
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestListener,
  type RequestOptions,
  type Server,
} from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';
import { createAppProxy } from '../../../../local/proxy/app-proxy.ts';
import { classifyHost } from '../../../../local/proxy/classify-host.ts';
import type { AppProxy, AppTarget, ProxyFailure } from '../../../../local/proxy/types.ts';

type Options = Omit<RequestOptions, 'headers'> & { readonly headers?: OutgoingHttpHeaders };

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A gateway on a free port, with any number of apps behind it. */
export interface ProxyHarness {
  readonly proxy: AppProxy;
  readonly port: number;
  readonly failures: ProxyFailure[];
  /** Starts an app of node:http and gives its target. */
  app(listener: RequestListener, setUp?: (server: Server) => void): Promise<AppTarget>;
  /** Starts an app that speaks TCP as it likes. */
  rawApp(listener: (socket: Socket) => void): Promise<AppTarget>;
  /** Opens a request to the host `app.localhost` of the gateway. */
  open(options?: Options): http.ClientRequest;
  /** Sends a whole request and gives the whole answer. */
  send(options?: Options, body?: string | Buffer): Promise<Answer>;
  /** Writes bytes to the gateway and gives all that comes until it closes. */
  raw(text: string): Promise<string>;
  close(): Promise<void>;
}

export async function createProxyHarness(): Promise<ProxyHarness> {
  const failures: ProxyFailure[] = [];
  const proxy = createAppProxy({ onFailure: (failure) => void failures.push(failure) });
  const closers: (() => Promise<void>)[] = [];
  let instances = 0;

  const gateway = http.createServer((request, response) => {
    const host = classifyHost(request.headers.host);
    if (host.kind === 'app') proxy.handleRequest(request, response, host.label);
    else response.writeHead(418).end(host.kind);
  });
  gateway.on('upgrade', (request, socket, head) => {
    const host = classifyHost(request.headers.host);
    if (host.kind === 'app') proxy.handleUpgrade(request, socket, head, host.label);
    else socket.destroy();
  });

  const start = async (server: net.Server): Promise<number> => {
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    });
    return (server.address() as AddressInfo).port;
  };
  const startApp = async (server: net.Server): Promise<AppTarget> => {
    instances += 1;
    return { instance_id: `instance-${instances}`, host: '127.0.0.1', port: await start(server) };
  };

  const port = await start(gateway);
  const open = (options: Options = {}): http.ClientRequest =>
    http.request({
      host: '127.0.0.1',
      port,
      ...options,
      headers: { host: 'app.localhost', ...options.headers },
    });

  return {
    proxy,
    port,
    failures,
    open,
    app(listener, setUp) {
      const server = http.createServer(listener);
      setUp?.(server);
      return startApp(server);
    },
    rawApp: (listener) =>
      startApp(
        net.createServer((socket) => {
          socket.on('error', () => {}); // the proxy may reset it: that is what some tests are about
          listener(socket);
        }),
      ),
    send: (options, body) => answerOf(open(options), body),
    raw: (text) =>
      new Promise((resolve, reject) => {
        const socket = net.connect(port, '127.0.0.1');
        let received = '';
        socket.setEncoding('utf8').on('data', (chunk: string) => {
          received += chunk;
        });
        socket.once('close', () => resolve(received)).once('error', reject);
        socket.write(text);
      }),
    async close() {
      await Promise.all(closers.map((close) => close()));
    },
  };
}

/** Ends a request with this body and collects the answer. */
export function answerOf(request: http.ClientRequest, body?: string | Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request.once('error', reject);
    request.once('response', (response) => {
      textOf(response).then(
        (text) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        reject,
      );
    });
    request.end(body);
  });
}

/** The whole body of a message. */
export async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** A promise and what settles it. */
export function signal<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  const { promise, resolve } = Promise.withResolvers<T>();
  return { promise, resolve };
}
