import type { LookupAddress } from 'node:dns';
import type { IncomingMessage } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { GitHttpRequest, GitHttpResponse, HttpClient } from 'isomorphic-git';
import { DeploymentFailedError } from '../../../domain/deployments/index.ts';
import type { AddressGuard } from './address-guard.ts';

export interface GuardedHttpOptions {
  readonly guard: AddressGuard;
  /** For all that one client receives. */
  readonly max_bytes: number;
  readonly signal: AbortSignal;
  /** Only tests speak to a server without TLS. */
  readonly request?: typeof requestHttps;
}

const USER_AGENT = 'git/branchline';
// A server that says nothing for so long won't say anything.
const SILENCE_MS = 60_000;

/** The HTTP that isomorphic-git speaks: https alone, to public addresses, each host resolved once, no redirect followed. */
export function createGuardedHttp(options: GuardedHttpOptions): HttpClient {
  const { guard, signal, request = requestHttps } = options;
  const pinned = new Map<string, Promise<readonly LookupAddress[]>>();
  let bytes = 0;

  const pin = (host: string): Promise<readonly LookupAddress[]> => {
    const found = pinned.get(host) ?? guard.resolve(host);
    pinned.set(host, found);
    return found;
  };

  async function* limited(message: IncomingMessage): AsyncGenerator<Uint8Array> {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > options.max_bytes) throw tooLarge(options.max_bytes);
      yield chunk;
    }
  }

  return {
    async request({ url, method = 'GET', headers = {}, body }: GitHttpRequest): Promise<GitHttpResponse> {
      signal.throwIfAborted();
      const target = new URL(url);
      if (target.protocol !== 'https:') throw new Error('Only https is spoken');
      const lookup = answerWith(await pin(target.hostname));
      const payload = body === undefined ? undefined : await collect(body);
      const message = await send(request, target, payload, {
        method,
        headers: { ...headers, 'user-agent': USER_AGENT },
        lookup,
        signal,
        // A pooled connection may have been made to another address.
        agent: false,
        timeout: SILENCE_MS,
      });
      return {
        url,
        method,
        statusCode: message.statusCode ?? 0,
        statusMessage: message.statusMessage ?? '',
        headers: plainHeaders(message),
        body: limited(message),
      };
    },
  };
}

function send(
  request: typeof requestHttps,
  target: URL,
  payload: Buffer | undefined,
  options: RequestOptions,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(target, options, resolve);
    sent.once('error', reject);
    sent.once('timeout', () =>
      sent.destroy(Object.assign(new Error('The server fell silent'), { code: 'ETIMEDOUT' })),
    );
    sent.end(payload);
  });
}

function answerWith(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, { all }, answer) => {
    const [first] = addresses;
    if (all === true) answer(null, [...addresses]);
    else answer(null, first?.address ?? '', first?.family);
  };
}

async function collect(body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function plainHeaders({ headers }: IncomingMessage): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  return Object.fromEntries(entries);
}

function tooLarge(max_bytes: number): DeploymentFailedError {
  const limit_mb = Math.floor(max_bytes / 1_000_000);
  return new DeploymentFailedError('repository_too_large', `Reading it takes more than ${limit_mb} MB.`);
}
