import { createServer } from 'node:net';

/** A TCP port of the loopback address that is free now. Somebody may take it before the app does; then the app ends,
 *  and its restart gets another. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
