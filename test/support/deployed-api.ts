import { request } from 'node:http';
import { inject } from 'vitest';
import { Client } from './platform-client.ts';

/** An answer of the deployed API. */
export interface DeployedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly json: unknown;
}

export interface DeployedRequest {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Calls the API that the run deployed. The stand-in tells its APIs apart by the Host header, which fetch would set. */
export function callDeployed(
  method: string,
  path: string,
  options: DeployedRequest = {},
): Promise<DeployedAnswer> {
  const url = new URL(apiUrl());
  const body = options.body === undefined ? '' : JSON.stringify(options.body);
  const headers: Record<string, string | number> = { host: url.host, ...options.headers };
  if (body !== '') {
    headers['content-type'] = 'application/json';
    headers['content-length'] = Buffer.byteLength(body);
  }
  if (options.token !== undefined) headers['authorization'] = `Bearer ${options.token}`;
  const host = url.hostname.endsWith('.localhost') ? '127.0.0.1' : url.hostname;
  return new Promise((resolve, reject) => {
    const call = request({ host, port: url.port, method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          json: text === '' ? undefined : (JSON.parse(text) as unknown),
        });
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}

function apiUrl(): string {
  const urls = Object.values(inject('stack_outputs')).flatMap((outputs) => outputs['ApiUrl'] ?? []);
  const [url] = urls;
  if (url === undefined) throw new Error('No stack has an output ApiUrl');
  return url;
}

/** A new account, signed in. */
export async function signUpDeployed(
  name: string,
): Promise<{ readonly token: string; readonly refresh_token: string }> {
  const email = `${name}-${crypto.randomUUID()}@example.com`;
  const answer = await callDeployed('POST', '/api/v1/auth/register', {
    body: { email, password: 'a long enough one', name },
  });
  if (answer.status !== 201) throw new Error(`register: ${answer.status} ${JSON.stringify(answer.json)}`);
  const { access_token, refresh_token } = answer.json as { access_token: string; refresh_token: string };
  return { token: access_token, refresh_token };
}

/** A new account, signed in, as the end-to-end tests use it. */
export async function signUpClient(name: string): Promise<Client> {
  const { token } = await signUpDeployed(name);
  const { host, port } = new URL(apiUrl());
  return new Client(Number(port), token, { host, apps_port: inject('gateway_port') });
}
