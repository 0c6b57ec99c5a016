import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findFreePort } from '../local/compute/ports.ts';
import { type ApiClient, ask, createApiClient } from '../local/demo/client.ts';
import { createExampleRepository } from '../local/demo/repository.ts';
import { hostEnvironment } from '../local/process/index.ts';
import { type Figure, figure, median } from './figure.ts';
import { startPlatformServer } from './server.ts';

const EXAMPLE = fileURLToPath(new URL('../examples/hello-node', import.meta.url));
const ROUNDS = 5;
const POLL_MS = 5;
const run = promisify(execFile);

/** (b) What the platform adds to a deployment, and (c) a rollback, whole; both to the answer that shows the release. */
export async function benchDeployments(): Promise<Figure[]> {
  const repository = await createExampleRepository(EXAMPLE);
  const platform = await startPlatformServer();
  try {
    const account = await createApiClient(platform.port).post<{ access_token: string }>(
      '/api/v1/auth/register',
      { email: 'bench@example.com', password: 'a long enough one', name: 'Bench' },
    );
    const api = createApiClient(platform.port, account.access_token);
    const deployed_ms: number[] = [];
    const own_ms: number[] = [];
    const rollback_ms: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      own_ms.push(await measureOwnTime(repository));
      const project = await api.post<{ id: string }>('/api/v1/projects', {
        name: `bench-${round}`,
        repository_url: repository,
      });
      const first = await measureDeployment(api, platform.port, project.id, `bench-${round}`);
      deployed_ms.push(first.duration_ms);
      rollback_ms.push(await measureRollback(api, first.id));
    }
    const overhead_ms = median(deployed_ms.map((total, round) => total - (own_ms[round] ?? 0)));
    return [
      figure(
        'POST deployments to first 200, less the app’s own time',
        'ms',
        overhead_ms,
        { at_most: 500 },
        { whole_ms: median(deployed_ms), own_ms: median(own_ms) },
      ),
      figure(
        'rollback, whole',
        'ms',
        median(rollback_ms),
        { at_most: 1000 },
        { slowest_ms: Math.max(...rollback_ms) },
      ),
    ];
  } finally {
    await platform.stop();
    await rm(repository, { recursive: true, force: true });
  }
}

/** Clone, install, build and start by hand, to the first answer: the time that no platform could save. */
async function measureOwnTime(repository: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'branchline-bench-own-'));
  const env = hostEnvironment(process.env);
  const port = await findFreePort();
  const started = performance.now();
  await run('git', ['clone', '--quiet', '--depth=1', `file://${repository}`, join(folder, 'app')], { env });
  const app = spawn('node', ['server.js'], {
    cwd: join(folder, 'app'),
    env: { ...env, PORT: String(port), HOME: folder },
    stdio: 'ignore',
    detached: true,
  });
  await answers200(port, 'localhost');
  const duration_ms = performance.now() - started;
  const exited = once(app, 'exit');
  process.kill(-(app.pid ?? 0), 'SIGTERM');
  await exited;
  await rm(folder, { recursive: true, force: true });
  return duration_ms;
}

async function measureDeployment(
  api: ApiClient,
  port: number,
  project_id: string,
  host: string,
): Promise<{ readonly id: string; readonly duration_ms: number }> {
  const started = performance.now();
  const { id } = await api.post<{ id: string }>('/api/v1/deployments', { project_id });
  await answers200(port, `${host}.localhost:${port}`);
  const duration_ms = performance.now() - started;
  await awaitSuccess(api, id);
  return { id, duration_ms };
}

/** To the status `success`: traffic has gone over by then. */
async function measureRollback(api: ApiClient, deployment_id: string): Promise<number> {
  const started = performance.now();
  const { id } = await api.post<{ id: string }>(`/api/v1/deployments/${deployment_id}/rollback`);
  await awaitSuccess(api, id);
  return performance.now() - started;
}

async function awaitSuccess(api: ApiClient, id: string): Promise<void> {
  for (;;) {
    const { status } = await api.get<{ status: string }>(`/api/v1/deployments/${id}`);
    if (status === 'success') return;
    if (status === 'failed' || status === 'cancelled') throw new Error(`Deployment ${id}: ${status}`);
    await delay(POLL_MS);
  }
}

async function answers200(port: number, host: string): Promise<void> {
  for (;;) {
    try {
      if ((await ask({ port, host, path: '/' })).status === 200) return;
    } catch {
      // Nothing listens yet.
    }
    await delay(POLL_MS);
  }
}
