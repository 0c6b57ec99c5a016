import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAddressGuard } from '../../../../../src/adapters/aws/source/address-guard.ts';
import { createGuardedHttp } from '../../../../../src/adapters/aws/source/guarded-http.ts';
import { requestWithoutTls } from '../../../../support/git-server.ts';

let server: Server;
let origin: string;
const seen: string[] = [];

beforeEach(async () => {
  seen.length = 0;
  server = createServer((request, response) => {
    seen.push(`${request.method} ${request.headers.host} ${request.url}`);
    response.writeHead(200, { 'x-two': ['a', 'b'] });
    request.on('data', (chunk) => response.write(chunk));
    request.on('end', () => response.end('end'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `https://git.example.com:${(server.address() as AddressInfo).port}`;
});

afterEach(() => new Promise((resolve) => server.close(resolve)));

const text = async (body: AsyncIterable<Uint8Array> | undefined) => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body ?? []) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

function client(options: { addresses?: string[]; max_bytes?: number; signal?: AbortSignal } = {}) {
  const lookup = vi.fn(async () =>
    (options.addresses ?? ['127.0.0.1']).map((address) => ({ address, family: 4 })),
  );
  const http = createGuardedHttp({
    guard: createAddressGuard({ lookup, allowed: ['127.0.0.1'] }),
    max_bytes: options.max_bytes ?? 1_000,
    signal: options.signal ?? new AbortController().signal,
    request: requestWithoutTls,
  });
  return { http, lookup };
}

describe('the HTTP of a fetch', () => {
  it('goes to the address that the guard gave, under the name that was asked for, and asks for it once', async () => {
    const { http, lookup } = client();
    const body = [Buffer.from('one '), Buffer.from('two ')];
    const answer = await http.request({ url: `${origin}/a?b=c`, method: 'POST', body: body as never });
    expect(answer).toMatchObject({ statusCode: 200, headers: { 'x-two': 'a, b' } });
    expect(await text(answer.body)).toBe('one two end');
    await http.request({ url: `${origin}/d` });
    expect(seen).toEqual([`POST ${origin.slice(8)} /a?b=c`, `GET ${origin.slice(8)} /d`]);
    expect(lookup).toHaveBeenCalledTimes(1);
  });

  it('goes nowhere when the guard refuses', async () => {
    const { http } = client({ addresses: ['127.0.0.1', '127.0.0.2'] });
    await expect(http.request({ url: `${origin}/` })).rejects.toThrow('not public');
    expect(seen).toEqual([]);
  });

  it('is not spoken without TLS', async () => {
    await expect(client().http.request({ url: origin.replace('https', 'http') })).rejects.toThrow(
      'Only https',
    );
  });

  it('ends when all answers together are too large', async () => {
    const { http } = client({ max_bytes: 5 });
    expect(await text((await http.request({ url: origin })).body)).toBe('end');
    await expect(text((await http.request({ url: origin })).body)).rejects.toMatchObject({
      reason: 'repository_too_large',
    });
  });

  it('ends with its signal', async () => {
    const { http } = client({ signal: AbortSignal.abort(new Error('stopped')) });
    await expect(http.request({ url: origin })).rejects.toThrow('stopped');
  });
});
