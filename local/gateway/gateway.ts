import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { HttpContext, HttpFunction } from '../../functions/runtime/http-context.ts';
import { respondProblem, SECURITY_HEADERS } from '../../functions/runtime/response.ts';
import { ROUTES } from '../../src/contracts/http/catalog.ts';
import { createMatcher } from '../../src/contracts/http/match.ts';
import type { FunctionName } from '../../src/contracts/http/route.ts';
import { isAppError } from '../../src/domain/shared/errors.ts';
import type { Clock, IdGenerator, Logger } from '../../src/domain/shared/ports.ts';
import { classifyHost } from '../proxy/classify-host.ts';
import { sendPage, unknownHostPage } from '../proxy/pages.ts';
import type { AppProxy } from '../proxy/types.ts';
import { readBody } from './body.ts';
import { splitTarget, toEvent } from './event.ts';

export interface GatewayOptions {
  readonly functions: Readonly<Record<FunctionName, HttpFunction>>;
  readonly proxy: AppProxy;
  /** `/metrics`, which has no place in the public contract. */
  readonly metrics: { readonly content_type: string; render(): Promise<string> };
  /** Host names of the API besides the loopback ones. */
  readonly own_hosts: readonly string[];
  /** How long the body of a request to the API may take to arrive. */
  readonly body_timeout_ms?: number;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly logger: Logger;
}

/** The laptop's API Gateway and load balancer on one port: the API by the loopback names, each app by its own. */
export interface Gateway {
  /** @returns the port @throws Error when the port is taken */
  listen(port: number, host: string): Promise<number>;
  /** Takes no new connection, ends long polls, waits for requests under way, then closes what is left. */
  close(grace_ms: number): Promise<void>;
}

// Chosen so that a client that keeps a connection alive sends again before we close it, not at the same moment.
const KEEP_ALIVE_MS = 65_000;
const BODY_TIMEOUT_MS = 30_000;

export function createGateway(options: GatewayOptions): Gateway {
  const match = createMatcher(Object.values(ROUTES));
  const closing = new AbortController();
  const server = createServer((request, response) => {
    const host = classifyHost(request.headers.host, options.own_hosts);
    if (host.kind === 'app') return options.proxy.handleRequest(request, response, host.label);
    if (host.kind === 'unknown') return sendPage(response, unknownHostPage(host.host));
    void answerApi(request, response);
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  // Uploads to apps may take long; the API's own bodies have a time of theirs. Node's own limits hold for the rest of a
  // request: 16 KB of address and headers, which have a minute to arrive.
  server.requestTimeout = 0;
  // The server no longer knows of a connection that was upgraded, but waits for it all the same.
  const upgraded = new Set<Duplex>();
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    // A client that resets its connection must not end the platform; 'close' follows and is what counts.
    socket.on('error', () => {});
    const host = classifyHost(request.headers.host, options.own_hosts);
    if (host.kind === 'app') return options.proxy.handleUpgrade(request, socket, head, host.label);
    // Nothing else would close the connection of a client that stays.
    socket.once('finish', () => socket.destroy());
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });

  async function answerApi(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const request_id = options.ids.next('req');
    const [path] = splitTarget(request.url ?? '/');
    try {
      const result =
        path === '/metrics' && request.method === 'GET'
          ? await renderMetrics()
          : await callFunction(request, response, path, request_id);
      send(request, response, result);
    } catch (error) {
      if (request.errored !== null || response.destroyed) return void response.destroy();
      if (!isAppError(error)) options.logger.error('gateway failed', { request_id, path, error });
      send(request, response, respondProblem(error, path, request_id));
    }
  }

  async function callFunction(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    request_id: string,
  ): Promise<APIGatewayProxyStructuredResultV2> {
    const body = await readBody(request, options.body_timeout_ms ?? BODY_TIMEOUT_MS);
    const found = match(request.method ?? 'GET', path);
    const event = toEvent({ request, body, match: found, request_id, now: options.clock.now() });
    const call = options.functions[found.kind === 'route' ? found.route.function : 'meta'];
    return call(
      event,
      lambdaContext(request_id, () => AbortSignal.any([goneSignal(response), closing.signal])),
    );
  }

  async function renderMetrics(): Promise<APIGatewayProxyStructuredResultV2> {
    const body = await options.metrics.render();
    const headers = { ...SECURITY_HEADERS, 'content-type': options.metrics.content_type };
    return { statusCode: 200, headers, body };
  }

  return {
    listen: (port, host) => listen(server, port, host),
    async close(grace_ms) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      closing.abort();
      server.closeIdleConnections();
      const force = setTimeout(() => {
        server.closeAllConnections();
        for (const socket of upgraded) socket.destroy();
      }, grace_ms);
      await closed;
      clearTimeout(force);
    },
  };
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  result: APIGatewayProxyStructuredResultV2,
): void {
  const body = result.body ?? '';
  const headers: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(result.headers ?? {})) headers[name] = String(value);
  const status = result.statusCode ?? 200;
  if (status !== 204 && status !== 304) headers['content-length'] ??= Buffer.byteLength(body);
  // What is left of a body that was too large is not read, so this connection can't be used again.
  if (!request.complete) headers['connection'] = 'close';
  response.writeHead(status, headers);
  response.end(body);
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

const FUNCTION_TIMEOUT_MS = 30_000;

/** Ends when the client is gone, or has its answer. */
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  if (response.closed) gone.abort();
  response.once('close', () => gone.abort());
  return gone.signal;
}

function lambdaContext(request_id: string, createSignal: () => AbortSignal): HttpContext {
  const unused = (): never => {
    throw new Error('Answer with a promise');
  };
  return {
    createSignal,
    awsRequestId: request_id,
    callbackWaitsForEmptyEventLoop: false,
    functionName: 'local',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:local:000000000000:function:local',
    logGroupName: '',
    logStreamName: '',
    memoryLimitInMB: '0',
    getRemainingTimeInMillis: () => FUNCTION_TIMEOUT_MS,
    done: unused,
    fail: unused,
    succeed: unused,
  };
}
