import { request } from 'node:http';

/** An answer of the API or of an app. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Asks 127.0.0.1 with a Host header of its own: Node's fetch sends none, and nothing need resolve `*.localhost`. */
export function ask(options: {
  readonly port: number;
  readonly host: string;
  readonly method?: string;
  readonly path: string;
  readonly token?: string | undefined;
  readonly body?: unknown;
}): Promise<Answer> {
  const text = options.body === undefined ? '' : JSON.stringify(options.body);
  const headers: Record<string, string | number> = { host: options.host };
  if (text !== '') {
    headers['content-type'] = 'application/json';
    headers['content-length'] = Buffer.byteLength(text);
  }
  if (options.token !== undefined) headers['authorization'] = `Bearer ${options.token}`;
  return new Promise((resolve, reject) => {
    const asking = request(
      { host: '127.0.0.1', port: options.port, path: options.path, method: options.method ?? 'GET', headers },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        );
      },
    );
    asking.on('error', reject);
    asking.end(text);
  });
}

/** A client of the API for one caller. Every call throws what the API says when it refuses. */
export interface ApiClient {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
}

/** @param token - the bearer token, when there is one */
export function createApiClient(port: number, token?: string): ApiClient {
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await ask({ port, host: `localhost:${port}`, method, path, token, body });
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return JSON.parse(answer.text) as T;
  };
  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body ?? {}),
  };
}
