import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type Figure, figure } from './figure.ts';
import { startPlatformServer } from './server.ts';

const BYTES_PER_KIB = 1024;
const BYTES_PER_MB = 1e6;
// Idle means that start-up's garbage had a chance to go.
const SETTLE_MS = 3000;

/** (d) Resident memory of the idle platform's own process (VmRSS). */
export async function benchMemory(): Promise<Figure[]> {
  const platform = await startPlatformServer();
  try {
    await delay(SETTLE_MS);
    const status = await readFile(`/proc/${platform.pid}/status`, 'utf8');
    const rss_kib = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
    const rss_mb = (rss_kib * BYTES_PER_KIB) / BYTES_PER_MB;
    return [figure('resident memory, idle', 'MB', rss_mb, { at_most: 170 }, { rss_mb })];
  } finally {
    await platform.stop();
  }
}
