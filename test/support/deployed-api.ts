import { request } from 'node:http';
import { inject } from 'vitest';
import { authRoutes } from '../../src/contracts/http/routes/auth.ts';
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

/** An account of the deployed API, signed in. */
export interface DeployedAccount {
  readonly email: string;
  readonly user_id: string;
  readonly tenant_id: string;
  readonly token: string;
  readonly refresh_token: string;
}

export const DEPLOYED_PASSWORD = 'a long enough one';

/** A new account, signed in.
 *  @param more - fields of the registration beside its usual ones, or in their place */
export async function signUpDeployed(
  name: string,
  more: { readonly email?: string; readonly invitation_token?: string } = {},
): Promise<DeployedAccount> {
  const email = `${name}-${crypto.randomUUID()}@example.com`;
  const answer = await callDeployed('POST', '/api/v1/auth/register', {
    body: { email, password: DEPLOYED_PASSWORD, name, ...more },
  });
  if (answer.status !== 201) throw new Error(`register: ${answer.status} ${JSON.stringify(answer.json)}`);
  const { user, tenant, access_token, refresh_token } = authRoutes.register.success.schema.parse(answer.json);
  return { email: user.email, user_id: user.id, tenant_id: tenant.id, token: access_token, refresh_token };
}

/** A new account, signed in, as the end-to-end tests use it. */
export async function signUpClient(name: string): Promise<Client> {
  const { token } = await signUpDeployed(name);
  const { host, port } = new URL(apiUrl());
  return new Client(Number(port), token, { host, apps_port: inject('gateway_port') });
}
