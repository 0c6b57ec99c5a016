import { request } from 'node:http';

/** Where and what an app answered. */
interface Answered {
  readonly host: string;
  readonly status: number;
  readonly healthy: boolean;
}

// An app that binds to "localhost" may have got either.
const LOOPBACK_ADDRESSES = ['127.0.0.1', '::1'] as const;
const TIMEOUT_MS = 5000;

/** Asks an app once. Without a path any answer on the port is healthy (an API may know no `/`); with one, 200 to 399.
 *  @returns undefined when there was no answer */
export async function checkHealth(
  port: number,
  path: string | null,
  host_header: string,
  signal: AbortSignal,
): Promise<Answered | undefined> {
  for (const host of LOOPBACK_ADDRESSES) {
    const status = await askStatus({ host, port, path: path ?? '/', host_header, signal });
    if (status === undefined) continue;
    const healthy = path === null || (status >= 200 && status < 400);
    return { host, status, healthy };
  }
  return undefined;
}

function askStatus(options: {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly host_header: string;
  readonly signal: AbortSignal;
}): Promise<number | undefined> {
  const { host, port, path, host_header, signal } = options;
  return new Promise((resolve) => {
    const asking = request({
      host,
      port,
      path,
      signal,
      agent: false,
      timeout: TIMEOUT_MS,
      headers: { host: host_header, 'user-agent': 'Branchline-Healthcheck', connection: 'close' },
    });
    asking.on('response', (response) => {
      resolve(response.statusCode);
      response.destroy();
    });
    asking.on('timeout', () => asking.destroy());
    // Refused, reset, timed out or stopped: no answer, which is all that is asked.
    asking.on('error', () => resolve(undefined));
    asking.on('close', () => resolve(undefined));
    asking.end();
  });
}
