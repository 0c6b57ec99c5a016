import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, request as requestHttp, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type request as requestHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { devNull } from 'node:os';

export interface GitServer {
  readonly port: number;
  /** Method and path of each request, with its Authorization header when it had one. */
  readonly requests: readonly string[];
  /** An https address, as users give it; a server without TLS needs {@link requestWithoutTls}. */
  url(path: string): string;
  /** Answers a request in git's place; false leaves it to git. */
  intercept(handler: (request: IncomingMessage, response: ServerResponse) => boolean): void;
  close(): Promise<void>;
}

/** Git's own HTTP server, `git http-backend`, for every repository in a folder.
 *  @param tls - its key and certificate, and the address that they are for; without them it speaks HTTP on 127.0.0.1 */
export async function createGitServer(
  root: string,
  tls?: { readonly key: string; readonly cert: string; readonly address: string },
): Promise<GitServer> {
  const requests: string[] = [];
  let intercept: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { authorization } = request.headers;
    requests.push(
      `${request.method} ${request.url}${authorization === undefined ? '' : ` ${authorization}`}`,
    );
    if (!intercept(request, response)) serve(root, request, response);
  };
  const server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer);
  const address = tls?.address ?? '127.0.0.1';
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    requests,
    url: (path) => `https://${address}:${port}/${path}`,
    intercept(handler) {
      intercept = handler;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** `https.request` without TLS, which Node alone can't make a certificate for. */
export const requestWithoutTls = ((
  url: URL,
  options: object,
  onResponse: (message: IncomingMessage) => void,
) => {
  const { agent, ...rest } = options as { readonly agent: unknown };
  return requestHttp(
    new URL(url.href.replace(/^https:/, 'http:')),
    { ...rest, agent: agent as false },
    onResponse,
  );
}) as typeof requestHttps;

function serve(root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '', 'http://server');
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: devNull,
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      CONTENT_LENGTH: request.headers['content-length'] ?? '',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  request.pipe(child.stdin);
  child.stdin.on('error', () => child.kill());
  let head: Buffer | undefined = Buffer.alloc(0);
  child.stdout.on('data', (chunk: Buffer) => {
    if (head === undefined) return response.write(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    const lines = head.toString('latin1', 0, end).split('\r\n');
    const headers = lines.map((line) => line.split(': ') as [string, string]);
    const status = headers.find(([name]) => name === 'Status')?.[1] ?? '200';
    response.writeHead(Number.parseInt(status, 10), Object.fromEntries(headers));
    response.write(head.subarray(end + 4));
    head = undefined;
  });
  child.on('close', () => response.end());
}
