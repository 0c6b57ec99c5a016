import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, request as requestHttp, type ServerResponse } from 'node:http';
import type { request as requestHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { devNull } from 'node:os';
import { dirname } from 'node:path';

export interface GitServer {
  readonly port: number;
  /** Method and path of each request, with its Authorization header when it had one. */
  readonly requests: readonly string[];
  /** An https address, as users give it; the server itself speaks HTTP: see {@link requestWithoutTls}. */
  url(path: string): string;
  /** Answers a request in git's place; false leaves it to git. */
  intercept(handler: (request: IncomingMessage, response: ServerResponse) => boolean): void;
  close(): Promise<void>;
}

/** Git's own HTTP server, `git http-backend`, for every repository beside this one. */
export async function createGitServer(repository_path: string): Promise<GitServer> {
  const requests: string[] = [];
  let intercept: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  const server = createServer((request, response) => {
    const { authorization } = request.headers;
    requests.push(
      `${request.method} ${request.url}${authorization === undefined ? '' : ` ${authorization}`}`,
    );
    if (!intercept(request, response)) serve(dirname(repository_path), request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    requests,
    url: (path) => `https://127.0.0.1:${port}/${path}`,
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
