import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HttpFunction } from '../../../../functions/runtime/http-context.ts';
import { createGateway, type Gateway } from '../../../../local/gateway/gateway.ts';
import { createAppProxy } from '../../../../local/proxy/app-proxy.ts';
import { createRecordedLogger } from '../../../support/recorded-logger.ts';
import { createTestClock } from '../../../support/test-clock.ts';
import { createTestIds } from '../../../support/test-ids.ts';

const UPGRADE = [
  'GET /healthz HTTP/1.1',
  'Host: 127.0.0.1',
  'Connection: Upgrade',
  'Upgrade: websocket',
  '',
  '',
].join('\r\n');

let gateway: Gateway;
let port: number;
beforeEach(async () => {
  const ok: HttpFunction = async () => ({ statusCode: 200, body: 'ok' });
  gateway = createGateway({
    functions: {
      auth: ok,
      users: ok,
      team: ok,
      tokens: ok,
      projects: ok,
      deployments: ok,
      usage: ok,
      meta: ok,
    },
    proxy: createAppProxy(),
    metrics: { content_type: 'text/plain', render: async () => '' },
    own_hosts: [],
    clock: createTestClock(),
    ids: createTestIds(),
    logger: createRecordedLogger(),
  });
  port = await gateway.listen(0, '127.0.0.1');
});
afterEach(() => gateway.close(100));

async function connect(): Promise<net.Socket> {
  const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

describe('an upgrade that the API does not take', () => {
  it('is refused, and its connection closed also when the client keeps its half open', async () => {
    const socket = await connect();
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.write(UPGRADE);
    await once(socket, 'end');
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 400 /);
    const started_ms = performance.now();
    await gateway.close(10_000);
    // Otherwise it waits for this connection until its grace is over.
    expect(performance.now() - started_ms).toBeLessThan(5000);
    socket.destroy();
  });

  it('ends nothing but itself when the client resets', async () => {
    const problems: unknown[] = [];
    const note = (error: unknown) => void problems.push(error);
    process.on('uncaughtException', note);
    try {
      for (let attempt = 0; attempt < 20; attempt += 1) {
        const socket = await connect();
        socket.write(UPGRADE);
        if (attempt % 2 === 0) await delay(attempt % 4);
        socket.resetAndDestroy();
      }
      await delay(50);
    } finally {
      process.off('uncaughtException', note);
    }
    expect(problems).toEqual([]);
  });
});
